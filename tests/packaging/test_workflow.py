"""The workflows: what actionlint doesn't look at, or is too old to know."""

import re
import tomllib
from typing import Any

import yaml
from project import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
RUNNERS = {"ubuntu-22.04", "ubuntu-24.04", "windows-2022", "macos-15"}
#: The commit of each release, as their repositories' tags have it.
COMMITS = {
    "checkout v7.0.1": "3d3c42e5aac5ba805825da76410c181273ba90b1",
    "setup-python v7.0.0": "5fda3b95a4ea91299a34e894583c3862153e4b97",
    "upload-artifact v7.0.1": "043fb46d1a93c77aae656e7c1c64a875d1fc6a0a",
    "download-artifact v8.0.1": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
    "attest-build-provenance v4.1.0": "a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32",
}


def jobs() -> dict[str, Any]:
    return yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]


def steps() -> list[dict[str, Any]]:
    return [step for job in jobs().values() for step in job["steps"]]


def test_foreign_actions_are_pinned_by_commit() -> None:
    used = [step["uses"] for step in steps() if "uses" in step]
    assert used
    assert [each for each in used if not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", each)] == []


def test_a_pinned_commit_is_that_of_the_release_beside_it() -> None:
    """Nobody looks up forty digits: what the comment says is what is believed."""
    text = WORKFLOW.read_text(encoding="utf-8")
    pinned = re.findall(r"uses: actions/([\w-]+)@([0-9a-f]{40}) # (v[\d.]+)", text)
    assert [
        (name, commit) for name, commit, release in pinned if COMMITS[f"{name} {release}"] != commit
    ] == []


def test_runners_are_named_by_release() -> None:
    named = {job["runs-on"] for job in jobs().values()}
    named |= {row["runner"] for row in jobs()["build"]["strategy"]["matrix"]["include"]}
    assert named - {"${{ matrix.runner }}"} <= RUNNERS


def test_jobs_wait_for_jobs_that_exist() -> None:
    needed = [job.get("needs", []) for job in jobs().values()]
    names = {name for each in needed for name in ([each] if isinstance(each, str) else each)}
    assert names <= set(jobs())


def test_only_the_last_job_may_write() -> None:
    whole = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    assert whole["permissions"] == {"contents": "read"}
    assert [name for name, job in jobs().items() if "permissions" in job] == ["release"]


def test_scripts_that_it_calls_are_here_and_may_be_run() -> None:
    lines = " ".join(step.get("run", "") for step in steps())
    scripts = set(re.findall(r"packaging/[\w/-]+\.sh", lines))
    assert {"packaging/build.sh", "packaging/test.sh", "packaging/verify.sh"} <= scripts
    assert [name for name in scripts if not (ROOT / name).stat().st_mode & 0o100] == []


def test_actions_run_on_a_node_that_the_runners_still_have() -> None:
    """Node 20 was removed in September 2026; these are the first releases on Node 24."""
    first = {
        "checkout": 5, "setup-python": 6, "upload-artifact": 6, "download-artifact": 7,
        "attest-build-provenance": 3,
    }  # fmt: skip
    text = WORKFLOW.read_text(encoding="utf-8")
    used = re.findall(r"uses: actions/([\w-]+)@[0-9a-f]{40} # v(\d+)\.", text)
    assert len(used) == text.count("uses: ")
    assert [name for name, major in used if int(major) < first[name]] == []


def test_what_is_not_built_is_said_to_people() -> None:
    built = {row["runner"] for row in jobs()["build"]["strategy"]["matrix"]["include"]}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert any("-arm" in runner for runner in built) or "arm64" in readme
    assert any("intel" in runner for runner in built) or "Intel" in readme


def test_the_oldest_and_newest_python_that_are_checked_are_promised_and_looked_for() -> None:
    checks = yaml.safe_load((ROOT / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    looked_for = (ROOT / "packaging" / "find-python.sh").read_text(encoding="utf-8").split()
    for version in checks["jobs"]["checks"]["strategy"]["matrix"]["python"]:
        assert f"Programming Language :: Python :: {version}" in project["classifiers"]
        assert f"python{version}" in looked_for


def test_pushes_and_pull_requests_are_checked_with_the_same_actions_and_no_rights() -> None:
    text = (ROOT / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8")
    checks = yaml.safe_load(text)
    assert set(checks[True]) == {"push", "pull_request"}  # YAML reads "on" as a truth value
    assert checks["permissions"] == {"contents": "read"}
    assert {job["runs-on"] for job in checks["jobs"].values()} <= RUNNERS
    assert [step.get("run") for step in checks["jobs"]["checks"]["steps"]][-1] == "packaging/test.sh"
    pinned = re.findall(r"uses: (.*)", WORKFLOW.read_text(encoding="utf-8"))
    assert set(re.findall(r"uses: (.*)", text)) <= set(pinned)
