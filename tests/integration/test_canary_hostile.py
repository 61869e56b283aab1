"""Servers that answer a canary what no server answers: each kind, at each of three operations, all at once."""

import re
from collections import Counter, defaultdict
from contextlib import ExitStack
from pathlib import Path

from canary import descriptors, memory
from exporter_process import Exporter
from fake_zookeeper import FakeEnsemble
from garbles import GARBLES
from zookeeper_ensemble import wait_until

LINE = re.compile(r'^zookeeper_canary_operations_total\{ensemble="(?P<ensemble>[^"]+)",member="[^"]+",'
                  r'operation="(?P<operation>\w+)",result="(?P<result>\w+)"\} (?P<value>\d+)$', re.M)
OPERATIONS = ("connect", "exists", "set")
MORE_MEMORY = 20 << 10  # KiB, of all together
# Strange, but all that was asked is answered, or may be; whether they are borne is open.
MAY_DO = {"drops", "more than asked", "unsolicited", "twice", "broken event", "huge event", "huge string",
          "negative string"}

# A handshake's answer has no xid, and that of a znode that is missing is a header only.
TRUE_REPLIES = {("connect", "wrong xid"), ("exists", "header only")}


Counts = dict[str, Counter[tuple[str, str]]]


def read(exporter: Exporter) -> Counts:
    """How often each operation of the only member of each ensemble ended how."""
    found: Counts = defaultdict(Counter)
    for match in LINE.finditer(exporter.page()):
        found[match["ensemble"]][match["operation"], match["result"]] = int(match["value"])
    return found


def unwell(counts: Counter[tuple[str, str]]) -> int:
    """How many operations did not end well."""
    return sum(value for (_, result), value in counts.items() if result != "ok")


def test_nothing_that_a_server_sends_harms_the_exporter(tmp_path: Path) -> None:
    """Each kind is a counted failure and never a wrong yes, in bounded memory and descriptors; and all heal."""
    with ExitStack() as stack:
        fakes = {}
        for operation in OPERATIONS:
            for kind in GARBLES:
                fake = fakes[operation, kind] = stack.enter_context(FakeEnsemble(1))
                fake.misbehave(garble={operation: kind})
        names = {key: f"{key[0]}-{key[1]}".replace(" ", "_").replace(",", "") for key in fakes}
        config = tmp_path / "exporter.yml"
        config.write_text("ensembles:\n" + "".join(
            f"  - {{name: {names[key]}, members: ['{fake.servers}'], "
            f"canary: {{level: write, interval: 1s, timeout: 400ms}}}}\n" for key, fake in fakes.items()))
        exporter = stack.enter_context(Exporter("", f"--config.file={config}"))
        open_before, memory_before = descriptors(exporter), memory(exporter)

        def not_met() -> list[str]:
            now = read(exporter)
            return [name for (_, kind), name in names.items()
                    if unwell(now[name]) < 5 and (kind not in MAY_DO or now[name]["get", "ok"] < 3)]
        wait_until(lambda: not not_met(), "every kind to be met", 30, lambda: str(not_met()))
        met = read(exporter)
        for (operation, kind), name in names.items():
            if kind not in MAY_DO and (operation, kind) not in TRUE_REPLIES:
                assert met[name][operation, "ok"] == 0, name
        assert memory(exporter, "VmHWM") < memory_before + MORE_MEMORY
        assert descriptors(exporter) <= open_before + 3 * len(fakes)
        assert exporter.get("/livez")[0] == 200

        for fake in fakes.values():
            fake.behave()
        before = read(exporter)

        def not_well() -> list[str]:
            now = read(exporter)
            return [name for name in names.values() if now[name]["get", "ok"] <= before[name]["get", "ok"]]
        wait_until(lambda: not not_well(), "all to be well", 60, lambda: str(not_well()))
        assert [line for line in exporter.lines() if "level=error" in line] == []
