#!/usr/bin/python3
"""Fails when a part of exporter/ includes a part, or a library, that it may not use."""
import pathlib
import re
import sys

# Who may include whom (docs/architecture.md); a part may always include itself and base.
PARTS = {
    "base": set(),
    "net": set(),
    "fourletter": {"net"},
    "adminserver": {"fourletter", "net"},
    "judge": {"adminserver", "fourletter", "net"},
    "session": {"judge", "net"},
    "poll": {"judge", "session", "adminserver", "fourletter", "net"},
    "metrics": {"judge", "fourletter"},
    "http": {"net"},
    "pages": {"http", "metrics", "judge"},
    "health": {"judge", "fourletter", "net"},
    "config": {"poll", "http", "net"},
}
# A third-party header stays inside the parts named here.
LIBRARIES = {
    "boost/asio": {"base", "net", "fourletter", "adminserver", "judge", "session", "poll", "http", "pages", "health", "config"},
    "boost/json": {"base", "adminserver", "pages", "health"},
    "boost/beast": {"base", "net", "http"},
    "boost/program_options": {"config"},
    "openssl": {"net"},
    "prometheus": {"metrics"},
    "sha2": {"config"},
    "spdlog": {"base"},
    "yaml-cpp": {"config"},
    "zlib": {"http"},
}
# So do threads: TSan runs the tests of these parts only (thread_tests in tests/CMakeLists.txt).
LIBRARIES |= dict.fromkeys(["atomic", "boost/asio/thread_pool", "condition_variable", "future", "mutex", "pthread", "semaphore",
                            "thread"], {"base"})


def mistakes(path, part):
    for header in re.findall(r'#include ["<]([^">]+)[">]', path.read_text()):
        used = header.split("/")[0]
        if used in PARTS and used not in PARTS[part] | {part, "base"}:
            yield f"{path}: {part} may not include {used}"
        for library, allowed in LIBRARIES.items():
            if (header + ".").startswith((library + "/", library + ".")) and part not in allowed:
                yield f"{path}: {part} may not use {library}"


def main():
    root = pathlib.Path(sys.argv[1])
    files = sorted(root.glob("*/*.?pp"))
    unknown = {file.parent.name for file in files} - set(PARTS)
    bad = [f"{root}/{part}: not a part of docs/architecture.md" for part in sorted(unknown)]
    for file in files:
        if file.parent.name in PARTS:
            bad += mistakes(file, file.parent.name)
    print("\n".join(bad) or f"{len(files)} files keep the layers")
    return bool(bad) or not files


sys.exit(main())
