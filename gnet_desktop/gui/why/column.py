"""One map of the window that asks why: of what it is, the picture under it, and its check."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.common import ElidedLabel
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.gui.why.asking import Asked, target_words
from gnet_desktop.gui.why.drawing import Sheet, draw
from gnet_desktop.gui.why.layer import Why, WhyLayer, shown_as
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result, ViewOptions


@dataclass(frozen=True, slots=True)
class _Itself:
    """The input on itself."""

    input: tuple[int, int]

    def to_input(self, point: tuple[float, float], /) -> tuple[float, float]:
        return point


class Column(Speaking, QWidget):
    """The map of one target; it is worked out when it is shown."""

    spoken_role = Role.Grouping

    def __init__(
        self, workspace: Workspace, purpose: str, changed: Callable[[], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.why = Why(workspace, purpose, changed)
        self.title = ElidedLabel("", pixels=13, weight=600)
        self.picture = _Picture()
        self.check = Label()
        self.check.setFont(font(12))
        self.check.setWordWrap(True)
        self.check.setMinimumHeight(34)
        self.check.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.title)
        column.addWidget(self.picture, 1)
        column.addWidget(self.check)

    def show_asked(self, asked: Asked, result: Result) -> None:
        """Show the map that is asked for, or how far it is."""
        layer = self.why.layer(result, asked)
        self.title.setText(target_words(asked.target, result.checkpoint.labels.names))
        words = self.tr("waiting for its turn") if layer is None else layer.caption[-1]
        if self.why.found.busy:
            words = self.tr("{0} % done").format(round(100 * self.why.found.share))
        drawn, view = self._workspace.question.drawn, self._workspace.view
        if layer is not None and drawn in ("map", "signed"):
            words += self._scale_words(*shown_as(layer, drawn, view.colour_map))
        self.check.setText(words)
        self.picture.show_layer(layer, result, drawn, view)
        self.setAccessibleName(f"{self.title.text()}: {words}")

    def _scale_words(self, layer: WhyLayer, colours: str) -> str:
        """What the colours reach from and to: each map has its own scale, so it is written."""
        limits = Scale.linear(layer.values, colours).limits
        if limits.low == limits.high:
            return ""
        return " · " + self.tr("colours {0} to {1}").format(number(limits.low), number(limits.high))


class _Picture(QWidget):
    """What the network saw, with a map over it."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[WhyLayer | None, Result, str, ViewOptions] | None = None
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)

    @property
    def layer(self) -> WhyLayer | None:
        """The map that is shown."""
        return self._shown[0] if self._shown is not None else None

    @property
    def laid(self) -> QImage | None:
        """What lies over the picture; None before it was painted."""
        return self._image

    @override
    def sizeHint(self) -> QSize:
        """As large as there is room."""
        return QSize(320, 320)

    def show_layer(self, layer: WhyLayer | None, result: Result, drawn: str, view: ViewOptions) -> None:
        """Show a map in one of the ways to draw it; None shows the picture alone."""
        self._shown, self._image = (layer, result, drawn, view), None
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, as large as fits, and the map."""
        painter, theme = QPainter(self), Theme.now()
        painter.fillRect(self.rect(), theme.colour("well"))
        if self._shown is not None:
            layer, result, drawn, view = self._shown
            box = self._box(result)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(box, rgb_image(np.asarray(result.shown)))
            if layer is not None:
                painter.drawImage(box.topLeft(), self._laid(layer, result, drawn, view, box))
        painter.end()

    def _box(self, result: Result) -> QRectF:
        across, down = result.shown.size
        scale = min(self.width() / across, self.height() / down)
        box = QRectF(0, 0, round(across * scale), round(down * scale))
        # at the top: columns whose words need more lines are lower, and their pictures stand in one line
        return QRectF(round((self.width() - box.width()) / 2), 0, box.width(), box.height())

    def _laid(self, layer: WhyLayer, result: Result, drawn: str, view: ViewOptions, box: QRectF) -> QImage:
        ratio = self.devicePixelRatioF()
        size = round(box.width() * ratio), round(box.height() * ratio)
        if self._image is None or (self._image.width(), self._image.height()) != size:

            def photo() -> QImage:
                image = QImage(*size, QImage.Format.Format_RGBA8888)
                image.fill(QColor(0, 0, 0))
                painter = QPainter(image)
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawImage(QRectF(0, 0, *size), rgb_image(np.asarray(result.shown)))
                painter.end()
                return image

            sheet = Sheet(_Itself(result.shown.size), (0.0, 0.0, *result.shown.size), size, ratio, photo)
            shown, colours = shown_as(layer, drawn, view.colour_map)
            scale = Scale.linear(shown.values, colours)
            self._image = draw(shown, result, sheet, drawn, scale, smooth=view.smooth)
        return self._image
