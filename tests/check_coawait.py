#!/usr/bin/python3
"""Fails on temporaries that g++ 12 destroys twice inside a co_await expression."""
import pathlib
import re
import sys

BAD = {
    r"\[(?!&\]|&\w+\]|&\w+(, &\w+)*\]|\])[^\]\[]*\]\s*(\(|\{|mutable)": "lambda with a by-value capture",
    r"[\w>]\s*\{[^}]": "braced temporary",
    r"[(,]\s*\{": "braced argument",
}

bad = []
for path in (p for root in sys.argv[1:] for p in sorted(pathlib.Path(root).rglob("*.?pp"))):
    text = re.sub(r"//.*", "", path.read_text())
    for await_ in re.finditer(r"co_await\b[^;]*;", text):
        expression = re.split(r"\)\s*;?\s*\w*\s*\)?\s*\{\s*\n", await_.group(0))[0]
        line = text.count("\n", 0, await_.start()) + 1
        bad += [f"{path}:{line}: {why}" for rule, why in BAD.items() if re.search(rule, expression)]
    for branch in re.finditer(r"\?[^;{}]*\bco_await\b", text):
        bad.append(f"{path}:{text.count(chr(10), 0, branch.end()) + 1}: co_await in a branch of ?:")
print("\n".join(bad) or "ok")
sys.exit(bool(bad))
