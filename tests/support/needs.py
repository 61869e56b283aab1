"""What a test needs of the machine, tried before it is skipped."""

import functools
import os
import subprocess


@functools.cache
def refusal(*command: str) -> str:
    """Nothing if the command succeeds here, else which one fails, as whom, and its last words."""
    who = "" if os.geteuid() == 0 else " (not root)"
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL, check=False,
                              env={**os.environ, "LC_ALL": "C"})
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"`{' '.join(command)}`{who}: {getattr(error, 'strerror', None) or 'no end within 30 s'}"
    if done.returncode == 0:
        return ""
    words = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()[-1]
    return f"`{' '.join(command)}`{who}: {words}"


def own_mounts() -> str:
    """Why a process cannot have mounts of its own here, or nothing."""
    return refusal("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt")


def own_root() -> str:
    """Why a process cannot have another root here, or nothing."""
    return refusal("chroot", "/", "true")
