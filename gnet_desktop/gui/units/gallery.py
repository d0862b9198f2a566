"""The gallery of cards: of each unit what it wants, what it gets, how often, and for which class."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from gnet_desktop.folder.alike import AlikeUnits
from gnet_desktop.gui.controls.focus import KeyFocus
from gnet_desktop.gui.controls.spoken_cells import SpokenCells
from gnet_desktop.gui.looks.theme import RADIUS_CARD, Theme, font
from gnet_desktop.gui.painting.glyphs import ring_inside
from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.gui.painting.numbers import percent
from gnet_desktop.gui.unit.sections import draw_bar
from gnet_desktop.gui.units.model import SUBJECT, CardsModel, Index
from gnet_desktop.gui.units.painting import draw_crops, draw_picture, draw_spectrum
from gnet_desktop.inspection.visualisation.recipe import Recipe
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.units.indexed import Indexed, Subject
from gnet_desktop.workspace.units.items import Item
from gnet_desktop.workspace.units.likeness import shown_pictures
from gnet_desktop.workspace.units.wanting import Job, Wanting

GAP, PAD = 12, 12
WIDE, TALL = 460, 200
"""Least width of a card with crops, and its height."""
SMALL, SMALL_TALL = 150, 178
"""Of a card that has nothing but its picture."""
CROPS: Final = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """What cards are drawn from: class names, names of groups by unit, and the recipe of the pictures.

    ``named`` gives what the literature calls an item.

    ``along``: they are directions. ``alike`` is what is known of the module's units; with
    ``several`` the crops stand in the groups that they fall into.
    """

    names: Sequence[str] = ()
    groups: Callable[[Item], str] = lambda _item: ""
    named: Callable[[Item], str] = lambda _item: ""
    recipe: Recipe = field(default_factory=Recipe)
    along: bool = False
    alike: AlikeUnits | None = None
    several: bool = False


class _Delegate(QStyledItemDelegate):
    """Paints cards; holds nothing of them."""

    def __init__(self, view: "Cards", wanting: Wanting, indexed: Indexed) -> None:
        super().__init__(view)
        self._view, self._wanting, self._indexed = view, wanting, indexed
        self._focus = KeyFocus(view)

    @override
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """All are alike."""
        return self._view.gridSize()

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Frame, name, picture; with an index also crops, spectrum, class."""
        item = index.data(SUBJECT)
        if item is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        half = GAP / 2
        card = QRectF(option.rect).adjusted(half, half, -half, -half)
        self._frame(painter, option, card)
        if self._view.has_index:
            self._whole(painter, item, card.adjusted(PAD, PAD, -PAD, -PAD))
        else:
            self._small(painter, item, card.adjusted(8, 8, -8, -6))
        if self._focus.shown and index == self._view.currentIndex():
            ring_inside(painter, QRectF(option.rect))
        painter.restore()

    def _frame(self, painter: QPainter, option: QStyleOptionViewItem, card: QRectF) -> None:
        theme = Theme.now()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setBrush(theme.colour("panel"))
        pen = (
            QPen(theme.colour("accent"), 2)
            if chosen
            else QPen(theme.colour("line2" if hovered else "line"), 1)
        )
        painter.setPen(pen)
        painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)

    def _small(self, painter: QPainter, item: Item, box: QRectF) -> None:
        picture = QRectF(box.left(), box.top(), box.width(), box.width())
        self._picture(painter, item, picture)
        words = QRectF(box.left(), picture.bottom() + 2, box.width(), box.bottom() - picture.bottom() - 2)
        self._title(painter, item, words, channel=False)

    def _whole(self, painter: QPainter, item: Item, box: QRectF) -> None:
        self._title(painter, item, QRectF(box.left(), box.top() - 2, box.width(), 18), channel=True)
        self._silent(painter, item, QRectF(box.left(), box.top() - 2, box.width(), 18))
        top = box.top() + 22
        side = box.bottom() - top
        self._picture(painter, item, QRectF(box.left(), top, side, side))
        right = QRectF(box.left() + side + 12, top, box.width() - side - 12, side)
        tall = (right.width() - 3 * (CROPS - 1)) / CROPS
        tall = min(tall, side - 70)
        self._crops(painter, item, QRectF(right.left(), top, right.width(), tall))
        spectrum, row = self._view.spectrum, item.row
        if spectrum is None or row is None:
            return
        below = QRectF(right.left(), top + tall + 8, right.width(), side - tall - 30)
        draw_spectrum(painter, spectrum.histogram[row], float(spectrum.top_values[row, 0]), below)
        self._class(painter, row, QRectF(right.left(), box.bottom() - 17, right.width(), 17))

    def _title(self, painter: QPainter, item: Item, box: QRectF, *, channel: bool) -> None:
        theme = Theme.now()
        painter.setFont(font(13 if channel else 12, 600))
        metrics = QFontMetrics(painter.font())
        name = metrics.elidedText(item.name, Qt.TextElideMode.ElideMiddle, int(box.width()))
        painter.setPen(theme.colour("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, name)
        words = self._beside(item)
        if channel and not words and item.unit is not None:
            words = self.tr("channel {0}").format(item.channel)
        if words and channel:
            painter.setFont(font(12))
            painter.setPen(theme.colour("text3"))
            rest = box.adjusted(metrics.horizontalAdvance(name) + 8, 0, -110, 0)
            words = QFontMetrics(painter.font()).elidedText(
                words, Qt.TextElideMode.ElideRight, int(rest.width())
            )
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, words)

    def _beside(self, item: Item) -> str:
        """What stands beside its name: which units say the same, or its groups."""
        alike = self._view.shown.alike
        same = alike.same.get(item.channel, ()) if alike is not None and not self._view.shown.several else ()
        if not same:
            return self._view.shown.groups(item) or self._view.shown.named(item)
        words = self.tr("as channel {0} ({1})").format(same[0][0], f"{same[0][1]:.2f}")
        return words if len(same) == 1 else self.tr("{0} and {1} more").format(words, len(same) - 1)

    def _silent(self, painter: QPainter, item: Item, box: QRectF) -> None:
        spectrum = self._view.spectrum
        if spectrum is None or item.row is None:
            return
        painter.setFont(font(12))
        painter.setPen(Theme.now().colour("text2"))
        words = self.tr("silent on {0}").format(percent(float(spectrum.silent[item.row])))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)

    def _picture(self, painter: QPainter, item: Item, box: QRectF) -> None:
        job = self._view.job(item)
        made = self._wanting.get(job)
        if made is None:
            draw_picture(painter, None, box, words=self._wanting.failure(job))
            return
        draw_picture(painter, rgb_image(made.pictures[0]), box, share=made.step / made.recipe.steps)

    def _crops(self, painter: QPainter, item: Item, box: QRectF) -> None:
        subject = self._view.subject(item)
        crops = self._indexed.crops(subject) if subject is not None else ()
        if crops is not None:
            draw_crops(painter, [crop.pixels for crop in crops], box, CROPS, self._view.breaks(item))
        if crops is not None and not crops and item.unit is not None:
            painter.setFont(font(12))
            painter.setPen(Theme.now().colour("text3"))
            words = self.tr("silent on every picture")
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)

    def _class(self, painter: QPainter, row: int, box: QRectF) -> None:
        spectrum, names, theme = self._view.spectrum, self._view.shown.names, Theme.now()
        preferred = spectrum.preferred(row) if spectrum is not None else []
        if not preferred or preferred[0][1] <= 0:
            return
        index, value = preferred[0]
        painter.setFont(font(12))
        painter.setPen(theme.colour("text"))
        name = names[index] if 0 <= index < len(names) else self.tr("no class")
        words = QRectF(box.left(), box.top(), box.width() * 0.36, box.height())
        metrics = QFontMetrics(painter.font())
        name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, name)
        track = QRectF(words.right() + 8, box.center().y() - 2.5, box.right() - words.right() - 48, 5)
        draw_bar(painter, track, value, theme.colour("bar"))
        painter.setFont(font(12, 600))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:.2f}")


