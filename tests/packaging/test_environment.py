"""Which torch an environment gets, and what else."""

import io
import shutil
import subprocess
import sys
from pathlib import Path

import environment
import pytest
from environment import (
    PAIR,
    PROFILES,
    Environment,
    SetupError,
    Unreachable,
    choose_torch,
    fitting,
    requirements,
)
from typing_extensions import override

ROOT = Path(environment.__file__).resolve().parents[1]


class Offers(Environment):
    """An environment whose pip would install these, with the constraints and from PyTorch's index."""

    def __init__(self, constrained: dict[str, str], pytorch: dict[str, str]) -> None:
        super().__init__(Path("nowhere"))
        self.offers = {"--constraint": constrained, "--index-url": pytorch}

    @override
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
) -> None:
    assert fitting(found) == taken


@pytest.fixture
def linux_without_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(environment, "has_nvidia_gpu", lambda: False)


@pytest.mark.usefixtures("linux_without_gpu")
def test_running_prefers_a_cpu_build_even_without_torchvision() -> None:
    assert choose_torch(Offers(LONE, {}), PROFILES["run"]).requirements == ("torch==2.13.0+cpu",)


@pytest.mark.usefixtures("linux_without_gpu")
def test_tests_need_the_pair_and_look_at_pytorchs_index_for_it() -> None:
    exact = tuple(f"{name}=={version}" for name, version in BOTH.items())
    assert choose_torch(Offers(LONE, BOTH), PROFILES["tests"]).requirements == exact
    assert choose_torch(Offers(LONE, {}), PROFILES["tests"]).requirements == PAIR


@pytest.mark.usefixtures("linux_without_gpu")
def test_without_a_cpu_build_running_takes_what_there_is_and_a_cpu_bundle_refuses() -> None:
    assert choose_torch(Offers(CUDA, {}), PROFILES["run"]).requirements == PAIR
    with pytest.raises(SetupError, match="no CPU build"):
        choose_torch(Offers(CUDA, {}), PROFILES["cpu-bundle"])


class Silent(Environment):
    """An environment whose indexes give no answer."""

    @override
    def would_install(self, *arguments: str) -> dict[str, str]:
        raise Unreachable


@pytest.mark.usefixtures("linux_without_gpu")
def test_an_index_that_is_silent_is_not_told_as_one_without_a_build(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = choose_torch(Silent(Path("nowhere")), PROFILES["run"])
    assert choice.requirements == PAIR
    assert "download.pytorch.org/whl/cpu gave no answer" in choice.said
    assert "no CPU build was found" not in choice.said
    with pytest.raises(SetupError, match="gave no answer"):
        choose_torch(Silent(Path("nowhere")), PROFILES["cpu-bundle"])


@pytest.mark.usefixtures("linux_without_gpu")
@pytest.mark.parametrize(("answer", "goes_on"), [("y\n", True), ("\n", False), ("n\n", False)])
def test_six_gigabytes_are_asked_about_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, answer: str, goes_on: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", Terminal())
    if goes_on:
        assert choose_torch(Offers(CUDA, {}), PROFILES["run"]).requirements == PAIR
        return
    with pytest.raises(SetupError, match="nothing was installed"):
        choose_torch(Offers(CUDA, {}), PROFILES["run"])


class Terminal(io.StringIO):
    @override
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("index", "silent"), [(("--index-url", "http://127.0.0.1:9/simple"), True), (("--no-index",), False)]
)
def test_pip_tells_silence_from_a_missing_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, index: tuple[str, ...], silent: bool
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    here = Environment(tmp_path)
    here.python = Path(sys.executable)
    if silent:
        with pytest.raises(Unreachable):
            here.would_install(*index, "gnet-desktop-no-such-package")
    else:
        assert here.would_install(*index, "gnet-desktop-no-such-package") == {}


def test_an_environment_without_pip_is_made_anew(tmp_path: Path) -> None:
    """As python3 leaves it where python3-venv is not installed."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    broken = Environment(tmp_path / "env")
    assert broken.ask("print(1)") == "1"
    assert not broken.works()


def test_no_stamp_is_written_while_the_windows_libraries_are_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next use looks again, without installing again what is there."""
    missing = ["libxcb-glx.so.0"]
    installed: list[str] = []
    monkeypatch.setattr(environment, "make", lambda _: None)
    monkeypatch.setattr(environment, "install_torch", lambda *_: None)
    monkeypatch.setattr(environment, "install_program", lambda *_: installed.append("program"))
    monkeypatch.setattr(environment, "missing_libraries", lambda _: missing)
    monkeypatch.setattr(environment, "apt_get", lambda _: False)
    monkeypatch.setattr(Environment, "works", lambda _: True)
    environment.prepare("run", tmp_path, "now")
    assert not (tmp_path / "gnet-desktop.run").exists()
    said = capsys.readouterr().err
    assert "libxcb-glx" in said
    assert "ready" not in said
    missing.clear()
    environment.prepare("run", tmp_path, "now")
    assert (tmp_path / "gnet-desktop.run").read_text() == "now\n"
    assert installed == ["program"]


@pytest.mark.parametrize(("allowed", "said"), [(False, False), (True, True)])
def test_nobody_is_told_of_an_installation_that_is_not_allowed(
    allowed: bool,
    said: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(environment, "missing_libraries", lambda _: ["libxcb-glx.so.0"])
    monkeypatch.setattr(environment, "ran", lambda _: False)
    monkeypatch.setattr(environment, "apt_get", lambda _: False)
    monkeypatch.setattr(environment, "may_install", lambda: allowed)
    assert not environment.install_libraries(Environment(tmp_path))
    with pytest.raises(SetupError, match="sudo apt-get install python3"):
        environment.make(Environment(tmp_path))
    told = capsys.readouterr().err
    assert ("installing" in told) == said
    assert "apt-get install libxcb-glx0" in told or not shutil.which("apt-get")


def test_with_an_nvidia_gpu_running_takes_the_cuda_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(environment, "has_nvidia_gpu", lambda: True)
    assert choose_torch(Offers(LONE, BOTH), PROFILES["run"]).requirements == PAIR


def test_the_pair_is_never_among_the_other_requirements() -> None:
    for profile in PROFILES.values():
        names = requirements(profile)
        assert not [name for name in names if name.startswith("torch")]
        assert any(name.startswith("PySide6-Essentials") for name in names)


def test_run_starts_at_once_when_the_stamp_fits(tmp_path: Path) -> None:
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


def test_without_a_fitting_python_the_first_use_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [ROOT / "packaging" / "run.sh"],
        env={"PATH": "/usr/bin:/bin", "GNET_VENV": str(tmp_path), "PYTHON": "/bin/false"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 3
    assert "Python 3.11 or later" in done.stderr


def test_it_runs_with_python_alone() -> None:
    """It makes the environment, so nothing but the standard library is there when it starts."""
    without_packages = [sys.executable, "-I", "-S", "-c"]
    code = f"import runpy; runpy.run_path({str(ROOT / 'packaging' / 'environment.py')!r}, run_name='started')"
    ended = subprocess.run([*without_packages, code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
