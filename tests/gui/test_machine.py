"""No window can be shown: said with status 3, and never an abort of Qt's."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gnet_desktop.errors import MachineError
from gnet_desktop.gui.system import machine

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 and Wayland are Linux's")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No display named at all."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@linux
def test_no_display_is_said(bare: pytest.MonkeyPatch) -> None:
    with pytest.raises(MachineError, match="Neither DISPLAY nor WAYLAND_DISPLAY"):
        machine.check_display()


@linux
def test_who_asks_for_x11_is_told_that_there_is_none(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("QT_QPA_PLATFORM", "xcb")
    with pytest.raises(MachineError, match="DISPLAY is not set"):
        machine.check_display()


@linux
@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_a_display_that_does_not_answer_is_said(bare: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    bare.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    bare.setenv(name, ":4973")
    with pytest.raises(MachineError, match=f"Nothing answers at {name}=:4973"):
        machine.check_display()


@linux
def test_missing_libraries_come_with_the_line_that_installs_them(
    bare: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A compositor answers, so xcb's cursor library isn't asked for; without one it is."""
    bare.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    bare.setenv("WAYLAND_DISPLAY", "wayland-0")
    bare.setattr(machine, "_load", lambda name: None)
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-0"))
        compositor.listen(1)
        with pytest.raises(MachineError) as caught:
            machine.check_display()
    assert "sudo apt-get install libegl1 libgl1" in str(caught.value)
    bare.delenv("WAYLAND_DISPLAY")
    bare.setenv("DISPLAY", ":0")
    with pytest.raises(MachineError, match="apt-get install libxcb-cursor0 libegl1 libgl1"):
        machine.check_display()


@linux
@pytest.mark.skipif(not shutil.which("Xvfb"), reason="Xvfb is not installed")
def test_a_server_without_other_clients_is_still_there_after_it_was_asked() -> None:
    """This one ends with its last client; others start anew then, and turn away who comes meanwhile."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-terminate", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    try:
        display = f":{os.read(read, 16).decode().strip()}"
        code = (
            "import time\nfrom gnet_desktop.gui.system.machine import check_display\n"
            "check_display()\nprint('asked', flush=True)\ntime.sleep(60)"
        )
        environment = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
        environment.pop("WAYLAND_DISPLAY", None)
        asking = subprocess.Popen(
            [sys.executable, "-c", code], env={**environment, "DISPLAY": display}, stdout=subprocess.PIPE
        )
        try:
            assert asking.stdout is not None
            assert asking.stdout.readline() == b"asked\n"
            with pytest.raises(subprocess.TimeoutExpired):
                server.wait(timeout=1.5)
        finally:
            asking.kill()
            asking.communicate()
    finally:
        server.kill()
        server.wait()
        os.close(read)
        os.close(write)


@linux
def test_the_program_ends_with_status_3_where_qt_would_abort(tmp_path: Path) -> None:
    environment = {**os.environ, "DISPLAY": ":4973", "XDG_CONFIG_HOME": str(tmp_path)}
    for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        environment.pop(name, None)
    ended = subprocess.run(
        [sys.executable, "-m", "gnet_desktop"], env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 3
    assert ended.stderr.startswith("gnet-desktop: No display was found.")
    assert "Traceback" not in ended.stderr


def test_only_another_packages_plugins_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = os.path.join("lib", "site-packages", "cv2", "qt", "plugins")
    monkeypatch.setenv("QT_PLUGIN_PATH", os.pathsep.join([foreign, "mine"]))
    monkeypatch.setenv("QT_QPA_PLATFORM_PLUGIN_PATH", foreign)
    monkeypatch.setenv("QT_QPA_FONTDIR", "fonts")
    machine.drop_foreign_plugins()
    assert os.environ["QT_PLUGIN_PATH"] == "mine"
    assert "QT_QPA_PLATFORM_PLUGIN_PATH" not in os.environ
    assert os.environ["QT_QPA_FONTDIR"] == "fonts"
