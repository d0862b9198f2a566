"""The status line: picture, convention, device, time, and whether all panels are current."""

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.convention import Convention, describe
from gnet_desktop.gui.controls.plain import tip
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.icons import draw_icon
from gnet_desktop.gui.looks.theme import RADIUS_CONTROL, STATUS_BAR, Theme, font
from gnet_desktop.shown import name_of
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.tasks import cpu_threads


class StatusBar(Speaking, QWidget):
    """Facts in a fixed order, so that the eye finds each in its place.

    ``convention_wanted(place)`` when the convention was clicked.
    """

    convention_wanted = Signal(QPoint)
    spoken_role = Role.StatusBar

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setFixedHeight(STATUS_BAR)
        self.setAccessibleName(self.tr("Status"))
        self._parts: list[str] = []
        self._state, self._sign = "", ""
        self._convention = ""
        self._button = QRectF()
        self._hovered = False
        self.setMouseTracking(True)
        ends = [
            signal.subscribe(self._show_state)
            for signal in (
                workspace.result_changed,
                workspace.checkpoint_changed,
                workspace.current_changed,
                workspace.pictures_changed,
                workspace.loading_changed,
                workspace.decoded_changed,
            )
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._show_state()

    @property
    def text(self) -> str:
        """All that is said, for tests and screen readers."""
        return " | ".join([*self._parts, self._state])

    def _show_state(self) -> None:
        workspace, result = self._workspace, self._workspace.said
        parts = []
        picture = workspace.decoded.picture if workspace.decoded is not None else None
        if result is not None and not workspace.stale:
            picture = result.picture
        if picture is not None:
            width, height = picture.size
            parts.append(self.tr("picture {0} × {1}").format(width, height))
        # before a picture is there, how it would be read is no news
        convention = workspace.convention if workspace.pictures else None
        self._convention = "" if convention is None else _convention_words(convention)
        if self._convention:
            parts.append(self._convention)
        parts.append(self._device())
        if result is not None and not workspace.stale:
            parts.append(f"{result.record.milliseconds:.0f} ms")
            parts += result.record.notes
        self._parts = parts
        self._state, self._sign = self._currency()
        self.setAccessibleDescription(self.text)
        self.setToolTip(tip(self.text))
        self.update()

    def _device(self) -> str:
        device = self._workspace.device
        return self.tr("CPU, {0} threads").format(cpu_threads()) if device == "cpu" else device.upper()

    def _currency(self) -> tuple[str, str]:
        workspace = self._workspace
        if workspace.loading is not None:
            return self.tr("opening {0}").format(name_of(workspace.loading.path)), ""
        entry = workspace.pictures.get(workspace.current or 0)
        if entry is not None and entry.error is not None:
            return self.tr("{0} was not opened").format(entry.name), ""
        if workspace.checkpoint is None:
            return self.tr("no checkpoint is open"), ""
        if workspace.stale:
            return self.tr("computing {0}").format(entry.name if entry else ""), ""
        if workspace.result is not None:
            return self.tr("all panels current"), "check"
        return "", ""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Parts with thin lines between them; the state at the right."""
        theme, painter = Theme.now(), QPainter(self)
        painter.fillRect(self.rect(), theme.colour("panel"))
        painter.fillRect(0, 0, self.width(), 1, theme.colour("line"))
        face = font(12)
        painter.setFont(face)
        metrics = QFontMetricsF(face)
        right = self.width() - 12.0
        if self._state:
            width = metrics.horizontalAdvance(self._state)
            painter.setPen(theme.colour("text2"))
            painter.drawText(
                QRectF(right - width - 1, 0, width + 2, self.height()),
                Qt.AlignmentFlag.AlignVCenter,
                self._state,
            )
            right -= width + 8
            if self._sign:
                draw_icon(painter, self._sign, QRectF(right - 14, 7, 13, 13), theme.good)
                right -= 22
        x = 12.0
        for place, part in enumerate(self._parts):
            room = right - x
            if room < 60:
                break
            if place:
                painter.fillRect(QRectF(x, 7, 1, self.height() - 14), theme.colour("line2"))
                x += 12
            shown = metrics.elidedText(part, Qt.TextElideMode.ElideRight, room - 12)
            if part == self._convention:
                self._button = QRectF(x - 6, 3, metrics.horizontalAdvance(shown) + 12, self.height() - 6)
                self._paint_button(painter)
            painter.setPen(theme.colour("text2"))
            painter.drawText(QRectF(x, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)
            x += metrics.horizontalAdvance(shown) + 12
        painter.end()

    def _paint_button(self, painter: QPainter) -> None:
        """The ground of what can be clicked, while the cursor is over it."""
        if self._hovered:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(Theme.now().colour("well"))
            painter.drawRoundedRect(self._button, RADIUS_CONTROL, RADIUS_CONTROL)

    @property
    def convention_place(self) -> QPoint:
        """Above the convention, where its menu opens."""
        return self.mapToGlobal(self._button.topLeft().toPoint())

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what can be clicked."""
        self._hover(inside=bool(self._convention) and self._button.contains(event.position()))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        """Nothing any more."""
        self._hover(inside=False)

    def _hover(self, *, inside: bool) -> None:
        if inside != self._hovered:
            self._hovered = inside
            shape = Qt.CursorShape.PointingHandCursor if inside else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
            self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ask for the menu of conventions."""
        if self._convention and self._button.contains(event.position()):
            self.convention_wanted.emit(self.convention_place)


def _convention_words(convention: Convention) -> str:
    """``caffe: resize 256 × 256 · crop 224 …``."""
    facts = " · ".join(f"{name} {value}" for name, value in describe(convention))
    return f"{convention.name}: {facts}"
