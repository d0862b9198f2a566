"""Files that were opened before: a menu of them, and lines for the palette."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from gnet_desktop.files import exists
from gnet_desktop.gui.actions.palette import Found
from gnet_desktop.gui.controls.plain import menu_words, tip
from gnet_desktop.gui.system.session import Session
from gnet_desktop.resources import resource
from gnet_desktop.shown import name_of, path_words

Open = Callable[[Path], None]


class Recent(QMenu):
    """Recent pictures and folders, then recent checkpoints; what is gone is left out."""

    def __init__(
        self, session: Session, open_picture: Open, open_checkpoint: Open, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._openers = {"pictures": open_picture, "checkpoints": open_checkpoint}
        self.setTitle(self.tr("Open recent"))
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)

    def remember(self, paths: list[Path]) -> None:
        """Put pictures and folders that were opened first, in their order; samples are always at hand."""
        samples = resource("samples")
        for path in reversed(paths):
            if path.absolute().parent != samples:
                self._session.add_recent("pictures", path)

    def _files(self) -> Iterator[tuple[str, Path]]:
        for kind in self._openers:
            for path in self._session.recent(kind):
                if exists(path):
                    yield kind, path

    def fill(self) -> None:
        """Look again what there is."""
        self.clear()
        before = ""
        for kind, path in self._files():
            if before and kind != before:
                self.addSeparator()
            before = kind
            action = self.addAction(menu_words(name_of(path)))
            action.setToolTip(tip(path_words(path)))
            action.triggered.connect(partial(self._open, kind, path))
        if self.isEmpty():
            self.addAction(self.tr("Nothing was opened yet")).setEnabled(False)

    def _open(self, kind: str, path: Path, _checked: bool = False) -> None:
        self._openers[kind](path)

    def found(self) -> list[Found]:
        """The same as lines of the palette."""
        notes = {"pictures": self.tr("recent picture"), "checkpoints": self.tr("recent checkpoint")}
        return [
            Found(name_of(path), notes[kind], partial(self._open, kind, path), self.tr("Open recent"))
            for kind, path in self._files()
        ]
