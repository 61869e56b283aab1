"""zk-health install: one whole file in one step, through no link, and an honest word when it can't."""

import signal
import subprocess
from pathlib import Path

import pytest

from needs import own_mounts, refusal as refusal_of
from zk_health import ZK_HEALTH, run_health
from zookeeper_ensemble import Ensemble, wait_until

AS_SOMEBODY_ELSE = ("setpriv", "--reuid=65532", "--clear-groups")


def names(directory: Path) -> list[str]:
    """All that lies there, temporaries too."""
    return sorted(file.name for file in directory.iterdir())


def is_whole(path: Path) -> bool:
    """Whether it is a plain file, the program, and executable for all."""
    return not path.is_symlink() and path.read_bytes() == ZK_HEALTH.read_bytes() and path.stat().st_mode & 0o7777 == 0o755


def refusal(*command: object) -> str:
    """The one line of an install that fails with code 1."""
    answer = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=20, check=False)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("zk-health: ") and answer.stderr.endswith("\n")
    assert answer.stderr[:-1].isprintable()
    return answer.stderr


def test_it_installs_itself(ensemble: Ensemble, tmp_path: Path) -> None:
    """To a path or into a directory, over an older copy too; the copy runs, and nothing else remains."""
    path = tmp_path / "probe"
    for target in (path, tmp_path, path, f"{tmp_path}/"):
        answer = run_health("install", target)
        assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    assert names(tmp_path) == ["probe", "zk-health"]
    assert is_whole(path) and is_whole(tmp_path / "zk-health")
    copy = subprocess.run([path, "--check=readiness", ensemble.members[0].address], capture_output=True, check=False)
    assert copy.returncode == 0


def test_the_umask_and_the_working_directory_do_not_matter(tmp_path: Path) -> None:
    """The mode is always 0755; a name alone is a file in the working directory, also one with a dash."""
    for name in ("probe", "./-probe"):
        subprocess.run(["sh", "-c", f'umask 0777; exec "$1" install {name}', "sh", ZK_HEALTH], cwd=tmp_path, check=True)
        assert is_whole(tmp_path / name)


def test_any_number_install_to_one_path_at_once(tmp_path: Path) -> None:
    """As when an init container is restarted: each is right, and the file is whole at every moment."""
    target = tmp_path / "probe"
    assert run_health("install", target).returncode == 0
    running = [subprocess.Popen([ZK_HEALTH, "install", target], stderr=subprocess.PIPE) for _ in range(8)]
    while any(process.poll() is None for process in running):
        assert is_whole(target)
    assert [(process.returncode, process.communicate()[1]) for process in running] == [(0, b"")] * 8
    assert names(tmp_path) == ["probe"]


@pytest.mark.parametrize("name", ["probe", "probe.part"])
@pytest.mark.parametrize("exists", [True, False])
def test_no_link_is_followed(tmp_path: Path, name: str, exists: bool) -> None:
    """Not at the target, which is replaced, nor at the name that 0.1.0 used beside it."""
    directory, victim = tmp_path / "directory", tmp_path / "victim"
    directory.mkdir()
    if exists:
        victim.write_text("precious")
    (directory / name).symlink_to(victim)
    assert run_health("install", directory / "probe").returncode == 0
    assert is_whole(directory / "probe")
    assert names(directory) == sorted({"probe", name})
    assert (victim.read_text() if exists else not victim.exists()) in ("precious", True)


