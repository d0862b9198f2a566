"""Which torch an environment gets, and what else."""

import subprocess
from pathlib import Path

import environment
import pytest
from environment import PAIR, PROFILES, Environment, SetupError, choose_torch, fitting, requirements

ROOT = Path(environment.__file__).resolve().parents[1]


class Offers(Environment):
    """An environment whose pip would install these, with the constraints and from PyTorch's index."""

    def __init__(self, constrained: dict[str, str], pytorch: dict[str, str]) -> None:
        super().__init__(Path("nowhere"))
        self.offers = {"--constraint": constrained, "--index-url": pytorch}

    def would_install(self, *arguments: str) -> dict[str, str]:
        return self.offers[arguments[0]]


CUDA = {"torch": "2.14.1", "torchvision": "0.29.1", "nvidia-cudnn-cu13": "9.24"}
LONE = {"torch": "2.13.0+cpu", "torchvision": "0.28.0"}
BOTH = {"torch": "2.13.0+cpu", "torchvision": "0.28.0+cpu"}
ARM = {"torch": "2.9.1", "torchvision": "0.24.1"}


@pytest.mark.parametrize(
    ("found", "taken"),
    [(CUDA, ()), (LONE, ("torch",)), (BOTH, PAIR), (ARM, PAIR), ({}, ()), ({"torch": "2.9.1"}, ("torch",))],
)
def test_torchvision_is_taken_only_beside_its_own_kind_of_torch(
    found: dict[str, str], taken: tuple[str, ...]
):
    assert fitting(found) == taken


@pytest.fixture
def linux_without_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.sys, "platform", "linux")
    monkeypatch.setattr(environment, "has_nvidia_gpu", lambda: False)


@pytest.mark.usefixtures("linux_without_gpu")
def test_running_prefers_a_cpu_build_even_without_torchvision():
    assert choose_torch(Offers(LONE, {}), PROFILES["run"]).requirements == ("torch==2.13.0+cpu",)


@pytest.mark.usefixtures("linux_without_gpu")
def test_tests_need_the_pair_and_look_at_pytorchs_index_for_it():
    exact = tuple(f"{name}=={version}" for name, version in BOTH.items())
    assert choose_torch(Offers(LONE, BOTH), PROFILES["tests"]).requirements == exact
    assert choose_torch(Offers(LONE, {}), PROFILES["tests"]).requirements == PAIR


@pytest.mark.usefixtures("linux_without_gpu")
def test_without_a_cpu_build_running_takes_what_there_is_and_a_cpu_bundle_refuses():
    assert choose_torch(Offers(CUDA, {}), PROFILES["run"]).requirements == PAIR
    with pytest.raises(SetupError, match="no CPU build"):
        choose_torch(Offers(CUDA, {}), PROFILES["cpu-bundle"])


def test_with_an_nvidia_gpu_running_takes_the_cuda_build(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment.sys, "platform", "linux")
    monkeypatch.setattr(environment, "has_nvidia_gpu", lambda: True)
    assert choose_torch(Offers(LONE, BOTH), PROFILES["run"]).requirements == PAIR


def test_the_pair_is_never_among_the_other_requirements():
    for profile in PROFILES.values():
        names = requirements(profile)
        assert not [name for name in names if name.startswith("torch")]
        assert any(name.startswith("PySide6-Essentials") for name in names)


def test_run_starts_at_once_when_the_stamp_fits(tmp_path: Path):
    """The second start asks nobody anything: it runs what is there."""
    program = tmp_path / "bin" / "gnet-desktop"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho started "$@"\n')
    program.chmod(0o755)
    read = b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "packaging/environment.py"))
    sums = subprocess.run(["cksum"], input=read, capture_output=True).stdout.decode().strip()
    (tmp_path / "gnet-desktop.run").write_text(f"{sums} {ROOT}\n")
    done = subprocess.run(
        [ROOT / "packaging" / "run.sh", "a b", "c"],
        env={"PATH": "/usr/bin:/bin", "GNET_VENV": str(tmp_path), "PYTHON": "/bin/false"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "started a b c\n", "")


def test_without_a_fitting_python_the_first_use_says_so(tmp_path: Path):
    done = subprocess.run(
        [ROOT / "packaging" / "run.sh"],
        env={"PATH": "/usr/bin:/bin", "GNET_VENV": str(tmp_path), "PYTHON": "/bin/false"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 3
    assert "Python 3.11 or later" in done.stderr
