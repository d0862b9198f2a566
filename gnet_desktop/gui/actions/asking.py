"""Asking for files and folders; each kind of file is looked for where it was found last."""

import re
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

from gnet_desktop.file_kinds import (
    CHECKPOINT_ENDINGS,
    DESCRIPTION_ENDINGS,
    LABEL_ENDINGS,
    PICTURE_ENDINGS,
    TABLE_ENDINGS,
)
from gnet_desktop.files import exists
from gnet_desktop.gui.actions.shell import Shell
from gnet_desktop.shown import name_of

_ENDINGS: Final = {
    "pictures": PICTURE_ENDINGS,
    "checkpoints": CHECKPOINT_ENDINGS + DESCRIPTION_ENDINGS,
    "labels": LABEL_ENDINGS,
    "tables": TABLE_ENDINGS,
}

_ENDING: Final = re.compile(r"\*(\.\w+)")


class Asking(QObject):
    """The dialogs for files over a window."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell.widget)
        self._shell = shell

    @property
    def _over(self) -> QWidget:
        """The window that is worked in: another one would come before it."""
        active = QApplication.activeWindow()
        return active if active is not None else self._shell.widget

    def files(self, title: str, kind: str, *, many: bool = True, over: QWidget | None = None) -> list[Path]:
        """Ask for files of a kind to open; none if the person changed their mind.

        ``over`` is the window that goes on with them, where that has only just been opened.
        """
        session = self._shell.session
        ask = QFileDialog.getOpenFileNames if many else QFileDialog.getOpenFileName
        chosen, _ = ask(over or self._over, title, str(session.folder(kind)), self._filters(kind))
        names = chosen if isinstance(chosen, list) else [chosen]
        paths = [Path(name) for name in names if name]
        if paths:
            session.set_folder(kind, paths[0])
        return paths

    def _filters(self, kind: str) -> str:
        """What a dialog for a kind of file offers; everything is one choice away."""
        names = {
            "pictures": self.tr("Pictures"),
            "checkpoints": self.tr("Checkpoints"),
            "labels": self.tr("Class names"),
            "tables": self.tr("Tables of classes"),
        }
        known = sorted(_ENDINGS[kind])
        endings = " ".join(f"*{ending}" for one in known for ending in (one, one.upper()))
        return f"{names[kind]} ({endings});;{self.tr('All files')} (*)"

    def folder(self, title: str, kind: str) -> Path | None:
        """Ask for a folder of a kind of file; None if the person changed their mind."""
        session = self._shell.session
        chosen = QFileDialog.getExistingDirectory(self._over, title, str(session.folder(kind)))
        if not chosen:
            return None
        session.set_folder(kind, Path(chosen))
        return Path(chosen)

    def target(self, name: str, kinds: str = "", *, title: str = "") -> Path | None:
        """Ask where to save a file; None if the person changed their mind.

        ``kinds`` as in Qt's filters; the path ends in one of their endings, that of ``name`` by default.
        """
        session = self._shell.session
        kinds, title = kinds or f"*{Path(name).suffix}", title or self.tr("Export")
        chosen, kind = QFileDialog.getSaveFileName(
            self._over, title, str(session.folder("exports") / name), kinds
        )
        if not chosen:
            return None
        path = _with_ending(Path(chosen), kinds, kind, Path(name).suffix)
        if path != Path(chosen) and exists(path) and not self._may_replace(path, title):
            return None
        session.set_folder("exports", path.parent)
        return path

    def _may_replace(self, path: Path, title: str) -> bool:
        """Ask about the file that is meant: the dialog asked about a name without its ending."""
        words = self.tr("{0} is there already. Replace it?").format(name_of(path))
        return QMessageBox.question(self._over, title, words) == QMessageBox.StandardButton.Yes


def _with_ending(path: Path, kinds: str, kind: str, usual: str) -> Path:
    """The path with an ending of one of the kinds: as typed, else that of the chosen kind, else the usual."""
    endings, typed = _ENDING.findall(kinds), path.suffix.lower()
    if typed in endings:
        return path.with_suffix(typed)
    chosen = _ENDING.findall(kind)
    return path.with_name(path.name + (chosen[0] if len(chosen) == 1 else usual))
