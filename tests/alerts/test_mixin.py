"""The mixin: by default jsonnet makes what is shipped of it, and its `_config` changes what it says and no more."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mixin_config import MIXIN, OTHER, evaluate

import go_tools
import rules
from grafana import dashboards, fill_in

README = (MIXIN / "README.md").read_text()
QUERIES = {"expr", "query", "definition"}
OURS = re.compile(r"\b(zookeeper_\w+|process_\w+|up)\b")
def shipped() -> dict[str, Any]:
    """What `evaluate` should give by default."""
    return {"dashboards": {f"{uid}.json": each for uid, each in dashboards().items()},
            "alerts": {"groups": rules.groups()}, "rules": {"groups": []}}


def texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """All texts with their keys."""
    if isinstance(value, dict):
        for name, each in sorted(value.items()):
            yield from texts(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield key, value


@pytest.fixture(scope="module", name="other")
def fixture_other() -> dict[str, Any]:
    """The mixin with all of its `_config` changed."""
    return evaluate(OTHER)


def test_by_default_it_is_what_is_shipped() -> None:
    """Dashboards, and rules without the marks of the thresholds."""
    assert evaluate() == shipped()
    assert "# _config" not in json.dumps(shipped())


def test_the_folder_stands_alone(tmp_path: Path) -> None:
    """Nothing outside of it is imported."""
    shutil.copytree(MIXIN, tmp_path / "mixin")
    assert evaluate(mixin=tmp_path / "mixin") == shipped()


def test_a_selector_is_in_every_selector(other: dict[str, Any]) -> None:
    """Of our metrics and their `up`; what is recorded was selected before."""
    count = 0
    for key, text in texts(other):
        if key in QUERIES and text != "prometheus":
            bare = re.sub(r"\b\w+:zookeeper_\w+:\w+", "", text.replace('job="zookeeper"', "selected"))
            for found in OURS.finditer(re.sub(r'"[^"]*"', "", bare)):
                count += 1
                assert found.string[found.end():].startswith("{selected"), text
    assert count > 200


def test_other_labels_group_the_ensembles(other: dict[str, Any]) -> None:
    """In alerts and dashboards, and only there where ensembles are told apart; also without any."""
    for made, before in zip(texts(other), texts(shipped()), strict=True):
        if made[0] in QUERIES:
            assert made[1].count("(cluster, namespace, ") == before[1].count("(cluster, "), made[1]
        if made[0] == "legendFormat":
            assert made[1] == before[1].replace("{{cluster}}", "{{cluster}} {{namespace}}")
    assert not [text for _, text in texts(evaluate({"groupingLabels": []})) if "(cluster" in text]


def test_every_threshold_is_changed_and_no_other_number(other: dict[str, Any]) -> None:
    """Each at all of its marks."""
    plain = evaluate({name: OTHER[name] for name in rules.thresholds()})["alerts"]["groups"]
    assert not rules.thresholds().items() & OTHER.items()
    assert plain == rules.groups(lambda name, _: OTHER[name] if isinstance(OTHER[name], str) else f"{OTHER[name]:.12g}")
    slow = next(rule for group in other["alerts"]["groups"] for rule in group["rules"]
                if rule.get("alert") == "ZooKeeperFsyncSlow")
    assert slow["expr"] == "member:zookeeper_fsync_time_seconds:mean5m\n  > 0.075"


def test_links_lead_elsewhere(other: dict[str, Any]) -> None:
    """Runbooks and the address of Grafana."""
    told = [rule["annotations"] for group in other["alerts"]["groups"] for rule in group["rules"] if "alert" in rule]
    assert all(each["runbook_url"].startswith("https://wiki.example/ZooKeeper") for each in told)
    assert all(each["dashboard_url"].startswith("https://grafana.example/d/zookeeper-") for each in told)
    assert "blob/main/alerts/runbooks" not in json.dumps(other)


def test_promtool_accepts_the_other_rules_and_queries(other: dict[str, Any], tmp_path: Path) -> None:
    """Also a grouping that names a label twice."""
    queries = [fill_in(text) for key, text in texts(other["dashboards"]) if key == "expr"]
    assert len(queries) > 100
    more = {"name": "dashboards", "rules": [{"record": f"query:{i}", "expr": each} for i, each in enumerate(queries)]}
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": other["alerts"]["groups"] + [more]}))
    done = subprocess.run(["promtool", "check", "rules", tmp_path / "rules.yml"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("config, said", [
    ({"fsyncSlow": 1}, "_config has no fsyncSlow; it has atRiskFor, "),
    ({"fsyncSlowSeconds": "1"}, "of another type than the default in _config: fsyncSlowSeconds"),
    ({"groupingLabels": "namespace"}, "of another type than the default in _config: groupingLabels"),
])
def test_a_mistake_in_the_configuration_is_told(config: dict[str, Any], said: str) -> None:
    """An unknown key, or a value of another type."""
    with pytest.raises(AssertionError, match="zookeeper mixin: .*" + re.escape(said)):
        evaluate(config)


def test_mixins_add_up() -> None:
    """Beside the groups of another mixin."""
    text = ("({ prometheusAlerts+:: { groups+: [{ name: 'a', rules: [] }] } } + "
            f"(import '{MIXIN}/mixin.libsonnet')).prometheusAlerts")
    made = json.loads(subprocess.run(["jsonnet", "-e", text], capture_output=True, check=True, timeout=60).stdout)
    assert [each["name"] for each in made["groups"]] == ["a"] + [each["name"] for each in rules.groups()]


def test_the_readme_has_every_key() -> None:
    """With its default."""
    told = subprocess.run(["jsonnet", MIXIN / "config.libsonnet"], capture_output=True, check=True).stdout
    defaults = json.loads(told)
    rows = dict(re.findall(r"^\| `(\w+)` \| `(.*?)` \|", README, re.MULTILINE))
    shown = {name: ("%.12g" % value if isinstance(value, (int, float)) else value if isinstance(value, str)
                    else json.dumps(value).replace('"', "'")) for name, value in defaults.items()}
    assert rows == {name: value or "''" for name, value in shown.items()}


def examples() -> list[str]:
    """The blocks of jsonnet in the README."""
    return re.findall(r"^```jsonnet\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_examples_evaluate(tmp_path: Path) -> None:
    """Each into files, as its command says."""
    vendored = tmp_path / "vendor/github.com/zookeeper-exporter/zookeeper-exporter/mixin"
    shutil.copytree(MIXIN, vendored)
    assert examples()
    for example in examples():
        (tmp_path / "out").mkdir(exist_ok=True)
        (tmp_path / "zookeeper.jsonnet").write_text(example)
        subprocess.run(["jsonnet", "-J", "vendor", "-m", "out", "zookeeper.jsonnet"], cwd=tmp_path, check=True)
        subprocess.run(["promtool", "check", "rules", tmp_path / "out/zookeeper.rules.yml"], check=True)
        assert len(list(tmp_path.glob("out/zookeeper-*.json"))) == 5


@pytest.mark.long
def test_go_jsonnet_makes_the_same(other: dict[str, Any]) -> None:
    """The other implementation."""
    program = go_tools.install("github.com/google/go-jsonnet/cmd/jsonnet@v0.22.0")
    assert evaluate(program=program) == shipped()
    assert evaluate(OTHER, program=program) == other


@pytest.mark.long
def test_jsonnet_bundler_vendors_it(tmp_path: Path) -> None:
    """By the command of the README, from a repository that is made of the working tree."""
    bundler = go_tools.build_from("github.com/jsonnet-bundler/jsonnet-bundler@v0.6.0", "cmd/jb")
    origin, site = tmp_path / "origin", tmp_path / "site"
    shutil.copytree(MIXIN, origin / "mixin", ignore=shutil.ignore_patterns("__pycache__"))
    site.mkdir()
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@test.example", "-c", "init.defaultBranch=main"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "The mixin"]):
        subprocess.run(git + command, cwd=origin, check=True)
    command, = re.findall(r"^jb install (\S+)$", README, re.MULTILINE)
    remote = re.match(r"github\.com/[^/]+/[^/]+", command)[0]
    from_here = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{origin}.insteadOf",
                 "GIT_CONFIG_VALUE_0": f"https://{remote}.git"}
    # Nothing but the repository is asked for: an archive over HTTP is out of reach, and then it takes git.
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    for arguments in (["init"], ["install", command]):
        done = subprocess.run([bundler, *arguments], cwd=site, capture_output=True, text=True, timeout=120, check=False,
                              env={**os.environ, **from_here, **nowhere})
        assert done.returncode == 0, done.stderr
    assert evaluate(mixin=site / "vendor" / command.partition("@")[0]) == shipped()
    assert evaluate(mixin=site / "vendor/mixin") == shipped()
