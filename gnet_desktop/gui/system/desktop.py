"""Asking the desktop for something: show a folder, open a link."""

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from gnet_desktop.files import is_folder

_LEAKING = ("LD_LIBRARY_PATH", "QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH")


def clean_environment() -> dict[str, str]:
    """The environment as it was before a bundle put its own libraries in front."""
    environment = dict(os.environ)
    for name in _LEAKING:
        original = environment.pop(f"{name}_ORIG", None)
        if getattr(sys, "frozen", False):
            environment.pop(name, None)
        if original is not None:
            environment[name] = original
    return environment


def show_in_folder(path: Path) -> None:
    """Open the folder that holds a file in the desktop's file manager."""
    folder = path if is_folder(path) else path.parent
    if sys.platform.startswith("linux"):
        try:
            subprocess.Popen(["xdg-open", str(folder)], env=clean_environment(), start_new_session=True)
            return
        except OSError:
            pass  # no xdg-open: let Qt try
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
