"""What the windows that compare have in common: header, a page that scrolls, saving."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.errors import GNetError
from gnet_desktop.gui.controls.common import IconButton, PanelHeader
from gnet_desktop.gui.controls.ground import ToolWindow
from gnet_desktop.gui.controls.plain import Label, tip
from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.workspace.compared import Row, save_rows
from gnet_desktop.workspace.state import Workspace

_KINDS: Final = "JSON (*.json);;CSV (*.csv)"


class CompareView(Speaking, ToolWindow):
    """A window that compares. ``ask_path`` asks where to save."""

    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.ask_path: Callable[[str, str], Path | None] = lambda _name, _kinds: None
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.header = PanelHeader(title)
        self.sentence = self._words(15, 500)
        self.scroller = ScrollPage(title)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(20, 16, 20, 20)
        self.column.setSpacing(12)
        self.scroller.setWidget(inside)
        self.outer = QVBoxLayout(self)
        self.outer.setContentsMargins(0, 0, 0, 0)
        self.outer.setSpacing(0)
        self.outer.addWidget(self.header)
        self.outer.addWidget(self.scroller, 1)

    def begin(self) -> None:
        """The keyboard at the page, where it scrolls."""
        self.scroller.setFocus(Qt.FocusReason.OtherFocusReason)

    def _words(self, pixels: float, weight: int = 400) -> Label:
        label = Label()
        label.setFont(font(pixels, weight))
        label.setWordWrap(True)
        return label

    def _saving(self, words: str, save: Callable[[], None]) -> IconButton:
        """The button that saves, in the header."""
        button = IconButton("file", self.tr("Save…"))
        button.setToolTip(tip(words))
        button.clicked.connect(save)
        self.header.add(button)
        return button

    def _write(
        self, name: str, facts: Callable[[], Mapping[str, Any]], columns: Sequence[str], rows: Sequence[Row]
    ) -> None:
        """Ask where, and write ``facts`` as JSON or ``rows`` as CSV."""
        path = self.ask_path(name, _KINDS)
        if path is None:
            return
        try:
            save_rows(path, facts(), columns, rows)
        except GNetError as error:
            self._workspace.failed.emit(error)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """The keyboard can scroll at once."""
        super().showEvent(event)
        self.begin()
