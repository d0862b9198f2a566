"""Where a unit's value comes from: strongest inputs by branch, and the kernels that make it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.section import TITLE, Piece, Section
from gnet_desktop.gui.lanes.model import TITLES
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import draw_glyph, outline_focused, outline_hovered
from gnet_desktop.gui.painting.images import LevelImage
from gnet_desktop.gui.painting.numbers import number, percent
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.gui.unit.facts import Expanded, Origins
from gnet_desktop.gui.unit.sections import draw_bar
from gnet_desktop.inspection.colour_maps import TIDE
from gnet_desktop.inspection.scaling import Limits
from gnet_desktop.network.naming import Unit

Array = NDArray[np.float32]

_ROW: Final = 35
_MAP: Final = 28
_GAP: Final = 3
_FRAME: Final = 3
"""Room at the sides for the outlines of maps."""


class InputsSection(Section):
    """What adds to the unit's value at its peak, by branch of the module before.

    The decomposition is exact (docs/methods.md); the bars show each branch's part of all that
    adds, what takes away is in words on its row.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.title = self.tr("Strongest inputs at the peak")
        self.about = explained(word="strongest inputs")
        self._origins: Origins | None = None
        self._images: dict[Unit, LevelImage] = {}

    def wait(self) -> None:
        """Keep the room, say nothing, until the origins are known."""
        self._origins = None
        self.set_pieces([])

    def show_origins(self, origins: Origins, inputs: Array, colour_map: str, *, peak: bool) -> None:
        """Show the parts; ``inputs`` are the maps that the module reads."""
        self._origins = origins
        here = self.tr("cell {0}, {1}").format(*origins.parts.cell)
        self.title = self.tr("Strongest inputs at {0}").format(self.tr("the peak") if peak else here)
        self.note = self.tr("from {0}").format(origins.source.name)
        theme, ratio = Theme.now(), self.devicePixelRatioF()
        self._images = {
            part.unit: Scale.linear(inputs[part.channel], colour_map).image(
                inputs[part.channel],
                nominal=_MAP * ratio,
                ground=theme.colour("raised"),
                gap=theme.colour("panel"),
                ratio=ratio,
            )
            for parts in origins.strongest.values()
            for part in parts
        }
        self.setFixedHeight(TITLE + 2 + len(origins.strongest) * _ROW)
        self._arrange()

    def _arrange(self) -> None:
        if self._origins is None:
            return
        pieces = []
        for row, (group, parts) in enumerate(self._origins.strongest.items()):
            count = len(parts)
            for place, part in enumerate(parts):
                x = self.width() - _FRAME - (max(4, count) - place) * (_MAP + _GAP) + _GAP
                box = QRectF(x, TITLE + 2 + row * _ROW + 2, _MAP, _MAP)
                words = self.tr("{0} adds {1}").format(part.unit.name, number(part.value, 4))
                pieces.append(Piece(box, part.unit, words))
            share = self._origins.shares[group]
            words = self.tr("{0} adds {1}, takes away {2}").format(
                group, number(share.positive, 4), number(-share.negative, 4)
            )
            row_box = QRectF(0, TITLE + 2 + row * _ROW, self.width() - _FRAME - 4 * (_MAP + _GAP), _ROW)
            pieces.append(Piece(row_box, None, words))
        self.set_pieces(pieces)

    @override
    def resizeEvent(self, event: object) -> None:
        """The maps stand at the right."""
        self._arrange()

    @override
    def draw(self, painter: QPainter) -> None:
        """A row a branch: glyph, name, bar, percent, its strongest units."""
        origins, theme = self._origins, Theme.now()
        if origins is None:
            return
        right = self.width() - _FRAME - 4 * (_MAP + _GAP) - 4
        for row, group in enumerate(origins.strongest):
            middle = TITLE + 2 + row * _ROW + _ROW / 2 - 1
            single = len(origins.strongest) == 1
            left = 0.0 if single else 22.0
            if not single:
                draw_glyph(painter, group, 0, middle - 7)
            painter.setFont(font(12.5))
            painter.setPen(theme.colour("text"))
            box = QRectF(left, middle - 10, right - left, 20)
            if not single:
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, TITLES.get(group, group))
                share = origins.share(group)
                track = QRectF(64, middle - 2.5, max(16, right - 64 - 46), 5)
                draw_bar(painter, track, share, theme.branch(group))
                painter.setPen(theme.colour("text"))
                painter.drawText(
                    box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percent(share)
                )
        for piece in self.pieces:
            if isinstance(piece.value, Unit):
                image = self._images.get(piece.value)
                if image is not None:
                    painter.drawImage(piece.box.topLeft(), image.image)
                _frame(self, painter, piece)


