"""Asking for files and folders; each kind of file is looked for where it was found last."""

import re
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from gnet_desktop.file_kinds import (
    CHECKPOINT_ENDINGS,
    DESCRIPTION_ENDINGS,
    LABEL_ENDINGS,
    PICTURE_ENDINGS,
    TABLE_ENDINGS,
)
from gnet_desktop.gui.actions.shell import Shell

_ENDINGS: Final = {
    "pictures": PICTURE_ENDINGS,
    "checkpoints": CHECKPOINT_ENDINGS + DESCRIPTION_ENDINGS,
    "labels": LABEL_ENDINGS,
    "tables": TABLE_ENDINGS,
}


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
        """Ask where to save a file; None if the person changed their mind."""
        session = self._shell.session
        kinds = kinds or f"*{Path(name).suffix}"
        chosen, kind = QFileDialog.getSaveFileName(
            self._over, title or self.tr("Export"), str(session.folder("exports") / name), kinds
        )
        if not chosen:
            return None
        path = _with_ending(Path(chosen), kind if ";;" in kinds else "")
        session.set_folder("exports", path.parent)
        return path


def _with_ending(path: Path, kind: str) -> Path:
    """The path with the ending of the kind of file that was chosen, where it has none of the kinds."""
    ending = re.search(r"\*(\.\w+)\)$", kind)
    return path if ending is None or path.suffix == ending[1] else path.with_name(path.name + ending[1])
