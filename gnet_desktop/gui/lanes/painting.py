"""How a lane looks: its header, its tiles, the marks on them, its scroll thumb."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gnet_desktop.gui.lanes.arrangement import CAPTION, SCROLLER
from gnet_desktop.gui.lanes.atlas import LaneAtlas, Region
from gnet_desktop.gui.lanes.model import Lane
from gnet_desktop.gui.looks.theme import RADIUS_BAR, Theme, font
from gnet_desktop.gui.painting.glyphs import (
    GLYPH,
    draw_glyph,
    hue_of,
    mark_cell,
    outline_chosen,
    outline_focused,
    outline_hovered,
    outline_marked,
)
from gnet_desktop.gui.painting.hatching import hatch_behind, write_on_plate
from gnet_desktop.gui.painting.images import snapped
from gnet_desktop.gui.painting.numbers import number

HEADER, SHORT_HEADER = 62, 44
SCALE_LINE = 16
"""What a lane's own colour bar adds to its header."""
THUMB, THUMB_GRAB, THUMB_AWAY = 5, 16, 5
_LEAST_MARK: Final = 5.0
_WORDS: Final = 40
"""From this width of a tile on its state is written on it."""
_TITLE, _AFTER_TITLE = 21.0, 8.0
"""Where a lane's name begins, and the gap behind it."""

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Texts:
    """What a lane's header says, already in the person's language; ``counts`` from long to short."""

    title: str
    counts: tuple[str, ...]
    path: str
    energy: str
    tooltip: str


@dataclass(slots=True)
class Look:
    """What is marked in a lane: channels, and cells of the whole map on every tile."""

    chosen: int | None = None
    hovered: int | None = None
    focused: int | None = None
    marked: frozenset[int] = frozenset()
    cells: tuple[tuple[int, int], ...] = ()
    captions: int = 1
    """Lines' content under a tile: 0 nothing, 1 its number, 2 its maximum too."""

    def stands_out(self, channel: int) -> bool:
        """Whether a channel is chosen, or marked with others."""
        return channel == self.chosen or channel in self.marked


@dataclass(frozen=True, slots=True)
class View:
    """The visible part of a lane: ``area`` in logical pixels, scrolled by physical ones."""

    area: QRectF
    scroll: int
    ratio: float

    def tile(self, atlas: LaneAtlas, channel: int) -> QRectF | None:
        """Where a channel's tile lies in the widget; None if it is filtered out."""
        box = atlas.layout.rectangle(channel)
        if box is None:
            return None
        x, y, width, height = (side / self.ratio for side in box)
        return QRectF(self.area.left() + x, self.area.top() + y - self.scroll / self.ratio, width, height)


def draw_header(painter: QPainter, lane: Lane, texts: Texts, width: float, *, short: bool) -> None:
    """Glyph, name, count; below, unless ``short``, kernel path and energy; the share as a bar.

    In a lane too narrow for name and count, the count takes the path's place, or is
    written shorter.
    """
    theme = Theme.now()
    draw_glyph(painter, lane.branch, 0, 12)
    painter.setPen(theme.colour("text"))
    face = font(13.5, 600)
    painter.setFont(face)
    title = QFontMetricsF(face).horizontalAdvance(texts.title)
    # a lane of one small tile has room for its name, closer to its sign and above the bar that scrolls
    start = max(GLYPH + 2.0, min(_TITLE, width - title))
    painter.drawText(QPointF(start, 24), _elided(painter, texts.title, width + SCROLLER - start))
    painter.setPen(theme.colour("text2"))
    painter.setFont(font(12))
    form = count_form(texts if short else replace(texts, counts=texts.counts[:1]), width)
    fitting = None if form is None else texts.counts[form]
    if fitting is not None:
        _draw_right(painter, fitting, _TITLE + title + _AFTER_TITLE, width, 24)
    if not short:
        painter.setPen(theme.colour("text3"))
        painter.setFont(font(11))
        room = width - QFontMetricsF(painter.font()).horizontalAdvance(texts.energy) - 6
        painter.drawText(
            QPointF(0, 41), _elided(painter, texts.path if fitting is not None else texts.counts[0], room)
        )
        _draw_right(painter, texts.energy, 0, width, 41)
    _draw_share(painter, lane, QRectF(0, 35 if short else 49, width, 3))


