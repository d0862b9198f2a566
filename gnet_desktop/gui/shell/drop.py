"""What a drop or the clipboard carries, and the card that answers while it hovers."""

import base64
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QRectF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.errors import UsageError
from gnet_desktop.file_kinds import PICTURE_MEDIA
from gnet_desktop.files import exists, is_folder
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.exports.saving import png_of
from gnet_desktop.gui.looks.theme import RADIUS_CARD, Theme, font
from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.gui.shell.halves import Halves
from gnet_desktop.pictures.finding import find_pictures, is_picture
from gnet_desktop.shown import name_of, whole
from gnet_desktop.workspace.arrivals import Arrivals, sort_arrivals

COUNTED: Final = 1000
"""Pictures of a folder that are counted while it hovers."""
SHOWN: Final = 3
"""Pictures of a drop that the card shows."""
_THUMB: Final = 56
_ADDRESS: Final = re.compile(r"(?!file:|data:|javascript:|about:)[a-z][a-z0-9+.-]+:/", re.IGNORECASE)


def tr(text: str) -> str:
    """Words of drops in the window's language."""
    return QCoreApplication.translate("drop", text)


@dataclass(frozen=True, slots=True)
class Dropped:
    """Files, or a picture's bytes with a name, or a link that leads elsewhere.

    ``table`` is one of the files, if that says what the pictures of the open folder show.
    """

    files: Arrivals = field(default_factory=Arrivals)
    table: Path | None = None
    picture: tuple[str, bytes] | None = None
    link: str = ""

    def refusal(self, *, pasted: bool = False) -> UsageError | None:
        """The sentence for a drop, or for the clipboard, that brings nothing that can be opened."""
        if not self.files.empty or self.picture is not None:
            return None
        if self.link:
            return UsageError(tr("Only a link was sent: {0}.").format(self.link), *_why_not(self.link))
        if pasted:
            return UsageError(
                tr("Nothing on the clipboard can be opened."),
                "",
                tr("Copy a picture, or the path of a picture, a folder or a checkpoint."),
            )
        return UsageError(
            tr("Nothing in this drop can be opened."), "", tr("Drop pictures, folders or a checkpoint.")
        )


def _why_not(link: str) -> tuple[str, str]:
    """Why an address isn't followed, and what to do about it."""
    scheme = link.partition(":")[0].lower()
    if scheme in ("http", "https"):
        return tr("Nothing is downloaded without asking."), tr("Save the picture first, then open the file.")
    if scheme in ("trash", "recycle"):
        return tr("It leads into the wastebasket."), tr("Restore the file first, then open it.")
    return (
        tr("Only the file manager can follow it."),
        tr("Copy the file into a folder of this machine, then open it there."),
    )


def read_mime(data: QMimeData, *, pasted: bool = False) -> Dropped:
    """What the data of a drop, or of the clipboard, carries: local files before picture data before links.

    Where every file is gone already (a messenger's temporary one), picture data stands for it.
    """
    paths = _local_files(data)
    picture = None if any(map(exists, paths)) else _picture_bytes(data)
    if picture is not None:
        return Dropped(picture=(tr("pasted picture") if pasted else tr("dropped picture"), picture))
    if paths:
        return Dropped(sort_arrivals(paths))
    return Dropped(link=_link(data))


def _local_files(data: QMimeData) -> list[Path]:
    urls = [_local_path(url) for url in data.urls() if url.isLocalFile()]
    if not urls and data.hasText():
        urls = [_path_in(line) for line in data.text().splitlines()[:1000]]
    return [Path(path) for path in urls if path]


def _local_path(url: QUrl) -> str:
    """The path with its exact bytes: Qt replaces those that are no UTF-8, and the file would not be found."""
    if os.name == "nt":
        return url.toLocalFile()
    return os.fsdecode(unquote_to_bytes(url.path(QUrl.ComponentFormattingOption.FullyEncoded)))


