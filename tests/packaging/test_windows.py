"""The Windows installer is made as the build makes it, and does what it should under Wine."""

import shutil
import subprocess
from pathlib import Path

import pytest
from project import ROOT

makensis = pytest.mark.skipif(not shutil.which("makensis"), reason="makensis is not installed")


@makensis
def test_it_is_made_from_relative_names(tmp_path: Path) -> None:
    """As build.sh calls it; makensis by itself looks beside its script."""
    for name in ("dist/gnet-desktop/gnet-desktop.exe", "dist/gnet-desktop/_internal/base_library.zip"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    script = ROOT / "packaging/windows/make-installer.sh"
    done = subprocess.run(
        [script, "dist/gnet-desktop", "dist/set up.exe"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "dist/set up.exe").read_bytes()[:2] == b"MZ"


@makensis
@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("wine"), reason="Wine is not installed")
def test_under_wine_it_installs_upgrades_refuses_while_running_and_removes() -> None:
    script = ROOT / "packaging/windows/try-installer.sh"
    done = subprocess.run([script, "check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "while it runs: status 2, and nothing was changed" in done.stdout
