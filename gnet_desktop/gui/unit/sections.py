"""The plain sections of the unit panel: facts, histogram, strongest pictures, strongest at a place."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.section import TITLE, Piece, Section
from gnet_desktop.gui.controls.spoken import Role, Spoken
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import draw_glyph
from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.gui.painting.numbers import number, percent
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.gui.painting.scale_bar import draw_histogram, draw_strip
from gnet_desktop.gui.unit.facts import UnitFacts
from gnet_desktop.inspection.ranking import UnitAt
from gnet_desktop.inspection.scaling import Limits
from gnet_desktop.network.arithmetic import Field
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.values import ListedPicture

_ROW: Final = 23
_GUTTER: Final = 14
_FRAME: Final = 2
"""Room at the sides for the frames of pictures."""


_GLOSSARY: Final = MappingProxyType(
    {False: ("maximum", "mean", "active cells", "rank"), True: ("peak", "mean", "difference", "rank")}
)
"""The glossary's words for the first facts, of a map and of a difference."""


class FactsSection(Section):
    """Maximum, mean, share of active cells, rank; minimum and broken cells where there are any."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._facts: list[tuple[str, str, bool]] = []
        self._words: list[str] = []

    def show_facts(self, facts: UnitFacts, field: Field | None) -> None:
        """Write a unit's facts; ``field`` is its receptive field."""
        self._facts = [(name, value, False) for name, value in self._first(facts)]
        if field is not None:
            self._facts.append((self.tr("sees"), self.tr("{0} × {0} px").format(field.size), False))
            self._facts.append((self.tr("stride"), self.tr("{0} px").format(field.jump), False))
        if facts.numbers.minimum < 0 and not facts.between:
            self._facts.append((self.tr("minimum"), number(facts.numbers.minimum, 4), False))
        if facts.numbers.non_finite:
            cells = self.tr("{0} cells").format(facts.numbers.non_finite)
            self._facts.append((self.tr("not a number"), cells, True))
        self._words = list(_GLOSSARY[facts.between])
        self._words += ["sees", "stride"] if field is not None else []
        self.setAccessibleName(", ".join(f"{name} {value}" for name, value, _ in self._facts))
        self.setFixedHeight(9 + _ROW * ((len(self._facts) + 1) // 2))
        self.update()

    def _first(self, facts: UnitFacts) -> list[tuple[str, str]]:
        """What is said of every map; a unit that is 0 everywhere has no rank."""
        rank = self.tr("{0} of {1}").format(facts.rank, facts.siblings)
        strongest = self.tr("peak") if facts.between else self.tr("maximum")
        cells = self.tr("changed") if facts.between else self.tr("active cells")
        return [
            (strongest, number(facts.strongest, 4)),
            (self.tr("mean"), number(facts.numbers.mean, 4)),
            (cells, percent(facts.numbers.nonzero)),
            (self.tr("rank"), self.tr("none") if facts.zero else rank),
        ]

    def _box(self, place: int) -> QRectF:
        """Where a fact stands, in two columns; the last has the whole line if it is alone there."""
        width = (self.width() - _GUTTER) / 2
        if place % 2 == 0 and place == len(self._facts) - 1:
            width = float(self.width())
        return QRectF((place % 2) * (width + _GUTTER), 8 + place // 2 * _ROW, width, _ROW)

    @override
    def words_at(self, position: QPointF) -> str:
        """What the fact at a place means."""
        word = next(
            (word for place, word in enumerate(self._words) if self._box(place).contains(position)), ""
        )
        return explained(word=word) if word else ""

    @property
    def facts(self) -> dict[str, str]:
        """What it says, by name."""
        return {name: value for name, value, _ in self._facts}

    @override
    def spoken_count(self) -> int:
        """A part a fact."""
        return len(self._facts)

    @override
    def spoken_part(self, place: int) -> Spoken:
        """A fact's name and value."""
        name, value, _ = self._facts[place]
        return Spoken(Role.ListItem, name, self._box(place), value)

    @override
    def draw(self, painter: QPainter) -> None:
        """Two columns of name and value under a line."""
        theme = Theme.now()
        painter.setPen(theme.colour("line"))
        painter.drawLine(QPointF(0, 0.5), QPointF(self.width(), 0.5))
        for place, (name, value, bad) in enumerate(self._facts):
            box = self._box(place)
            painter.setFont(font(12.5))
            painter.setPen(theme.colour("text2"))
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            painter.setFont(font(12.5, 600))
            painter.setPen(theme.colour("bad" if bad else "text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)


class HistogramSection(Section):
    """How often each value occurs; the axis carries the colours of the map."""

    _TALL: Final = 40
    spoken_role = Role.Chart

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.title = self.tr("Values")
        self.about = explained(word="values")
        self.setFixedHeight(TITLE + self._TALL + 22)
        self._facts: UnitFacts | None = None
        self._scale: Scale | None = None
        self._value: float | None = None

    def show_values(self, facts: UnitFacts, colour_map: str) -> None:
        """Count a unit's values."""
        self._facts = facts
        self._scale = Scale.linear(facts.values, colour_map)
        self._value = facts.strongest
        self.note = self.tr("{0} cells, log count").format(facts.values.size)
        self.setAccessibleName(f"{self.title}, {self.note}")
        self.update()

    def point_at(self, value: float) -> None:
        """Stress the bin of a value."""
        self._value = value
        self.update()

    @override
    def spoken_count(self) -> int:
        """A part a bar."""
        return 0 if self._facts is None else len(self._facts.counts.counts)

    @override
    def spoken_part(self, place: int) -> Spoken:
        """From where to where a bar reaches, and how many cells it counts."""
        assert self._facts is not None
        counts, edges = self._facts.counts.counts, self._facts.counts.edges
        ends = number(float(edges[place])), number(float(edges[place + 1]))
        wide = self.width() / len(counts)
        box = QRectF(place * wide, TITLE, wide, self._TALL)
        cells = self.tr("{0} cells").format(int(counts[place]))
        return Spoken(Role.ListItem, self.tr("{0} to {1}").format(*ends), box, cells)

    @override
    def draw(self, painter: QPainter) -> None:
        """Bars, the colour strip as their axis, its two ends."""
        if self._facts is None or self._scale is None:
            return
        theme = Theme.now()
        box = QRectF(0, TITLE, self.width(), self._TALL)
        draw_histogram(painter, self._facts.counts, box, self._value)
        edges = self._facts.counts.edges
        ends = Limits(float(edges[0]), float(edges[-1]))
        draw_strip(painter, self._scale.strip(ends), QRectF(0, box.bottom() + 2, self.width(), 4))
        painter.setFont(font(10.5, mono=True))
        painter.setPen(theme.colour("text2"))
        axis = QRectF(0, box.bottom() + 7, self.width(), 14)
        painter.drawText(axis, Qt.AlignmentFlag.AlignLeft, number(ends.low))
        painter.drawText(axis, Qt.AlignmentFlag.AlignRight, number(ends.high))


class PicturesSection(Section):
    """On which of the open pictures the unit is strongest; a click shows the picture."""

    COUNT: Final = 6
    _GAP: Final = 7

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.title = self.tr("Strongest pictures")
        self.about = explained(word="strongest pictures")
        self._images: dict[int, QImage] = {}
        self._shown: list[tuple[ListedPicture, float]] = []
        self._current: int | None = None

    def show_pictures(
        self,
        found: Sequence[tuple[ListedPicture, float]],
        *,
        known: int,
        current: int | None,
        unchanged: bool = False,
    ) -> None:
        """Show pictures with their values; ``known`` is how many were compared.

        ``unchanged``: the values are the unchanged network's, though a changed one is looked at.
        """
        self._shown, self._current = list(found), current
        words = self.tr("of the {0} open, unchanged") if unchanged else self.tr("of the {0} open")
        self.note = words.format(known)
        self._images = {
            entry.id: self._images.get(entry.id) or rgb_image(entry.thumbnail)
            for entry, _ in found
            if entry.thumbnail is not None
        }
        self._arrange()

    def _side(self) -> float:
        return (self.width() - 2 * _FRAME - (self.COUNT - 1) * self._GAP) / self.COUNT

    def _arrange(self) -> None:
        side = self._side()
        self.setFixedHeight(round(TITLE + 3 + side + 18))
        self.set_pieces(
            [
                Piece(
                    QRectF(_FRAME + place * (side + self._GAP), TITLE + 3, side, side),
                    entry.id,
                    f"{entry.name}: {number(value, 4)}",
                )
                for place, (entry, value) in enumerate(self._shown)
            ]
        )

    @override
    def resizeEvent(self, event: object) -> None:
        """Thumbnails fill the width."""
        self._arrange()

    @override
    def draw(self, painter: QPainter) -> None:
        """Square thumbnails, the value under each, the current one framed."""
        theme = Theme.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for piece, (entry, value) in zip(self.pieces, self._shown, strict=True):
            _draw_thumbnail(painter, self._images.get(entry.id), piece.box)
            if entry.id == self._current:
                frame(painter, piece.box, "accent")
            elif piece in (self.pointed_piece, self.ringed_piece):
                frame(painter, piece.box, "text")
            painter.setFont(font(11))
            painter.setPen(theme.colour("text2"))
            below = QRectF(piece.box.left() - 4, piece.box.bottom() + 3, piece.box.width() + 8, 14)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, number(value))


def _draw_thumbnail(painter: QPainter, image: QImage | None, box: QRectF) -> None:
    theme = Theme.now()
    path = QPainterPath()
    path.addRoundedRect(box, 4, 4)
    if image is None:
        painter.fillPath(path, theme.colour("well"))
        return
    side = min(image.width(), image.height())
    middle = QRectF((image.width() - side) / 2, (image.height() - side) / 2, side, side)
    painter.save()
    painter.setClipPath(path)
    painter.drawImage(box, image, middle)
    painter.restore()


def frame(painter: QPainter, box: QRectF, token: str) -> None:
    """A rounded frame of 2, 1 outside a box."""
    pen = painter.pen()
    pen.setColor(Theme.now().colour(token))
    pen.setWidthF(2)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(-2, -2, 2, 2), 6, 6)


class PlaceSection(Section):
    """The units of the module that are strongest at a place of the photo."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.title = self.tr("Strongest at this place")
        self._found: list[UnitAt] = []

    def show_place(
        self, module: str, cell: tuple[int, int], found: Sequence[UnitAt], *, pinned: bool
    ) -> None:
        """List units with their values at a cell, the strongest first."""
        self._found = list(found)
        words = self.tr("{0}, cell {1}, {2}").format(module, *cell)
        self.note = words + (" · " + self.tr("pinned") if pinned else "")
        self.setFixedHeight(TITLE + 4 + max(1, len(found)) * _ROW + 4)
        self.set_pieces(
            [
                Piece(
                    QRectF(0, TITLE + 4 + place * _ROW, self.width(), _ROW),
                    Unit(module, one.branch, one.channel),
                    f"{module}/{one.branch}:{one.channel}, {number(one.value, 4)}",
                )
                for place, one in enumerate(found)
            ]
        )

    @override
    def draw(self, painter: QPainter) -> None:
        """Glyph, name, bar, value."""
        theme = Theme.now()
        if not self._found:
            painter.setFont(font(12.5))
            painter.setPen(theme.colour("text3"))
            painter.drawText(QPointF(0, TITLE + 20), self.tr("No unit is active here."))
        for piece, one in zip(self.pieces, self._found, strict=True):
            box = QRectF(0, piece.box.top(), self.width(), _ROW)
            if piece in (self.pointed_piece, self.ringed_piece):
                painter.fillRect(box, theme.colour("raised"))
            draw_glyph(painter, one.branch, 0, box.top() + 4.5)
            unit = piece.value
            assert isinstance(unit, Unit)
            painter.setFont(font(12.5))
            painter.setPen(theme.colour("text"))
            painter.drawText(
                box.adjusted(22, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, f"{one.branch}:{one.channel}"
            )
            track = QRectF(130, box.center().y() - 2.5, max(20, self.width() - 130 - 56), 5)
            draw_bar(painter, track, abs(one.value / self._found[0].value), theme.branch(one.branch))
            painter.drawText(
                box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number(one.value, 4)
            )


def draw_bar(painter: QPainter, track: QRectF, share: float, colour: QColor) -> None:
    """A share 0…1 of a track as a bar."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Theme.now().colour("well"))
    painter.drawRoundedRect(track, 2, 2)
    if share > 0:
        painter.setBrush(colour)
        width = max(3.0, track.width() * min(1.0, share))
        painter.drawRoundedRect(QRectF(track.left(), track.top(), width, track.height()), 2, 2)
    painter.restore()