def _path_in(line: str) -> str:
    """An absolute path or file URL of an existing file in a line of text; else nothing."""
    text = line.strip().strip("'\"")
    path = _local_path(QUrl(text)) if text.startswith("file:") else text
    if not path.startswith(("/", "~", "\\")) and path[1:2] != ":":
        return ""
    try:
        found = Path(path).expanduser()
        return str(found) if exists(found) else ""
    except (OSError, RuntimeError, ValueError):
        return ""


def _picture_bytes(data: QMimeData) -> bytes | None:
    for kind in PICTURE_MEDIA:
        if data.hasFormat(kind):
            return bytes(data.data(kind).data())
    if data.hasImage():
        image = data.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return png_of(image)
    return next(filter(None, map(_embedded, _links(data))), None)


def _links(data: QMimeData) -> list[str]:
    """The addresses that the data carries, or the one that its text is."""
    return [url.toString() for url in data.urls()] or [data.text().strip()]


def _embedded(link: str) -> bytes | None:
    """The picture that an address consists of (``data:image/png;base64,…``)."""
    head, comma, content = link.partition(",")
    if not comma or not head.lower().startswith("data:image/"):
        return None
    if not head.lower().endswith(";base64"):
        return unquote_to_bytes(content)
    try:
        return base64.b64decode(content)
    except ValueError:
        return None


def _link(data: QMimeData) -> str:
    return next((link for link in _links(data) if _ADDRESS.match(link)), "")


def accept_copy(event: QDropEvent) -> bool:
    """Take a drop as a copy or a link, whatever its source would prefer: after a move it may delete its file.

    A source that offers nothing but a move is refused.
    """
    for action in (Qt.DropAction.CopyAction, Qt.DropAction.LinkAction):
        if event.possibleActions() & action:
            event.setDropAction(action)
            event.accept()
            return True
    event.ignore()
    return False