class Cards(SpokenCells, QListView):
    """All items that are shown; only what is on the screen is asked for.

    ``item_chosen(item)`` when a card is clicked or walked to, ``open_wanted(item)`` by
    Enter or a double click, ``looked()`` when other cards came into sight.
    """

    item_chosen, open_wanted = Signal(object), Signal(object)
    looked = Signal()

    def __init__(self, wanting: Wanting, indexed: Indexed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._indexed = indexed
        self.shown = Shown()
        self.said = ""
        """What stands in the middle where there are no cards."""
        self.cards = CardsModel()
        self.setModel(self.cards)
        self.setItemDelegate(_Delegate(self, wanting, indexed))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Units"))
        self.doubleClicked.connect(lambda index: self._open(index))
        self.selectionModel().currentChanged.connect(self._choose)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(60)
        self._settled.timeout.connect(self._look)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._settled.start())
        self._arrange()

    @property
    def spectrum(self) -> Any:
        """What units or directions do over the indexed folder; None without an index."""
        state = self._indexed.state
        if self.shown.along:
            return self._indexed.along
        return state.index.spectrum if state is not None and state.index is not None else None

    @property
    def has_index(self) -> bool:
        """Whether cards show what an index knows."""
        items = self.cards.items
        return self.spectrum is not None and (not items or items[0].row is not None)

    def subject(self, item: Item) -> Unit | Subject | None:
        """Whose crops stand on an item's card: the strongest, or in the groups that they fall into."""
        alike = self.shown.alike
        if item.unit is None or alike is None or not self.shown.several or item.channel not in alike.several:
            return item.subject
        groups = shown_pictures(alike, item.channel, CROPS)
        return Subject(item.unit, pictures=tuple(path for group in groups for path in group))

    def subjects(self, items: Sequence[Item]) -> list[Unit | Subject]:
        """Whose crops the cards of some items show, and the panel beside the first of them."""
        return [one for item in items if (one := self.subject(item)) is not None]

    def breaks(self, item: Item) -> tuple[int, ...]:
        """Before which of its crops another group begins."""
        alike = self.shown.alike
        if alike is None or not self.shown.several or item.channel not in alike.several:
            return ()
        sizes = [len(group) for group in shown_pictures(alike, item.channel, CROPS)]
        return tuple(itertools.accumulate(sizes))[:-1]

    def job(self, item: Item) -> Job:
        """The picture on an item's card."""
        return Job(item.wanted, self.shown.recipe)

    def show_items(self, items: Sequence[Item]) -> None:
        """Show others; what was chosen stays so where it is among them."""
        chosen = self.chosen
        self.cards.show_items(items)
        self._arrange()
        if chosen is not None and chosen in items:
            self.choose(chosen)
        self._settled.start(0)

    def show_as(self, **fields: Any) -> None:
        """Draw the cards otherwise (`Shown`)."""
        self.shown = replace(self.shown, **fields)
        self._arrange()
        self._settled.start(0)
        self.viewport().update()

    @property
    def chosen(self) -> Item | None:
        """The item of the chosen card."""
        item: Item | None = self.currentIndex().data(SUBJECT)
        return item

    def choose(self, item: Item) -> None:
        """Choose an item's card, and bring it into sight."""
        if item in self.cards.items:
            index = self.cards.index(list(self.cards.items).index(item))
            self.setCurrentIndex(index)
            self.scrollTo(index, QListView.ScrollHint.PositionAtCenter)

    def visible_items(self) -> list[Item]:
        """The items whose cards are on the screen, from the top."""
        size = self.gridSize()
        columns = max(1, self.viewport().width() // size.width())
        first = self.verticalScrollBar().value() // size.height() * columns
        rows = self.viewport().height() // size.height() + 2
        return list(self.cards.items[first : first + rows * columns])

    def show_again(self, wanted: Callable[[Item], bool]) -> None:
        """Paint those cards on the screen anew of which ``wanted`` says so."""
        for item in self.visible_items():
            if wanted(item):
                self.viewport().update()
                return

    def say(self, words: str) -> None:
        """What is said where there are no cards."""
        self.said = words
        self.viewport().update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The cards; where there is none, why."""
        super().paintEvent(event)
        if not self.cards.items and self.said:
            painter = QPainter(self.viewport())
            painter.setFont(font(13))
            painter.setPen(Theme.now().colour("text2"))
            room = QRectF(self.viewport().rect()).adjusted(24, 24, -24, -24)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.said)
            painter.end()

    def _arrange(self) -> None:
        width = max(SMALL, self.viewport().width() - 2)
        least, tall = (WIDE, TALL) if self.has_index else (SMALL, SMALL_TALL)
        columns = max(1, width // (least + GAP))
        size = QSize(width // columns, tall + GAP)
        if not self.has_index:
            size.setHeight(width // columns + 20)
        if size != self.gridSize():
            self.setGridSize(size)
            self.scheduleDelayedItemsLayout()

    def _look(self) -> None:
        self.looked.emit()
        self.viewport().update()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.item_chosen.emit(index.data(SUBJECT))

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.open_wanted.emit(index.data(SUBJECT))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as fit."""
        super().resizeEvent(event)
        self._arrange()
        self._settled.start()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens in Explore; everything else is the list's own."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()
        super().changeEvent(event)
