"""The sections below the large picture: crops, spectrum, classes, tuning, links."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from typing_extensions import override

from gnet_desktop.folder.spectrum import Spectrum
from gnet_desktop.gui.controls.section import TITLE, Piece, Section
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import ring_inside
from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.gui.painting.numbers import number, percent
from gnet_desktop.gui.unit.sections import draw_bar
from gnet_desktop.gui.units.painting import crop_box, draw_bars, draw_picture, draw_polar, draw_spectrum
from gnet_desktop.inspection.tuning import HUES, WAVELENGTHS, Responses
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.units.indexed import Crop

ROW: Final = 22
ACROSS: Final = 3
SMALL: Final = 6
"""Crops in a line: of the strongest, and of groups."""
PLOT: Final = 92


class CropsSection(Section):
    """The strongest crops; a click opens the picture in Explore."""

    def __init__(self) -> None:
        super().__init__()
        self.title = self.tr("Strongest pictures")
        self.about = self.tr("What the unit sees of the pictures of the folder on which it is strongest")
        self._crops: Sequence[Crop] = ()

    def show_crops(self, crops: Sequence[Crop], folder: str, pictures: int) -> None:
        """Show crops of a folder."""
        self._crops = crops
        self.note = self.tr("of {0} ({1})").format(folder, pictures)
        self.resizeEvent(None)

    @override
    def resizeEvent(self, event: object) -> None:
        """Rows of three."""
        side = (self.width() - 4 * (ACROSS - 1)) / ACROSS
        rows = -(-len(self._crops) // ACROSS)
        self.setFixedHeight(round(TITLE + 4 + rows * (side + 4)))
        pieces = []
        for place, crop in enumerate(self._crops):
            down, right = divmod(place, ACROSS)
            box = crop_box(QRectF(0, TITLE + 4 + down * (side + 4), self.width(), side), right, ACROSS, 4)
            words = f"{crop.strong.picture}: {number(crop.strong.value, 4)}"
            pieces.append(Piece(box, crop.strong.picture, words))
        self.set_pieces(pieces)

    @override
    def draw(self, painter: QPainter) -> None:
        """The crops."""
        _draw_crops(painter, self, self._crops)


class GroupsSection(Section):
    """The strongest pictures in the groups that they fall into; a click opens one."""

    def __init__(self) -> None:
        super().__init__()
        self.title = self.tr("Several things")
        self.about = self.tr(
            "Its strongest pictures in groups, by what the other units of the module do at the same cell"
        )
        self._crops: Sequence[Crop] = ()
        self._sizes: Sequence[int] = ()

    def show_groups(self, crops: Sequence[Crop], sizes: Sequence[int], silhouette: float) -> None:
        """Show crops, group after group."""
        self._crops, self._sizes = crops, sizes
        self.note = self.tr("{0} groups, silhouette {1}").format(len(sizes), f"{silhouette:.2f}")
        self.setAccessibleName(f"{self.title}, {self.note}")
        self.resizeEvent(None)

    @override
    def resizeEvent(self, event: object) -> None:
        """A line or more for each group."""
        if not self._crops:
            return
        side = (self.width() - 4 * (SMALL - 1)) / SMALL
        top, place, pieces = TITLE + 4.0, 0, []
        for size in self._sizes:
            for at, crop in enumerate(self._crops[place : place + size]):
                down, right = divmod(at, SMALL)
                box = QRectF(right * (side + 4), top + down * (side + 4), side, side)
                pieces.append(Piece(box, crop.strong.picture, crop.strong.picture))
            place += size
            top += -(-size // SMALL) * (side + 4) + 8
        self.setFixedHeight(round(top))
        self.set_pieces(pieces)

    @override
    def draw(self, painter: QPainter) -> None:
        """The crops."""
        _draw_crops(painter, self, self._crops)


def _draw_crops(painter: QPainter, section: Section, crops: Sequence[Crop]) -> None:
    """A section's crops, and a ring around the one at which the keyboard is."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    # while another list comes in, there may be fewer pieces than crops
    for crop, piece in zip(crops, section.pieces, strict=False):
        draw_picture(painter, rgb_image(crop.pixels), piece.box)
        if piece is section.ringed_piece:
            ring_inside(painter, piece.box)


class SpectrumSection(Section):
    """How often the unit is how strong over the folder, from silence to its largest value."""

    def __init__(self) -> None:
        super().__init__()
        self.title = self.tr("Spectrum")
        self.about = self.tr("Pictures by the unit's largest value on them, on a log scale; silence first")
        self.setFixedHeight(TITLE + 62)
        self._spectrum: Spectrum | None = None
        self._row = 0
        self._lowest = ""

    def show_row(self, spectrum: Spectrum, row: int, *, direction: bool = False) -> None:
        """Show a unit of an index, or a direction of its own count."""
        self._spectrum, self._row = spectrum, row
        self.note = self.tr("silent on {0}").format(percent(float(spectrum.silent[row])))
        lowest = float(spectrum.lowest[row])
        words = self.tr("lowest {0}") if direction else self.tr("lowest before the rectifier {0}")
        self._lowest = words.format(number(lowest)) if np.isfinite(lowest) else ""
        self.setAccessibleName(f"{self.title}, {self.note}, {self._lowest}")
        self.update()

    @override
    def draw(self, painter: QPainter) -> None:
        """Bars, axis, the negative side in words."""
        if self._spectrum is None:
            return
        box = QRectF(0, TITLE + 2, self.width(), 44)
        largest = float(self._spectrum.top_values[self._row, 0])
        draw_spectrum(painter, self._spectrum.histogram[self._row], largest, box)
        painter.setFont(font(10.5))
        painter.setPen(Theme.now().colour("text3"))
        painter.drawText(QRectF(0, TITLE + 47, self.width(), 14), Qt.AlignmentFlag.AlignVCenter, self._lowest)