def test_a_link_to_a_directory_is_a_directory(tmp_path: Path) -> None:
    """Volumes are often mounted behind links."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert run_health("install", tmp_path / "link").returncode == 0
    assert run_health("install", tmp_path / "link" / "probe").returncode == 0
    assert names(tmp_path / "real") == ["probe", "zk-health"]
    assert (tmp_path / "link").is_symlink()


def test_it_replaces_a_copy_that_runs(tmp_path: Path) -> None:
    """Also itself."""
    path = tmp_path / "probe"
    assert run_health("install", path).returncode == 0
    subprocess.run([path, "install", path], check=True)
    assert is_whole(path)


def test_help_makes_no_file(tmp_path: Path) -> None:
    """Nor does anything else that looks like a flag."""
    for arguments, code in ((["--help"], 0), (["-h"], 1), (["--"], 1), (["--", "x"], 1), (["-x"], 1), (["--force", "x"], 1)):
        answer = subprocess.run([ZK_HEALTH, "install", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert answer.returncode == code, answer
        assert ("Usage: zk-health" in answer.stdout) == (code == 0)
    assert names(tmp_path) == []
    assert "./-x" in refusal(ZK_HEALTH, "install", "-x")


def test_it_says_what_is_in_the_way(tmp_path: Path) -> None:
    """No directory, no directory but a file, a directory of that name: one line each, and nothing remains."""
    (tmp_path / "file").write_text("")
    (tmp_path / "zk-health").mkdir()
    assert "no such directory; create it" in refusal(ZK_HEALTH, "install", tmp_path / "none" / "probe")
    assert "no such directory; create it" in refusal(ZK_HEALTH, "install", f"{tmp_path}/none/")
    assert "no such directory; create it" in refusal(ZK_HEALTH, "install", tmp_path / "file" / "probe")
    assert "a directory is in its place" in refusal(ZK_HEALTH, "install", tmp_path)
    assert "File name too long" in refusal(ZK_HEALTH, "install", tmp_path / ("x" * 300))
    assert "no such directory" in refusal(ZK_HEALTH, "install", tmp_path / "a\nb\x1b[31m" / "probe")
    assert names(tmp_path) == ["file", "zk-health"]


def test_a_limit_of_sizes_is_told(tmp_path: Path) -> None:
    """No signal ends it, and no part remains."""
    line = refusal("sh", "-c", 'ulimit -f 100; exec "$@"', "sh", ZK_HEALTH, "install", tmp_path / "probe")
    assert "is full; it takes some 8 MB" in line
    assert names(tmp_path) == []


def in_namespace(script: str, *arguments: object) -> list[object]:
    """A command that runs `script` with mounts of its own."""
    return ["unshare", "--mount", "sh", "-c", script, "sh", ZK_HEALTH, *arguments]


@pytest.mark.skipif(bool(own_mounts()), reason=own_mounts())
def test_volumes_that_do_not_take_it(tmp_path: Path) -> None:
    """A full one, a read-only one, a mounted file, and no /proc: the line blames what is to blame."""
    target = tmp_path / "probe"
    full = 'mount -t tmpfs -o size=64k none "$2" && exec "$1" install "$2/probe"'
    assert "is full; it takes some 8 MB" in refusal(*in_namespace(full, tmp_path))
    locked = 'mount -t tmpfs -o ro none "$2" && exec "$1" install "$2/probe"'
    assert "the volume is read-only" in refusal(*in_namespace(locked, tmp_path))
    no_proc = 'mount -t tmpfs none /proc && exec "$1" install "$2"'
    line = refusal(*in_namespace(no_proc, target))
    assert "cannot read its own program, /proc/self/exe" in line and "is /proc mounted?" in line
    assert str(tmp_path) not in line
    target.write_text("")
    mounted = 'mount --bind "$2" "$2" && exec "$1" install "$2"'
    assert "something is mounted there" in refusal(*in_namespace(mounted, target))
    assert names(tmp_path) == ["probe"]


@pytest.mark.skipif(bool(refusal_of(*AS_SOMEBODY_ELSE, "true")), reason=refusal_of(*AS_SOMEBODY_ELSE, "true"))
def test_a_directory_of_somebody_else_is_not_written(tmp_path: Path) -> None:
    """The line names the user that has to be allowed."""
    line = refusal(*AS_SOMEBODY_ELSE, ZK_HEALTH, "install", tmp_path / "probe")
    assert "not permitted; the user with the id 65532" in line
    assert names(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_no_part(tmp_path: Path, number: int) -> None:
    """It is stopped while the copy is under way, in whatever moment that is."""
    for _ in range(10):
        process = subprocess.Popen([ZK_HEALTH, "install", tmp_path / "probe"])
        wait_until(lambda: bool(names(tmp_path)) or process.poll() is not None, "the temporary")
        process.send_signal(number)
        assert process.wait(20) in (0, -number)
        assert names(tmp_path) in ([], ["probe"])
        (tmp_path / "probe").unlink(missing_ok=True)
