"""The strongest way from an answer back to the picture, unit by unit; a click shows one of them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.answers.values import class_name
from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.section import TITLE, Piece, Section
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import mark_cell, outline_focused, outline_hovered
from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.gui.painting.numbers import number, signed
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.gui.why.asking import Asked
from gnet_desktop.gui.why.growing import Growing
from gnet_desktop.inspection.tracing import Spot, Step, spot_words, way_back
from gnet_desktop.network.arithmetic import field_box, receptive_field
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

_MAP: Final = 64
_WIDE: Final = 92
_TALL: Final = _MAP + 42
_AWAY: Final = 14
"""Room between two, for the arrow."""


@dataclass(frozen=True, slots=True, eq=False)
class _Stop:
    """One on the way: its picture with the cell in it, its name, and a number."""

    image: QImage | None
    cell: QRectF | None
    name: str
    told: str
    spot: Spot | None
    words: str


class WaySection(Section):
    """The steps of `way_back`; worked out while it is shown. ``activated`` with the `Spot`."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._workspace = workspace
        self.title = self.tr("From the answer back to the picture")
        self.about = explained(word="step back")
        self.found: Growing[Asked, list[Step]] = Growing(workspace, "way back", self._came)
        self._subject: tuple[Asked, Result] | None = None
        self._stops: list[_Stop] = []
        self.activated.connect(self._choose)
        self.pointed.connect(lambda spot: workspace.hover(spot.unit if isinstance(spot, Spot) else None))

    @property
    def steps(self) -> list[Step]:
        """The way; empty before it is known."""
        if self._subject is None:
            return []
        asked, result = self._subject
        loaded = self._workspace.network_of(result)
        if loaded is None or self._workspace.stale:
            return []
        network, changes = loaded.network, asked.run.changes
        found = self.found.get(
            asked, lambda progress: way_back(network, result.record, asked.target, changes, progress=progress)
        )
        return found or []

    def show_subject(self, asked: Asked | None, result: Result | None) -> None:
        """The question whose answer is followed; None stops what is under way."""
        self._subject = None if asked is None or result is None else (asked, result)
        if self._subject is None:
            self.found.stop()
        self._came()

    def _came(self) -> None:
        steps = self.steps
        self.note = self.tr("the unit that adds most, each time; one strand of many")
        if self.found.busy:
            self.note = self.tr("{0} % done").format(round(100 * self.found.share))
        self._stops = self._made(steps, self._subject[1]) if steps and self._subject is not None else []
        self._arrange()

    def _choose(self, value: object) -> None:
        if isinstance(value, Spot):
            self._workspace.choose_unit(value.unit, value.cell)

    # What stands on the way

    def _made(self, steps: list[Step], result: Result) -> list[_Stop]:
        adds = {one.spot: one.value for step in steps for one in step.inflows}
        stops = [self._stop(step, result, adds) for step in steps]
        last = steps[-1].start
        if steps[-1].in_picture and isinstance(last, Spot):
            stops.append(self._seen(last, result))
        return stops

    def _stop(self, step: Step, result: Result, adds: dict[Spot, float]) -> _Stop:
        start = step.start
        if not isinstance(start, Spot):
            names = result.checkpoint.labels.names
            name, told = class_name(names, start.index), self.tr("logit {0}").format(number(step.value))
            if start.against is not None:
                name = self.tr("{0} against {1}").format(name, class_name(names, start.against))
                told = self.tr("difference {0}").format(number(step.value))
            return _Stop(None, None, name, told, None, f"{name}, {told}")
        values = result.record[start.unit.part][start.unit.channel]
        told = signed(adds[start])
        words = self.tr("{0}, value {1}; adds {2} to the one before").format(
            spot_words(start), number(step.value), told
        )
        theme, ratio = Theme.now(), self.devicePixelRatioF()
        scale = Scale.linear(values, self._workspace.look.colour_map)
        image = scale.image(
            values,
            nominal=_MAP * ratio,
            ground=theme.colour("raised"),
            gap=theme.colour("panel"),
            ratio=ratio,
        ).image
        rows, columns = values.shape
        cell = QRectF(start.cell[0] / columns, start.cell[1] / rows, 1 / columns, 1 / rows)
        return _Stop(image, cell, start.unit.name, told, start, words)

    def _seen(self, spot: Spot, result: Result) -> _Stop:
        """What the first layer sees of the picture there, with some of what lies around."""
        size = result.record.input_size
        field = receptive_field(result.checkpoint.architecture, spot.unit.part, size)
        left, top, right, bottom = field_box(field, *spot.cell)
        around = 2 * (right - left)
        box = (left - around, top - around, right + around, bottom + around)
        cut = result.shown.convert("RGB").crop(box)
        image = rgb_image(np.asarray(cut))
        words = self.tr("the pixels that it reads, {0}, {1} to {2}, {3}").format(
            left, top, right - 1, bottom - 1
        )
        cell = QRectF(around / cut.width, around / cut.height, 1 / 5, 1 / 5)
        return _Stop(image, cell, self.tr("the picture"), f"{right - left} × {bottom - top}", None, words)

    # Where it stands

    def _arrange(self) -> None:
        across = max(1, int((self.width() + _AWAY) // (_WIDE + _AWAY)))
        pieces = []
        for place, stop in enumerate(self._stops):
            row, column = divmod(place, across)
            box = QRectF(column * (_WIDE + _AWAY), TITLE + 6 + row * (_TALL + 8), _WIDE, _TALL)
            pieces.append(Piece(box, stop.spot, stop.words))
        rows = -(-max(1, len(self._stops)) // across)
        self.setFixedHeight(TITLE + 6 + rows * (_TALL + 8))
        self.set_pieces(pieces)

    @override
    def resizeEvent(self, event: object) -> None:
        """As many in a row as there is room for."""
        self._arrange()

    @override
    def draw(self, painter: QPainter) -> None:
        """Each with its map; arrows between them."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, (piece, stop) in enumerate(zip(self.pieces, self._stops, strict=True)):
            self._draw_stop(painter, piece, stop)
            if place + 1 < len(self._stops):
                painter.setFont(font(14))
                painter.setPen(Theme.now().colour("text3"))
                box = QRectF(piece.box.right(), piece.box.top(), _AWAY, _MAP)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "‹")

    def _draw_stop(self, painter: QPainter, piece: Piece, stop: _Stop) -> None:
        theme, middle = Theme.now(), piece.box.center().x()
        room = QRectF(middle - _MAP / 2, piece.box.top(), _MAP, _MAP)
        if stop.image is None:
            painter.setPen(theme.colour("line"))
            painter.drawRoundedRect(room.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            painter.setFont(font(22, 600))
            painter.setPen(theme.colour("accent"))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, "?")
        else:
            painter.drawImage(room, stop.image)
        if stop.cell is not None:
            cell = QRectF(
                room.left() + stop.cell.left() * _MAP,
                room.top() + stop.cell.top() * _MAP,
                max(3.0, stop.cell.width() * _MAP),
                max(3.0, stop.cell.height() * _MAP),
            )
            mark_cell(painter, cell)
        if piece is self.pointed_piece and stop.spot is not None:
            outline_hovered(painter, room)
        elif piece is self.ringed_piece:
            outline_focused(painter, room)
        self._write(painter, piece.box, stop)

    def _write(self, painter: QPainter, box: QRectF, stop: _Stop) -> None:
        theme = Theme.now()
        painter.setFont(font(11.5))
        painter.setPen(theme.colour("text"))
        metrics = QFontMetricsF(painter.font())
        name = metrics.elidedText(stop.name, Qt.TextElideMode.ElideRight, box.width() + _AWAY - 4)
        centre = box.center().x()
        painter.drawText(QPointF(centre - metrics.horizontalAdvance(name) / 2, box.top() + _MAP + 17), name)
        painter.setPen(theme.colour("text2"))
        told = QPointF(centre - metrics.horizontalAdvance(stop.told) / 2, box.top() + _MAP + 33)
        painter.drawText(told, stop.told)
