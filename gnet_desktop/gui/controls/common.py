"""The few controls that all panels share: header, icon button, eliding label."""

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.giving_way import give_way
from gnet_desktop.gui.controls.plain import Label, tip
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.controls.spoken import Role, Speaking, TipSpoken
from gnet_desktop.gui.looks.icons import icon
from gnet_desktop.gui.looks.theme import PANEL_HEADER, Theme, font

_FEWEST: Final = 5
"""Letters of a cut text that are still worth showing, the sign of the cut among them."""


_TITLE: Final = 72
"""Pixels of a title that are kept before controls fold."""
_SOME_WORDS: Final = 120
"""From this width on a note that is cut still says something."""


class ElidedLabel(Speaking, QWidget):
    """A line of text that is cut where room ends; the whole text is its tooltip.

    ``token`` is the colour; ``middle`` cuts file names in the middle.
    """

    spoken_role = Role.StaticText

    def __init__(
        self,
        text: str = "",
        *,
        pixels: float = 12,
        weight: int = 400,
        token: str = "text",
        middle: bool = False,
    ) -> None:
        super().__init__()
        self._text, self._token = text, token
        self._font = font(pixels, weight)
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def text(self) -> str:
        """The whole text."""
        return self._text

    def setText(self, text: str) -> None:
        """Show another text."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    @override
    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        metrics = QFontMetrics(self._font)
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height() + 2)

    @override
    def minimumSizeHint(self) -> QSize:
        """None in width: words give way to controls."""
        return QSize(0, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much as fits."""
        painter = QPainter(self)
        painter.setFont(self._font)
        painter.setPen(Theme.now().colour(self._token))
        shown = QFontMetrics(self._font).elidedText(self._text, self._mode, self.width())
        self.setToolTip(tip(self._text) if shown != self._text else "")
        if shown != self._text and len(shown) < _FEWEST:
            # "P…s" tells nobody anything
            shown = ""
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.end()


class PanelHeader(Speaking, QWidget):
    """The first line of a panel: title, note, controls at the right; ``pressed`` where nothing else is."""

    pressed = Signal()
    spoken_role = Role.ToolBar

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(PANEL_HEADER)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._title = ElidedLabel(title, pixels=12.5, weight=600, middle=True)
        self._note = ElidedLabel("", pixels=12, token="text3")
        self._giving_way: list[QWidget] = []
        self._left = 2
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 0, 8, 1)
        self._row.setSpacing(8)
        self._row.addWidget(self._title)
        self._row.addWidget(self._note)
        self._row.addStretch(1)

    @override
    def sizeHint(self) -> QSize:
        """The header's own height: a dock places its contents by it, and they would lie under the header."""
        return QSize(super().sizeHint().width(), PANEL_HEADER)

    @override
    def minimumSizeHint(self) -> QSize:
        """A least width that was set counts: a dock asks its title bar for this and nothing else."""
        return QSize(self.minimumWidth() or self._least(), PANEL_HEADER)

    def _least(self) -> int:
        """The width that it needs with all choices folded and without what gives way."""
        items = [self._row.itemAt(place) for place in range(self._row.count())]
        widgets = [one.widget() for one in items if one is not None and not one.isEmpty()]
        saved = 0
        for widget in widgets:
            if isinstance(widget, Segmented):
                saved += widget.sizeHint().width() - widget.folded_width()
            elif widget in self._giving_way:
                saved += max(widget.minimumWidth(), widget.minimumSizeHint().width()) + self._row.spacing()
        return super().minimumSizeHint().width() - saved

    @property
    def title(self) -> str:
        """The title's text."""
        return self._title.text()

    @property
    def note(self) -> str:
        """The note's text."""
        return self._note.text()

    def set_title(self, text: str) -> None:
        """Show another title."""
        self._title.setText(text)
        self._title.setVisible(bool(text))
        if self.isVisible():
            self._fit()

    def set_note(self, text: str) -> None:
        """Show another note beside the title."""
        self._note.setText(text)
        self._note.setVisible(bool(text))
        if self.isVisible():
            self._fit()

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Append a control at the right."""
        self._row.addWidget(widget, stretch)

    def add_first(self, widget: QWidget) -> None:
        """Append a control at the left, between title and note."""
        self._row.insertWidget(self._left - 1, widget)
        self._left += 1

    def add_left(self, widget: QWidget) -> None:
        """Put a widget behind title and note; it is hidden where room is short."""
        self._row.insertWidget(self._left, widget)
        self._giving_way.append(widget)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The panel is meant; a dock is moved by it, too."""
        self.pressed.emit()
        super().mousePressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """What explains gives way to what works."""
        super().resizeEvent(event)
        self._fit()

    @override
    def event(self, event: QEvent) -> bool:
        """A control came, went or grew."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        """The title whole, controls, then words as far as they have room (`giving_way`)."""
        row, margins = self._row, self._row.contentsMargins()
        words, choices = list(self._giving_way), list[Segmented]()
        room = self.width() - margins.left() - margins.right()
        room -= min(_TITLE, self._title.sizeHint().width())
        for place in range(row.count()):
            item = row.itemAt(place)
            widget = item.widget() if item is not None else None
            if item is None or widget is None or widget in (*self._giving_way, self._title, self._note):
                continue
            if isinstance(widget, ElidedLabel) and widget.text():
                words.append(widget)
            elif not item.isEmpty():
                choices += [widget] if isinstance(widget, Segmented) else []
                wide = widget.whole_width if isinstance(widget, Segmented) else item.minimumSize().width()
                room -= wide + row.spacing()
        rest = max(0, self._title.sizeHint().width() - _TITLE)
        left = give_way(room, rest, row.spacing(), words, choices) - row.spacing()
        whole = self._note.sizeHint().width() <= left
        self._note.setVisible(bool(self._note.text()) and (whole or left >= _SOME_WORDS))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and the line below."""
        theme, painter = Theme.now(), QPainter(self)
        painter.fillRect(self.rect(), theme.colour("panel"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.colour("line"))
        painter.end()


class IconButton(TipSpoken, QToolButton):
    """A flat button with one of our icons, and words beside it if it has any."""

    def __init__(self, name: str, text: str = "", *, checkable: bool = False, token: str = "text2") -> None:
        super().__init__()
        self.setIcon(icon(name, token))
        self.setIconSize(QSize(16, 16))
        self.setAutoRaise(True)
        self.setCheckable(checkable)
        self.setFont(font(12))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if text:
            self.setText(text)

    @override
    def setText(self, text: str) -> None:
        """Words beside the icon; none shows the icon alone."""
        super().setText(text)
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(style.ToolButtonTextBesideIcon if text else style.ToolButtonIconOnly)


def heading(text: str) -> QLabel:
    """A section's heading."""
    label = Label(text)
    label.setFont(font(12.5, 600))
    return label
