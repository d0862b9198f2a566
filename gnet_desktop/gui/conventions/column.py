"""A column of the comparison: a convention, what it keeps of the photo, what it answers."""

from collections.abc import Sequence
from typing import Final

from PIL import Image
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gnet_desktop.convention import Convention
from gnet_desktop.gui.answers.bars import draw_bar
from gnet_desktop.gui.answers.values import class_name
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.spoken import Role, Speaking, Spoken
from gnet_desktop.gui.conventions.chips import Chips
from gnet_desktop.gui.conventions.choices import meaning_of
from gnet_desktop.gui.conventions.comparing import ComparedClass, Preview, change_words
from gnet_desktop.gui.conventions.menu import fill_convention_menu
from gnet_desktop.gui.looks.icons import icon
from gnet_desktop.gui.looks.theme import RADIUS_CARD, Theme, font
from gnet_desktop.gui.network_map.chart import text
from gnet_desktop.inspection.answers import percent

_ROW: Final = 30
_PICTURE: Final = 222


def to_image(picture: Image.Image | None) -> QImage | None:
    """A picture for Qt, owning its pixels."""
    if picture is None:
        return None
    shown = picture.convert("RGB")
    width, height = shown.size
    return QImage(shown.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888).copy()


class SeenPhoto(Speaking, QWidget):
    """The photo with what is kept of it, and beside it what the network sees."""

    spoken_role = Role.Graphic

    def __init__(self) -> None:
        super().__init__()
        self._photo: QImage | None = None
        self._shown: QImage | None = None
        self._kept = (0.0, 0.0, 1.0, 1.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_PICTURE + 24)
        self.setAccessibleName(self.tr("The picture, and what the network sees of it"))

    def show_preview(self, tried: Preview | None) -> None:
        """Show a picture under its convention."""
        self._photo = to_image(tried.photo) if tried is not None else None
        self._shown = to_image(tried.shown) if tried is not None else None
        if tried is not None and tried.geometry is not None:
            width, height = tried.geometry.picture
            left, top, right, bottom = tried.geometry.seen_box
            self._kept = left / width, top / height, right / width, bottom / height
        self.update()

    @property
    def kept(self) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) of what is kept, as shares of the photo."""
        return self._kept

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Both pictures under their captions."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        right = self.width() - _PICTURE
        text(painter, QRectF(0, 0, right - 12, 18), self.tr("the photo and what is kept of it"))
        text(painter, QRectF(right, 0, _PICTURE, 18), self.tr("what the network sees"))
        self._draw_photo(painter, QRectF(0, 24, right - 16, _PICTURE))
        if self._shown is not None:
            square = QRectF(right, 24, _PICTURE, _PICTURE)
            painter.drawImage(_inside(self._shown, square), self._shown)
        painter.end()

    def _draw_photo(self, painter: QPainter, box: QRectF) -> None:
        if self._photo is None:
            return
        theme = Theme.now()
        area = _inside(self._photo, box)
        left, top, right, bottom = self._kept
        kept = QRectF(
            area.left() + left * area.width(),
            area.top() + top * area.height(),
            (right - left) * area.width(),
            (bottom - top) * area.height(),
        )
        painter.drawImage(area, self._photo)
        painter.fillRect(area, theme.colour("panel", 0.62))
        painter.save()
        painter.setClipRect(kept)
        painter.drawImage(area, self._photo)
        painter.restore()
        painter.setPen(QPen(theme.colour("mark_outline"), 3))
        painter.drawRect(kept)
        painter.setPen(QPen(theme.colour("mark"), 1.25))
        painter.drawRect(kept)


def _inside(image: QImage, box: QRectF) -> QRectF:
    """The largest rectangle of the image's shape in a box, at its top left corner."""
    size = image.size().scaled(box.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
    return QRectF(box.left(), box.top(), size.width(), size.height())


class ComparedAnswers(Speaking, QWidget):
    """Main's answers of one side as bars; the second side tells the change."""

    spoken_role = Role.List

    def __init__(self, *, second: bool) -> None:
        super().__init__()
        self._second = second
        self.rows: list[ComparedClass] = []
        self._names: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(24 + 7 * _ROW)
        self.setAccessibleName(self.tr("Answers of main"))

    def show_rows(self, rows: list[ComparedClass], names: tuple[str, ...]) -> None:
        """Show rows in the order that both sides share."""
        self.rows, self._names = rows, names
        self.setAccessibleDescription(", ".join(" ".join(self.words(row)) for row in rows))
        self.update()

    def words(self, row: ComparedClass) -> tuple[str, ...]:
        """Class, probability and, on the second side, the change."""
        value = row.right if self._second else row.left
        words = [class_name(self._names, row.index), percent(value) if value is not None else ""]
        return (*words, change_words(row.change)) if self._second else tuple(words)

    @override
    def spoken_count(self) -> int:
        """A part a bar."""
        return len(self.rows)

    @override
    def spoken_part(self, place: int) -> Spoken:
        """A class, its probability, its change."""
        name, *numbers = self.words(self.rows[place])
        box = QRectF(0, 24.0 + place * _ROW, self.width(), _ROW)
        return Spoken(Role.ListItem, name, box, ", ".join(filter(None, numbers)))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A row a class."""
        painter, right = QPainter(self), Qt.AlignmentFlag.AlignRight
        wide = self.width()
        bar, number, change = wide * 0.46, wide * 0.875, wide
        text(painter, QRectF(0, 0, bar, 18), self.tr("main, probability in %"))
        if self._second:
            text(painter, QRectF(number, 0, change - number, 18), self.tr("change"), align=right)
        for place, row in enumerate(self.rows):
            value = row.right if self._second else row.left
            first = row.first_right if self._second else row.first_left
            top = 24.0 + place * _ROW
            words = self.words(row)
            weight, token = (600, "text") if first else (400, "text2")
            text(painter, QRectF(0, top, bar - 12, _ROW), words[0], pixels=13, weight=weight, token="text")
            if value is not None:
                track = QRectF(bar, top + _ROW / 2 - 5, wide * 0.3, 10)
                draw_bar(painter, track, value, first=first)
                box = QRectF(wide * 0.76, top, number - wide * 0.76, _ROW)
                text(painter, box, words[1], pixels=12.5, weight=weight, token=token, align=right)
            if self._second:
                text(painter, QRectF(number, top, change - number, _ROW), words[2], align=right)
        painter.end()


class Column(QFrame):
    """One side of the comparison.

    ``chosen(convention)`` when another convention was picked for this side; ``wanted``
    when this side is to be used; ``edit`` when its convention is to be edited.
    """

    chosen = Signal(object)
    wanted = Signal()
    edit = Signal()

    def __init__(self, *, second: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.convention: Convention | None = None
        self._in_use = False
        self.name = Button()
        self.name.setFlat(True)
        self.name.setFont(font(15, 600))
        self.name.setStyleSheet(
            "QPushButton { border: 0; padding: 2px 0; text-align: left; }"
            "QPushButton::menu-indicator { image: none; }"
        )
        self.use = Button()
        self.note = Label()
        self.note.setFont(font(12.5))
        self.chips, self.seen = Chips(), SeenPhoto()
        self.answers = ComparedAnswers(second=second)
        self.error = Label()
        self.error.setWordWrap(True)
        self._menu = QMenu(self)
        self.name.setMenu(self._menu)
        self.use.clicked.connect(self.wanted)
        head = QHBoxLayout()
        head.addWidget(self.name)
        head.addWidget(self.note, 1)
        head.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addLayout(head)
        for widget in (self.chips, self.error, self.seen, self.answers):
            column.addWidget(widget)
        column.addStretch(1)

    def show_convention(
        self, convention: Convention, base: Convention, marked: Sequence[str], *, in_use: bool
    ) -> None:
        """Show which convention this side is; ``base`` is the one in use, whose flips the menu offers."""
        self.convention, self._in_use = convention, in_use
        self.name.setText(f"{convention.name}  ▾")
        self.name.setAccessibleName(self.tr("Convention {0}").format(convention.name))
        self.use.setText(self.tr("In use") if in_use else self.tr("Use this one"))
        self.use.setIcon(icon("check", "accent", faint="accent") if in_use else icon("swap"))
        self.use.setEnabled(not in_use)
        theme = Theme.now()
        self.use.setStyleSheet(
            f"QPushButton:disabled {{ color: {theme.accent}; background: {theme.accentbg};"
            f" border-color: {theme.accent}; font-weight: 600; }}"
        )
        hint = self.tr("Choose another convention, or edit this one")
        self.name.setToolTip(explained(meaning_of(convention), hint))
        self.chips.show_convention(convention, marked)
        self._menu.clear()
        fill_convention_menu(self._menu, base, convention, self.chosen.emit, self.edit.emit)
        self.update()

    def show_preview(self, tried: Preview | None) -> None:
        """Show what it gave; None while it is being computed."""
        error = tried.error if tried is not None else None
        self.error.setText("" if error is None else str(error))
        self.error.setVisible(error is not None)
        self.note.setText(self.tr("computing…") if tried is None else "")
        self.seen.show_preview(tried)

    @override
    def sizeHint(self) -> QSize:
        """Half of a wide dialog."""
        return QSize(604, 630)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A card; the side in use has the accent around it."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent" if self._in_use else "line"), 1.25 if self._in_use else 1))
        painter.setBrush(theme.colour("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_CARD, RADIUS_CARD)
        painter.end()
