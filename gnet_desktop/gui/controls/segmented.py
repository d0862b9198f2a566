"""One choice among a few, side by side; where room is short, a menu."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.focus import KeyFocus
from gnet_desktop.gui.controls.spoken import Role, Speaking, Spoken
from gnet_desktop.gui.looks.icons import draw_icon
from gnet_desktop.gui.looks.theme import RADIUS_BUTTON, RADIUS_CONTROL, Theme, font

_ARROW: Final = 14


class Segmented(Speaking, QWidget):
    """One of a few words, chosen by click or arrow keys; ``chosen`` carries its value."""

    chosen = Signal(object)

    def __init__(self, choices: Sequence[tuple[Any, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values = [value for value, _ in choices]
        self._words = [words for _, words in choices]
        self._place = 0
        self._hovered = -1
        self._folded = False
        self._tips: dict[Any, str] = {}
        self._focus = KeyFocus(self)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._font, self._bold = font(12), font(12, 500)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._describe()

    @property
    def value(self) -> Any:
        """The value of what is chosen."""
        return self._values[self._place]

    def explain(self, tips: Mapping[Any, str]) -> None:
        """Tooltips of the choices by value; those without one have the control's own."""
        self._tips = dict(tips)

    @override
    def event(self, event: QEvent) -> bool:
        """The tooltip of the choice under the cursor."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._tips:
            place = self._at(event.pos().x())
            words = self._tips.get(self._values[place], "") if place >= 0 else ""
            QToolTip.showText(event.globalPos(), words or self.toolTip(), self)
            return True
        return super().event(event)

    def set_value(self, value: Any) -> None:
        """Show another choice, without announcing it; unknown values choose nothing new."""
        if value in self._values and self._values.index(value) != self._place:
            self._place = self._values.index(value)
            self._describe()
            self.updateGeometry()
            self.update()

    @override
    def sizeHint(self) -> QSize:
        """All words with room around them; folded, the chosen one with the sign of a menu."""
        return QSize(self.folded_width() if self._folded else self.whole_width, 24)

    def folded_width(self) -> int:
        """Pixels that the chosen word takes with the sign of a menu."""
        return round(self._widths()[self._place]) + _ARROW + 4

    @property
    def whole_width(self) -> int:
        """Pixels that all words take."""
        return round(sum(self._widths())) + 4

    @property
    def is_folded(self) -> bool:
        """Whether only the chosen word is shown, the others in a menu."""
        return self._folded

    def set_folded(self, folded: bool) -> None:
        """Show all words, or the chosen one with a menu."""
        if folded != self._folded:
            self._folded = folded
            self.updateGeometry()
            self.update()

    def _widths(self) -> list[float]:
        metrics = QFontMetrics(self._bold)
        return [metrics.horizontalAdvance(words) + 16 for words in self._words]

    def box_of(self, value: Any) -> QRectF:
        """Where a choice stands; empty where it is folded away."""
        return self._boxes()[self._values.index(value)]

    def _boxes(self) -> list[QRectF]:
        if self._folded:
            return [
                QRectF(2, 2, self.width() - 4, self.height() - 4) if place == self._place else QRectF()
                for place in range(len(self._words))
            ]
        boxes, x = [], 2.0
        for width in self._widths():
            boxes.append(QRectF(x, 2, width, self.height() - 4))
            x += width
        return boxes

    def _at(self, x: float) -> int:
        return next((place for place, box in enumerate(self._boxes()) if box.left() <= x < box.right()), -1)

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self._values) and place != self._place:
            self._place = place
            self._describe()
            self.updateGeometry()
            self.update()
            self.speak_focus()
            self.chosen.emit(self._values[place])

    def _describe(self) -> None:
        self.setAccessibleDescription(self._words[self._place])

    @override
    def spoken_count(self) -> int:
        """A button a choice."""
        return len(self._words)

    @override
    def spoken_part(self, place: int) -> Spoken:
        """A radio button; the others are out of sight where they are folded away."""
        return Spoken(
            Role.RadioButton, self._words[place], self._boxes()[place], checked=place == self._place
        )

    @override
    def spoken_focus(self) -> int | None:
        """The chosen one."""
        return self._place if self.hasFocus() else None

    @override
    def spoken_value(self) -> str:
        """What is chosen."""
        return self._words[self._place]

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard is at what is chosen."""
        super().focusInEvent(event)
        self.speak_focus()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose what was clicked, or from the menu."""
        if self._folded:
            self.menu().popup(self.mapToGlobal(self.rect().bottomLeft()))
        else:
            self._choose(self._at(event.position().x()))

    def menu(self) -> QMenu:
        """All words as a menu, the chosen one marked."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for place, words in enumerate(self._words):
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(place == self._place)
            action.triggered.connect(lambda _=False, place=place: self._choose(place))
        return menu

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what a click would choose."""
        self._hover(self._at(event.position().x()))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered any more."""
        self._hover(-1)

    def _hover(self, place: int) -> None:
        if place != self._hovered:
            self._hovered = place
            self.update()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from choice to choice."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._choose(self._place + step)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The track, the chosen one raised, the words."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("well"))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS_BUTTON, RADIUS_BUTTON)
        for place, box in enumerate(self._boxes()):
            on = place == self._place
            if box.isEmpty():
                continue
            if on:
                painter.setBrush(theme.colour("panel"))
                painter.setPen(QPen(theme.colour("line2"), 1))
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CONTROL, RADIUS_CONTROL)
            painter.setFont(self._bold if on else self._font)
            token = "text" if on or place == self._hovered else "text2"
            painter.setPen(theme.colour(token if self.isEnabled() else "text3"))
            words = box.adjusted(0, 0, -_ARROW, 0) if self._folded else box
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self._words[place])
        if self._folded:
            draw_icon(painter, "down", QRectF(self.width() - 19, 6, 12, 12), theme.text2)
        if self._focus.shown:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_BUTTON, RADIUS_BUTTON)
        painter.end()
