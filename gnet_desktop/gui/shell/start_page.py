"""The window on its first day: everything is ready, one drop away."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QImage,
    QImageReader,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtSvgWidgets import QSvgWidget
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.gui.actions.samples import sample_pictures
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.ground import Ground
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import RADIUS_BUTTON, RADIUS_CARD, Theme, font
from gnet_desktop.resources import bundled_checkpoint, resource
from gnet_desktop.shown import name_of, plain
from gnet_desktop.workspace.state import Workspace

_WIDTH: Final = 820
_SHARP: Final = QSize(270, 172)
"""Pixels that a sample is read with at least: twice those of its place, for screens of double density."""


def _read(path: Path) -> QImage:
    """A picture no larger than it is painted: the decoder skips the rest."""
    reader = QImageReader(str(path))
    reader.setScaledSize(reader.size().scaled(_SHARP, Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    return reader.read()


class Sample(QAbstractButton):
    """A sample picture that opens when it is clicked."""

    opened = Signal(Path)

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path, self._image = path, _read(path)
        self._hovered = False
        self._note = ""
        self.setMinimumWidth(96)
        self.setFixedHeight(126)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda: self.opened.emit(path))
        self.show_note("")

    def show_note(self, note: str) -> None:
        """What is said below its name; empty: nothing."""
        self._note = note
        name = self.tr("Sample picture: {0}").format(self._path.stem)
        self.setAccessibleName(f"{name}, {note}" if note else name)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, its name below."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(0, 0, self.width(), 86)
        path = QPainterPath()
        path.addRoundedRect(box, RADIUS_BUTTON, RADIUS_BUTTON)
        painter.setClipPath(path)
        painter.drawImage(box, self._image, self._cut(box))
        painter.setClipping(False)
        if self._hovered or self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS_BUTTON - 1, RADIUS_BUTTON - 1)
        painter.setFont(font(12))
        painter.setPen(theme.colour("text2"))
        painter.drawText(QRectF(0, 90, self.width(), 18), Qt.AlignmentFlag.AlignCenter, self._path.stem)
        if self._note:
            painter.setFont(font(11))
            painter.setPen(theme.colour("text3"))
            whole = QFontMetricsF(painter.font()).elidedText(
                self._note, Qt.TextElideMode.ElideRight, self.width()
            )
            painter.drawText(QRectF(0, 106, self.width(), 16), Qt.AlignmentFlag.AlignCenter, whole)
        painter.end()

    def _cut(self, box: QRectF) -> QRectF:
        """The middle of the picture in the box's aspect."""
        width, height = self._image.width(), self._image.height()
        scale = max(box.width() / max(1, width), box.height() / max(1, height))
        w, h = box.width() / scale, box.height() / scale
        return QRectF((width - w) / 2, (height - h) / 2, w, h)

    @override
    def enterEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        """Hovered."""
        self._hovered = True
        self.update()

    @override
    def leaveEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        """Left."""
        self._hovered = False
        self.update()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens it as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class _DropPlace(QWidget):
    """The dashed field that asks for a picture."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and dashes."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.colour("line2"), 1)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)
        painter.end()


class StartPage(Speaking, Ground):
    """Asks for a picture, offers samples, and says what is loaded."""

    pictures_wanted, checkpoint_wanted, paste_wanted = Signal(), Signal(), Signal()
    sample_opened = Signal(Path)
    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setAccessibleName(self.tr("Start"))
        column = QVBoxLayout()
        column.setSpacing(20)
        column.addWidget(self._make_place())
        column.addLayout(self._make_samples())
        middle = QWidget()
        middle.setMaximumWidth(_WIDTH)
        middle.setLayout(column)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(middle, 6)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(2)
        ends = [
            workspace.checkpoint_changed.subscribe(self._show_state),
            workspace.loading_changed.subscribe(self._show_state),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._show_state()

    def _make_place(self) -> QWidget:
        place = _DropPlace()
        sign = QSvgWidget(str(resource("icons", "icon.svg")))
        sign.setFixedSize(48, 48)
        title = Label(self.tr("Drop a picture here and look inside"))
        title.setFont(font(20, 600))
        note = Label(self.tr("Pictures, folders, or a GoogLeNet checkpoint. Nothing leaves this machine."))
        note.setFont(font(13))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for name, words, signal, primary in (
            ("image", self.tr("Open pictures…"), self.pictures_wanted, True),
            ("file", self.tr("Open a checkpoint…"), self.checkpoint_wanted, False),
            ("paste", self.tr("Paste"), self.paste_wanted, False),
        ):
            button = Button(words, name, primary=primary)
            button.clicked.connect(signal)
            button.setIconSize(QSize(16, 16))
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(place)
        layout.setContentsMargins(24, 36, 24, 36)
        layout.setSpacing(10)
        for widget in (sign, title, note):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(6)
        layout.addLayout(buttons)
        return place

    def _make_samples(self) -> QVBoxLayout:
        heading = Label(self.tr("Or begin with one of these"))
        heading.setFont(font(12.5, 600))
        self.ready = Label()
        self.ready.setFont(font(12))
        first = QHBoxLayout()
        first.addWidget(heading)
        first.addStretch(1)
        first.addWidget(self.ready)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.samples = {path: Sample(path) for path in sample_pictures()}
        for sample in self.samples.values():
            sample.opened.connect(self.sample_opened)
            row.addWidget(sample, 1)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addLayout(first)
        column.addLayout(row)
        return column

    def _show_state(self) -> None:
        checkpoint, loading = self._workspace.checkpoint, self._workspace.loading
        if loading is not None:
            self.ready.setText(self.tr("opening {0}…").format(name_of(loading.path)))
        elif checkpoint is not None:
            name = plain(checkpoint.provenance.path.stem)
            self.ready.setText(self.tr("✓ {0} is loaded and ready").format(name))
        else:
            self.ready.setText(self.tr("no checkpoint is open"))
        self._note_what_is_no_class(checkpoint)

    def _note_what_is_no_class(self, checkpoint: Checkpoint | None) -> None:
        """Samples that the bundled network has no class for are there on purpose, and say so.

        Of another one's names it isn't known which of them mean the same.
        """
        known = {path.stem for path in self.samples}
        if checkpoint is not None and checkpoint.provenance.path == bundled_checkpoint():
            known &= set(checkpoint.labels.names)
        for path, sample in self.samples.items():
            sample.show_note("" if path.stem in known else self.tr("none of its classes"))
