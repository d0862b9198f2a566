"""What is said beside a target of the map: its lines, and what it is for who meets it first."""

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from gnet_desktop.gui.controls.explaining import lines_of, meaning
from gnet_desktop.gui.lanes.tip import Tip


class TargetTip:
    """A `Tip` of a widget's window, made when it is first wanted."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._tip: Tip | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """What is said; empty when nothing is."""
        return self._tip.lines if self._tip is not None and self._tip.isVisible() else ()

    def show(self, box: QRect, lines: tuple[str, ...], word: str) -> None:
        """Say lines beside a rectangle of the widget, and what the glossary says of a word, if any."""
        corner = self._widget.mapTo(self._widget.window(), box.topLeft())
        about = lines_of(f"{word}: {meaning(word)}") if word else ()
        self._made().show_beside(QRect(corner, box.size()), (*lines, *about), term=word)

    def hide(self) -> None:
        """Say nothing."""
        self._made().hide()

    def _made(self) -> Tip:
        if self._tip is None:
            self._tip = Tip(self._widget.window())
        return self._tip
