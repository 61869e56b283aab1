"""The operations of ZooKeeper's client protocol, carried out on a tree in memory."""

from collections.abc import Callable

from fake_tree import BAD_ARGUMENTS, UNIMPLEMENTED, Mode, Refused, Session, Tree, Watch
from jute import Reader, pack_acls, pack_buffer, pack_int, pack_string, pack_strings

NAMES = {1: "create", 2: "delete", 3: "exists", 4: "get", 5: "set", 6: "get_acl", 8: "children", 9: "sync", 11: "ping",
         12: "children", 13: "check", 14: "multi", 15: "create", 100: "auth", 101: "set_watches", 105: "set_watches",
         -11: "close"}
WRITES = ("create", "delete", "set", "multi")


def carry_out(tree: Tree, session: Session, watch: Watch, kind: int, request: Reader) -> bytes:
    """The body of the reply to what `session` asks; Refused when it is an error. `watch` is told of what it watches."""
    name = NAMES.get(kind)
    if name in ("auth", "ping"):
        return b""
    if name == "multi":
        return _together(tree, session, request)
    if name in WRITES or name == "check":
        return _change(tree, session, kind, request)()
    if name == "sync":
        return pack_string(request.string())
    if name == "set_watches":
        _watch_again(tree, watch, request)
        return b""
    if name == "close":
        session.close_connection = lambda: None  # not before the reply
        tree.end_session(session)
        return b""
    if name in ("exists", "get", "get_acl", "children"):
        return _read(tree, watch, kind, request)
    raise Refused(UNIMPLEMENTED)


def _read(tree: Tree, watch: Watch, kind: int, request: Reader) -> bytes:
    name, path = NAMES[kind], request.string()
    if name == "get_acl":
        return pack_acls(tree.node(path).acls) + tree.stat(path)
    if request.bool() and (name == "exists" or path in tree.nodes):
        (tree.watch_children if name == "children" else tree.watch_data)(path, watch)
    stat = tree.stat(path)
    if name == "exists":
        return stat
    if name == "get":
        return pack_buffer(tree.nodes[path].data) + stat
    return pack_strings(tree.children(path)) + (stat if kind == 12 else b"")


def _change(tree: Tree, session: Session, kind: int, request: Reader) -> Callable[[], bytes]:
    """A write, or a check, that is to be done."""
    name, path = NAMES[kind], request.string()
    if not path.startswith("/") or (path != "/" and path.endswith("/")):
        raise Refused(BAD_ARGUMENTS)
    if name == "create":
        data, acls, mode = request.buffer(), request.acls(), Mode(request.int())

        def create() -> bytes:
            made = tree.create(path, data, acls, mode, session)
            return pack_string(made) + (tree.stat(made) if kind == 15 else b"")
        return create
    if name == "set":
        data, version = request.buffer(), request.int()
        return lambda: tree.set(path, data, version)
    version = request.int()

    def without_body() -> bytes:
        (tree.delete if name == "delete" else tree.check)(path, version)
        return b""
    return without_body


def _together(tree: Tree, session: Session, request: Reader) -> bytes:
    kinds, changes = [], []
    while (header := (request.int(), request.bool(), request.int())) and not header[1]:
        kinds.append(header[0])
        changes.append(_change(tree, session, header[0], request))
    done, code = tree.together(changes)
    end = pack_int(-1) + b"\1" + pack_int(-1)
    if not code:
        return b"".join(pack_int(kind) + b"\0" + pack_int(0) + body for kind, body in zip(kinds, done)) + end
    codes = [0] * len(done) + [code] + [-2] * (len(changes) - len(done) - 1)  # 0: undone, -2: not tried
    return b"".join(pack_int(-1) + b"\0" + pack_int(each) + pack_int(each) for each in codes) + end


def _watch_again(tree: Tree, watch: Watch, request: Reader) -> None:
    zxid, data, exist, children = request.long(), request.strings(), request.strings(), request.strings()
    missed = list(tree.missed(zxid, data, exist, children))
    for event, path in missed:
        watch(event, path)
    told = {path for _, path in missed}
    for path in {*data, *exist} - told:
        tree.watch_data(path, watch)
    for path in set(children) - told:
        tree.watch_children(path, watch)