def count_form(texts: Texts, width: float) -> int | None:
    """Which of its counts fits beside a lane's name, the longest first; None if none does."""
    left = _TITLE + QFontMetricsF(font(13.5, 600)).horizontalAdvance(texts.title) + _AFTER_TITLE
    measure = QFontMetricsF(font(12)).horizontalAdvance
    return next((form for form, one in enumerate(texts.counts) if left + measure(one) <= width), None)


def _draw_right(painter: QPainter, text: str, left: float, right: float, baseline: float) -> None:
    text = _elided(painter, text, right - left)
    painter.drawText(QPointF(right - QFontMetricsF(painter.font()).horizontalAdvance(text), baseline), text)


def _elided(painter: QPainter, text: str, room: float) -> str:
    return QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, room))


def _draw_share(painter: QPainter, lane: Lane, bar: QRectF) -> None:
    theme = Theme.now()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("well"))
    painter.drawRoundedRect(bar, 1.5, 1.5)
    if lane.share:
        painter.setBrush(theme.branch(hue_of(lane.branch)))
        painter.drawRoundedRect(
            QRectF(bar.left(), bar.top(), max(3.0, bar.width() * lane.share), 3), 1.5, 1.5
        )
    painter.restore()


def draw_tiles(
    painter: QPainter, lane: Lane, atlas: LaneAtlas, region: Region, view: View, look: Look, dirty: QRectF
) -> None:
    """The tiles that a dirty rectangle touches, with captions and marks."""
    seen = view.area.intersected(dirty)
    top = int((seen.top() - view.area.top()) * view.ratio) + view.scroll
    bottom = int((seen.bottom() - view.area.top()) * view.ratio) + view.scroll + 1
    corner = snapped(painter, view.area.left(), view.area.top())
    for y, block in atlas.between(top, bottom):
        painter.drawImage(QPointF(corner.x(), corner.y() + (y - view.scroll) / view.ratio), block.image)
    tiles = list(_tiles(atlas, view, top, bottom))
    _draw_captions(painter, lane, tiles, look)
    _draw_states(painter, lane, tiles)
    for cell in look.cells:
        _draw_cell(painter, tiles, region, cell)
    _draw_outlines(painter, atlas, view, look)


def _tiles(atlas: LaneAtlas, view: View, top: int, bottom: int) -> Iterator[tuple[int, QRectF]]:
    layout = atlas.layout
    across, down = (side / view.ratio for side in layout.pitch)
    width, height = (side / view.ratio for side in layout.tile)
    left, above = view.area.left(), view.area.top() - view.scroll / view.ratio
    rows = layout.rows_between(top, bottom)
    first = rows.start * layout.columns
    for place, channel in enumerate(layout.shown(rows).tolist(), first):
        row, column = divmod(place, layout.columns)
        yield channel, QRectF(left + column * across, above + row * down, width, height)


def _draw_captions(painter: QPainter, lane: Lane, tiles: list[tuple[int, QRectF]], look: Look) -> None:
    if not look.captions or not tiles:
        return
    theme = Theme.now()
    faces = {False: (font(10), theme.colour("text3")), True: (font(10, 600), theme.colour("accent"))}
    metrics = QFontMetricsF(faces[False][0])
    base = tiles[0][1].height() + 11
    stressed = None
    for channel, tile in tiles:
        if stressed != (channel == look.chosen):
            stressed = channel == look.chosen
            painter.setFont(faces[stressed][0])
            painter.setPen(faces[stressed][1])
        text = str(channel)
        if look.captions == 2:
            text += " · " + number(float(lane.units.maximum[channel]))
        start = (tile.width() - metrics.horizontalAdvance(text)) / 2
        painter.drawText(QPointF(tile.left() + start, tile.top() + base), text)


