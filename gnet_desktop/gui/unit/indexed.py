"""Of a whole folder: the pictures on which the unit is strongest, cut by what it sees there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.section import TITLE, Piece, Section
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.gui.painting.numbers import number, percent
from gnet_desktop.gui.unit.sections import frame
from gnet_desktop.network.naming import Unit
from gnet_desktop.shown import name_of
from gnet_desktop.workspace.state import Workspace

if TYPE_CHECKING:
    from gnet_desktop.folder.strongest import Strong
    from gnet_desktop.workspace.units.indexed import Crop, Indexed

_FRAME: Final = 3
_GAP: Final = 7
_COUNT: Final = 6


class IndexedSection(Section):
    """A unit's strongest crops of the folder that was indexed; a click opens the picture there.

    The picture is shown with the unit chosen and the middle of its field kept as a place.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.title = self.tr("Strongest in the folder")
        self.about = explained(word="strongest pictures")
        self._workspace = workspace
        self._indexed: Indexed | None = None
        self._unit: Unit | None = None
        self._shown: list[tuple[Strong, QImage]] = []
        self.activated.connect(self._open)

    def watch(self, indexed: "Indexed") -> None:
        """Show what this index says from now on."""
        self._indexed = indexed
        ends = [
            indexed.changed.subscribe(self._refresh),
            indexed.cropped.subscribe(lambda unit: self._refresh() if unit == self._unit else None),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._refresh()

    def show_unit(self, unit: Unit | None) -> None:
        """The unit that is shown; None: none."""
        self._unit = unit
        self._refresh()

    def _refresh(self) -> None:
        state = self._indexed.state if self._indexed is not None else None
        crops: Sequence[Crop] = ()
        if self._indexed is not None and self._unit is not None and state is not None and state.index:
            from gnet_desktop.folder.units import row_of

            row = row_of(state.index.architecture, self._unit)
            if row is not None:
                crops = self._indexed.crops(self._unit) or ()
                silent = percent(float(state.index.spectrum.silent[row]))
                words = self.tr("{0} · {1} pictures · silent on {2}")
                self.note = words.format(name_of(state.folder), state.index.spectrum.pictures, silent)
        self._shown = [(one.strong, rgb_image(one.pixels)) for one in crops[:_COUNT]]
        self.setVisible(bool(self._shown))
        self._arrange()

    def _arrange(self) -> None:
        side = (self.width() - 2 * _FRAME - (_COUNT - 1) * _GAP) / _COUNT
        self.setFixedHeight(round(TITLE + 3 + side + 18))
        self.set_pieces(
            [
                Piece(
                    QRectF(_FRAME + place * (side + _GAP), TITLE + 3, side, side),
                    strong,
                    f"{strong.picture}: {number(strong.value, 4)}",
                )
                for place, (strong, _) in enumerate(self._shown)
            ]
        )

    @override
    def resizeEvent(self, event: object) -> None:
        """Crops fill the width."""
        self._arrange()

    @override
    def draw(self, painter: QPainter) -> None:
        """Each crop whole on a ground, the value under it."""
        theme = Theme.now()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for piece, (strong, image) in zip(self.pieces, self._shown, strict=True):
            painter.fillRect(piece.box, theme.colour("well"))
            scale = piece.box.width() / max(image.width(), image.height())
            inside = QRectF(0, 0, image.width() * scale, image.height() * scale)
            inside.moveCenter(piece.box.center())
            painter.drawImage(inside, image)
            if piece in (self.pointed_piece, self.ringed_piece):
                frame(painter, piece.box, "text")
            painter.setFont(font(11))
            painter.setPen(theme.colour("text2"))
            below = QRectF(piece.box.left() - 4, piece.box.bottom() + 3, piece.box.width() + 8, 14)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, number(strong.value))

    def _open(self, strong: object) -> None:
        from gnet_desktop.folder.strongest import Strong

        state = self._indexed.state if self._indexed is not None else None
        if not isinstance(strong, Strong) or state is None:
            return
        workspace = self._workspace
        workspace.add_pictures([state.folder / strong.picture])
        workspace.choose_unit(strong.unit)
        left, top, right, bottom = strong.field
        workspace.clear_pins()
        workspace.pin_point(((left + right) / 2, (top + bottom) / 2))