class DropCard(Speaking, QWidget):
    """Covers the window while something hovers over it and says what letting go would do."""

    spoken_role = Role.Grouping

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._title = self._note = ""
        self.pictures: list[QImage] = []
        self._halves: Halves | None = None
        self._at: QPoint | None = None
        self.hide()

    @property
    def title(self) -> str:
        """What letting go would do."""
        return self._title

    @property
    def note(self) -> str:
        """What comes of it where the cursor is."""
        halves = self._halves
        return halves.words(right=True)[1] if halves is not None and self._chosen(halves) else self._note

    @property
    def halves(self) -> Halves | None:
        """The photo's halves, where they differ in what letting go does."""
        return self._halves

    def show_for(self, dropped: Dropped, halves: Halves | None = None) -> None:
        """Say what this drop would do, and what in each of the photo's halves."""
        self._title, self._note = describe(dropped)
        self._halves, self._at = halves, None
        self.pictures = []
        parent = self.parentWidget()
        assert parent is not None
        self.setGeometry(parent.rect())
        self.raise_()
        self.show()
        self.update()

    def point_at(self, place: QPoint) -> None:
        """The cursor is there in the window."""
        if self._halves is not None and place != self._at:
            self._at = place
            self.update()

    def show_count(self, dropped: Dropped, count: int) -> None:
        """How many of the files of this drop, and of its folders, are pictures."""
        self._title, self._note = describe(dropped, count)
        if not count:
            self._halves = None
        self.update()

    def add_picture(self, pixels: NDArray[np.uint8]) -> None:
        """Show one of the pictures that would be added, (height, width, 3)."""
        self.pictures.append(rgb_image(pixels))
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A veil, a frame and the card."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.colour("accentbg", 0.75))
        painter.setPen(theme.colour("accent"))
        pen = painter.pen()
        pen.setWidthF(2)
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(8, 8, -8, -8), RADIUS_CARD, RADIUS_CARD)
        strip = _THUMB + 14 if self.pictures else 0
        card = QRectF(0, 0, min(460, self.width() - 60), 96 + strip)
        card.moveCenter(QRectF(self.rect()).center())
        if self._halves is not None:
            self._halves.paint(painter, chosen=self._chosen(self._halves))
            if card.intersects(QRectF(self._halves.photo)):
                card.moveTop(min(self._halves.photo.bottom() + 12.0, self.height() - card.height() - 12))
        painter.setPen(theme.colour("line"))
        painter.setBrush(theme.colour("panel"))
        painter.drawRoundedRect(card, RADIUS_CARD, RADIUS_CARD)
        self._draw_pictures(painter, card)
        card.setTop(card.top() + strip)
        painter.setPen(theme.colour("text"))
        painter.setFont(font(15, 600))
        painter.drawText(card.adjusted(16, 18, -16, -46), Qt.AlignmentFlag.AlignCenter, self._title)
        painter.setPen(theme.colour("text2"))
        painter.setFont(font(12.5))
        words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(card.adjusted(16, 48, -16, -12), words, self.note)
        painter.end()

    def _chosen(self, halves: Halves) -> bool | None:
        """Whether the cursor is in the photo's right half; None beside the photo."""
        inside = self._at is not None and halves.photo.contains(self._at)
        return halves.compares(self._at) if inside and self._at is not None else None

    def _draw_pictures(self, painter: QPainter, card: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        wide = len(self.pictures) * (_THUMB + 6) - 6
        left = card.center().x() - wide / 2
        for image in self.pictures:
            side = min(image.width(), image.height())
            middle = QRectF((image.width() - side) / 2, (image.height() - side) / 2, side, side)
            painter.drawImage(QRectF(left, card.top() + 16, _THUMB, _THUMB), image, middle)
            left += _THUMB + 6


def describe(dropped: Dropped, count: int | None = None) -> tuple[str, str]:
    """Title and note of the card."""
    files = dropped.files
    if dropped.table is not None:
        return tr("Judge the folder by {0}").format(name_of(dropped.table)), tr("It says what each shows.")
    if files.checkpoints:
        more = tr("Then the pictures are added.") if files.pictures else tr("The open pictures stay.")
        return tr("Open {0} in its place").format(name_of(files.checkpoints[0])), more
    if files.pictures:
        return _describe_pictures(files.pictures, count)
    if files.labels:
        return tr("Use {0}").format(name_of(files.labels[0])), tr("It becomes the list of class names.")
    if dropped.picture is not None:
        return tr("Add this picture"), tr("It opens at once.")
    if dropped.link:
        return tr("Only a link was sent"), tr("Save the picture first.")
    return tr("Nothing here can be opened"), tr("Drop pictures, folders or a checkpoint.")


def _describe_pictures(paths: tuple[Path, ...], count: int | None) -> tuple[str, str]:
    """What files and folders would add; ``count`` is how many pictures they hold, once that is known."""
    folder, name = is_folder(paths[0]), name_of(paths[0])
    first = tr("The first one opens at once.")
    number = "" if count is None else f"{whole(COUNTED)}+" if count >= COUNTED else whole(count)
    if len(paths) > 1:
        return _describe_many(count, number or whole(len(paths)))
    if count == 0:
        words = tr("There is no picture in {0}.") if folder else tr("{0} doesn't look like a picture.")
        return tr("Nothing here can be opened"), words.format(name)
    title = tr("Add {0}").format(name)
    if not number or not folder:
        return title, tr("It opens at once.")
    return title, (tr("1 picture.") if count == 1 else tr("{0} pictures.").format(number)) + " " + first


def _describe_many(count: int | None, number: str) -> tuple[str, str]:
    """Of several files and folders: those that aren't pictures don't count."""
    if count == 0:
        return tr("Nothing here can be opened"), tr("None of these files looks like a picture.")
    words = tr("Add 1 picture") if count == 1 else tr("Add {0} pictures").format(number)
    return words, tr("The first one opens at once.")


def count_pictures(paths: Sequence[Path]) -> int:
    """How many pictures files and folders hold, counted up to `COUNTED`."""
    return sum(is_picture(path) for path in islice(find_pictures(paths), COUNTED))