class BarsSection(Section):
    """Names with signed bars; those that are units can be clicked."""

    def __init__(self, title: str, about: str) -> None:
        super().__init__(title)
        self.about = about
        self._rows: Sequence[tuple[str, float]] = ()

    def show_rows(self, rows: Sequence[tuple[str, float, object]], note: str) -> None:
        """Show rows of (name, value, what a click means, or None)."""
        self._rows = [(name, value) for name, value, _ in rows]
        self.note = note
        self.setFixedHeight(TITLE + 2 + len(rows) * ROW)
        self.setAccessibleName(f"{self.title} {note}")
        self.set_pieces(
            [
                Piece(QRectF(0, TITLE + 2 + place * ROW, 4096, ROW), value, f"{name}: {number(size, 3)}")
                for place, (name, size, value) in enumerate(rows)
                if value is not None
            ]
        )

    @override
    def draw(self, painter: QPainter) -> None:
        """Name, bar, number; what takes away in red."""
        theme = Theme.now()
        largest = max((abs(value) for _, value in self._rows), default=0.0) or 1.0
        for place, (name, value) in enumerate(self._rows):
            box = QRectF(0, TITLE + 2 + place * ROW, self.width(), ROW)
            piece = self.piece_at(box.center())
            if piece is not None and piece in (self.pointed_piece, self.ringed_piece):
                painter.fillRect(box, theme.colour("raised"))
            painter.setFont(font(12))
            painter.setPen(theme.colour("text"))
            words = QRectF(0, box.top(), 112, ROW)
            shown = QFontMetrics(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, 112)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)
            track = QRectF(120, box.center().y() - 2.5, max(20.0, self.width() - 120 - 52), 5)
            draw_bar(painter, track, abs(value) / largest, theme.colour("bad" if value < 0 else "bar"))
            painter.setFont(font(12, 600))
            painter.setPen(theme.colour("text"))
            sign = "−" if value < 0 else "+"
            text = f"{sign}{abs(value):.2f}"
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


class TuningSection(Section):
    """What drawn stimuli tell: orientation around a point, wavelength and hue as bars."""

    def __init__(self) -> None:
        super().__init__()
        self.title = self.tr("Orientation, wavelength, hue")
        self.about = self.tr(
            "The unit's largest value on drawn gratings and patches of colour; exact, and without a photo"
        )
        self._responses: Mapping[str, Responses] = {}
        self._channel = 0
        self.setFixedHeight(TITLE + PLOT + 6 + 52)

    def show_responses(self, responses: Mapping[str, Responses], channel: int) -> None:
        """Show a channel's curves, or that they are being worked out."""
        self._responses, self._channel = responses, channel
        self.note = "" if responses else self.tr("being worked out")
        self.setAccessibleName(f"{self.title}, {self.words}")
        self.update()

    @property
    def words(self) -> str:
        """What it prefers, in words."""
        if not self._responses:
            return self.note
        gratings, colours = self._responses["gratings"], self._responses["colours"]
        degrees, wavelength = gratings.best(self._channel)
        hue, _ = colours.best(self._channel)
        return self.tr("{0}°, {1} pixels, hue {2}°").format(f"{degrees:g}", f"{wavelength:g}", f"{hue:g}")

    @override
    def draw(self, painter: QPainter) -> None:
        """The polar plot, beside it wavelengths, below hues."""
        if not self._responses:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gratings, colours = self._responses["gratings"], self._responses["colours"]
        peaks = gratings.peaks[:, :, self._channel]
        draw_polar(painter, gratings.curve(self._channel), QRectF(2, TITLE + 2, PLOT, PLOT), half=True)
        right = QRectF(PLOT + 18, TITLE + 18, self.width() - PLOT - 18, PLOT - 16)
        draw_bars(painter, peaks.max(0), right, [str(one) for one in WAVELENGTHS])
        below = QRectF(0, TITLE + PLOT + 10, self.width(), 46)
        hues = [QColor.fromHsv(hue, 170, 205) for hue in HUES]
        draw_bars(
            painter,
            colours.curve(self._channel),
            below,
            [f"{hue}°" if hue % 90 == 0 else "" for hue in HUES],
            hues,
        )
        painter.setFont(font(10.5))
        painter.setPen(Theme.now().colour("text3"))
        painter.drawText(QPointF(PLOT + 18, TITLE + 10), self.tr("wavelength in pixels"))


def unit_rows(found: Sequence[tuple[Unit, float]]) -> list[tuple[str, float, object]]:
    """Rows of units for `BarsSection`."""
    return [(unit.name, value, unit) for unit, value in found]