def _frame(section: Section, painter: QPainter, piece: Piece) -> None:
    if piece is section.pointed_piece:
        outline_hovered(painter, piece.box)
    elif piece is section.ringed_piece:
        outline_focused(painter, piece.box)


class KernelSection(Section):
    """The kernels that make a unit.

    The first convolution reads colours, so its kernel is shown as the colour picture
    that it answers to; all others as the small signed matrices from the input units
    that weigh most.
    """

    _CELL: Final = 44
    _PITCH: Final = 64
    _ACROSS: Final = 5

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.title = self.tr("Kernels")
        self.about = explained(word="kernel")
        self._picture: QImage | None = None
        self._matrices: list[tuple[Unit, LevelImage]] = []
        self._sums: list[float] = []

    def show_picture(self, kernel: Array, order: str) -> None:
        """Show a kernel (channels, k, k) that reads colours in an order, ``rgb``, ``bgr`` or ``grey``."""
        self._matrices, self._sums = [], []
        self._picture = kernel_picture(kernel, order)
        self.note = self.tr("{0} × {0}, as a colour picture").format(kernel.shape[1])
        self.setFixedHeight(TITLE + 4 + 112)
        self.set_pieces([])

    def show_matrices(self, expanded: Expanded) -> None:
        """Show the kernels from the input units of largest weight, all on one signed scale."""
        kernels = expanded.kernels
        self._picture = None
        ratio, theme = self.devicePixelRatioF(), Theme.now()
        reach = max((float(np.abs(kernel).max()) for _, kernel in kernels), default=0.0)
        scale = Scale(TIDE.name, Limits(-reach, reach))
        self._matrices = [
            (
                unit,
                scale.image(
                    kernel.astype(np.float32),
                    nominal=self._CELL * ratio,
                    ground=theme.colour("raised"),
                    gap=theme.colour("panel"),
                    ratio=ratio,
                ),
            )
            for unit, kernel in kernels
        ]
        remark = {
            "nothing": self.tr("from {0}"),
            "rectifiers": self.tr("from {0}, without rectifiers"),
            "maximum": self.tr("from {0}, the pool as average"),
        }[expanded.left_out].format(expanded.source.name)
        self.note = f"{remark} · ±{number(reach)}"
        self.about = explained(word="kernel" if expanded.left_out == "nothing" else "expanded weights")
        self._sums = [float(kernel.sum()) for _, kernel in kernels]
        self.setFixedHeight(TITLE + 4 + -(-len(kernels) // self._ACROSS) * self._PITCH)
        self._arrange()

    def _arrange(self) -> None:
        across = (self.width() - 2 * _FRAME - self._CELL) / (self._ACROSS - 1)
        pieces = []
        for place, ((unit, _), total) in enumerate(zip(self._matrices, self._sums, strict=True)):
            row, column = divmod(place, self._ACROSS)
            box = QRectF(_FRAME + column * across, TITLE + 4 + row * self._PITCH, self._CELL, self._CELL)
            words = self.tr("{0}, weights {1} in all").format(unit.name, number(total))
            pieces.append(Piece(box, unit, words))
        self.set_pieces(pieces)

    @override
    def resizeEvent(self, event: object) -> None:
        """The matrices fill the width."""
        self._arrange()

    @override
    def draw(self, painter: QPainter) -> None:
        """The picture, or the matrices with their units' names."""
        theme = Theme.now()
        if self._picture is not None:
            painter.drawImage(QRectF(0, TITLE + 4, 105, 105), self._picture)
        for piece, (unit, image) in zip(self.pieces, self._matrices, strict=True):
            side = image.image.deviceIndependentSize()
            painter.drawImage(
                QPointF(piece.box.center().x() - side.width() / 2, piece.box.top()), image.image
            )
            painter.setFont(font(10))
            painter.setPen(theme.colour("text3"))
            below = QRectF(piece.box.left() - 10, piece.box.bottom() + 2, piece.box.width() + 20, 14)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, short_name(unit))
            _frame(self, painter, piece)


def kernel_picture(kernel: Array, order: str) -> QImage:
    """A kernel (channels, k, k) over colours as a picture: 0 is mid-grey, the largest size full."""
    planes = kernel[::-1] if order == "bgr" else kernel
    if len(planes) != 3:
        planes = np.repeat(planes[:1], 3, axis=0)
    reach = float(np.abs(planes).max()) or 1.0
    pixels = np.rint(127.5 + 127.5 * planes / reach).astype(np.uint8).transpose(1, 2, 0)
    pixels = np.ascontiguousarray(pixels)
    side = pixels.shape[0]
    return QImage(pixels.data, side, side, side * 3, QImage.Format.Format_RGB888).copy()


def short_name(unit: Unit) -> str:
    """A unit's name within its module, as its lane calls it: ``pool:76``."""
    return f"{TITLES.get(unit.branch, unit.branch or unit.module)}:{unit.channel}"