def _draw_states(painter: QPainter, lane: Lane, tiles: list[tuple[int, QRectF]]) -> None:
    """Zero tiles get a dashed frame and why they are so, constant ones their value; what a change made zero
    is hatched.
    """
    theme = Theme.now()
    zero, constant = lane.units.zero, lane.units.constant
    words = zero_word(lane)
    for channel, tile in tiles:
        if zero[channel]:
            if channel in lane.made:
                hatch_behind(painter, tile, lane.branch)
            painter.setPen(QPen(theme.colour("line2"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(tile.adjusted(0.5, 0.5, -0.5, -0.5))
            if tile.width() >= _WORDS:
                painter.setFont(font(12 if tile.width() > 80 else 10.5))
                write_on_plate(painter, lane.made.get(channel, words), tile, theme.colour("text2"))
        elif constant[channel] and tile.width() >= _WORDS and tile.height() > CAPTION + 4:
            _draw_constant(
                painter,
                tile,
                translate("Lanes", "all {0}").format(number(float(lane.units.maximum[channel]))),
            )


def zero_word(lane: Lane) -> str:
    """What a map is that is 0 everywhere; between two runs, one in which they don't differ."""
    return translate("Lanes", "same") if lane.between else translate("Lanes", "zero")


def _draw_constant(painter: QPainter, tile: QRectF, text: str) -> None:
    painter.setFont(font(10))
    width = min(tile.width() - 4, QFontMetricsF(painter.font()).horizontalAdvance(text) + 8)
    badge = QRectF(tile.center().x() - width / 2, tile.bottom() - 18, width, 14)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 170))
    painter.drawRoundedRect(badge, RADIUS_BAR, RADIUS_BAR)
    painter.setPen(QColor("white"))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)


def _draw_cell(
    painter: QPainter, tiles: list[tuple[int, QRectF]], region: Region, cell: tuple[int, int]
) -> None:
    column, row = cell[0] - region.left, cell[1] - region.top
    columns, rows = region.size
    if not (0 <= column < columns and 0 <= row < rows):
        return
    for _, tile in tiles:
        side = tile.width() / columns
        grown = max(0.0, (_LEAST_MARK - side) / 2)
        box = QRectF(tile.left() + column * side, tile.top() + row * side, side, side)
        mark_cell(painter, box.adjusted(-grown, -grown, grown, grown), width=1)


def _draw_outlines(painter: QPainter, atlas: LaneAtlas, view: View, look: Look) -> None:
    for channel, draw in (
        *((channel, outline_marked) for channel in look.marked),
        (look.chosen, outline_chosen),
        (look.hovered, outline_hovered),
        (look.focused, outline_focused),
    ):
        tile = None if channel is None else view.tile(atlas, channel)
        if tile is not None and tile.bottom() > view.area.top() - 4:
            draw(painter, tile)


def thumb_of(view: View, content: int) -> QRectF | None:
    """The scroll thumb's place for content so many physical pixels high; None if all is visible."""
    visible = view.area.height() * view.ratio
    if content <= visible:
        return None
    height = max(18.0, view.area.height() * visible / content)
    travel = view.area.height() - height
    top = view.area.top() + travel * view.scroll / (content - visible)
    return QRectF(view.area.right() + THUMB_AWAY, top, THUMB, height)


def draw_thumb(painter: QPainter, view: View, thumb: QRectF, *, active: bool, hot: bool) -> None:
    """A thin thumb on its track; in the accent where the keyboard is."""
    theme = Theme.now()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("well"))
    painter.drawRoundedRect(QRectF(thumb.left(), view.area.top(), THUMB, view.area.height()), 2.5, 2.5)
    painter.setBrush(theme.colour("accent" if active else "text3" if hot else "line2"))
    painter.drawRoundedRect(thumb, 2.5, 2.5)
    painter.restore()
