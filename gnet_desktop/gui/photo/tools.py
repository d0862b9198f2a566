"""The tools over the photo: a column at its left, a line above it, or two columns where it is low."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from gnet_desktop.gui.controls.common import IconButton

PLACE: Final = 12
_EDGE, _GAP = 3, 2
_WIDE: Final = 1.3
"""A narrow photo that is wider than this, by its height, has room for a column beside it."""


class PhotoTools(QWidget):
    """Buttons, in the order in which they were added."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("photoTools")
        self.setStyleSheet("#photoTools { background: palette(base); border-radius: 6px; }")
        self._buttons: list[IconButton] = []
        self._rows = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(_EDGE, _EDGE, _EDGE, _EDGE)
        self._grid.setSpacing(_GAP)
        self.move(PLACE, PLACE)

    def add(self, button: IconButton) -> None:
        """One more."""
        self._buttons.append(button)
        self._grid.addWidget(button, len(self._buttons) - 1, 0)

    def offer(self, button: IconButton, *, offered: bool) -> None:
        """Show one of them, or leave it out."""
        if button.isHidden() == offered:
            button.setVisible(offered)
            self._rows = 0

    def fit(self, width: int, height: int, *, narrow: bool) -> None:
        """Stand where the photo beside them is largest in a view of that size."""
        offered = [button for button in self._buttons if not button.isHidden()]
        high = self._buttons[0].sizeHint().height() + _GAP
        fitting = max(1, (height - 2 * (PLACE + _EDGE)) // high)
        columns = -(-len(offered) // fitting)
        rows = 1 if narrow and width < _WIDE * height else -(-len(offered) // columns)
        if rows != self._rows:
            self._rows = rows
            for place, button in enumerate(offered):
                self._grid.addWidget(button, place % rows, place // rows)
        self._grid.activate()
        self.resize(self._grid.sizeHint())
