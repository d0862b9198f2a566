"""Below the figures: which input convention fits, and temperatures that are kept with the checkpoint."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.checkpoints.checkpoint import Calibration
from gnet_desktop.folder.conventions import TriedConvention
from gnet_desktop.folder.evaluating import Fit
from gnet_desktop.folder.figures import FEW
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.explaining import explained, lines_of
from gnet_desktop.gui.controls.plain import Label, tip
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.conventions.choices import meaning_of
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.inspection.answers import percent
from gnet_desktop.shown import whole

EDGE, ROW = 14, 26


class _TriedRow(QAbstractButton):
    """A convention: its name, how right it makes the network, and the interval; a click uses it."""

    def __init__(self, tried: TriedConvention, *, used: bool) -> None:
        super().__init__()
        self.tried, self._used = tried, used
        share, loss = tried.figures.top1, f"{tried.figures.log_loss:.2f}"
        low, high = (percent(bound) for bound in share.interval)
        words = self.tr("{0}: {1} % right (95 %: {2}–{3}) on {4} pictures, log loss {5}").format(
            tried.convention.name, percent(share.value), low, high, whole(share.total), loss
        )
        self.setAccessibleName(words)
        state = self.tr("In use") if used else self.tr("Click to use it")
        self.setToolTip(tip("\n".join((words, *lines_of(meaning_of(tried.convention)), state))))
        self.setCursor(Qt.CursorShape.ArrowCursor if used else Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @override
    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(260, ROW)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Name, bar with its interval, share; the one in use in the accent."""
        painter, theme = QPainter(self), Theme.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.fillRect(self.rect(), theme.colour("accentbg" if self.hasFocus() else "raised"))
        width, share = self.width() - 2 * EDGE, self.tried.figures.top1
        painter.setFont(font(12, 600 if self._used else 400))
        painter.setPen(theme.colour("accent" if self._used else "text"))
        name = painter.fontMetrics().elidedText(
            self.tried.convention.name, Qt.TextElideMode.ElideRight, int(width * 0.46)
        )
        painter.drawText(QRectF(EDGE, 0, width * 0.48, ROW), Qt.AlignmentFlag.AlignVCenter, name)
        bar = QRectF(EDGE + width * 0.5, ROW / 2 - 4, width * 0.32, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("well"))
        painter.drawRoundedRect(bar, 2, 2)
        painter.setBrush(theme.colour("accent" if self._used else "bar"))
        value = share.value if share.total else 0.0
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * value, bar.height()), 2, 2)
        painter.setPen(QPen(theme.colour("text"), 2))
        painter.drawLine(
            *(QPointF(bar.left() + bar.width() * end, bar.center().y()) for end in share.interval)
        )
        painter.setPen(theme.colour("text"))
        box = QRectF(bar.right(), 0, width * 0.18, ROW)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(box, right, percent(value))
        painter.end()


class _Section(Speaking, QWidget):
    """A heading, what it is about, a body, buttons."""

    spoken_role = Role.Grouping

    def __init__(self, title: str, words: str, word: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        head, self.words = Label(title), Label(words)
        head.setFont(font(12.5, 600))
        head.setToolTip(explained(word=word))
        self.words.setFont(font(11.5))
        self.words.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 6)
        column.setSpacing(6)
        for widget in (head, self.words):
            column.addWidget(_indented(widget))
        self.body = QVBoxLayout()
        self.body.setSpacing(0)
        column.addLayout(self.body)
        self.buttons = QHBoxLayout()
        self.buttons.setContentsMargins(EDGE, 2, EDGE, 0)
        self.buttons.setSpacing(8)
        column.addLayout(self.buttons)

    def add_button(self, words: str) -> Button:
        """One more button, in its place from the left."""
        button = Button(words)
        button.setFont(font(12))
        self.buttons.addWidget(button)
        return button


class ConventionsSection(_Section):
    """The same pictures under the usual conventions; ``convention_wanted(convention)`` to use one."""

    convention_wanted = Signal(object)
    compare_wanted, stop_wanted = Signal(), Signal()

    def __init__(self) -> None:
        super().__init__(self.tr("Which convention fits?"), "", "convention")
        self.button = self.add_button(self.tr("Compare"))
        self.button.clicked.connect(self._clicked)
        self.buttons.addStretch(1)
        self._shown: tuple[tuple[TriedConvention, ...], str] = ((), "")
        self._busy = False

    @property
    def rows(self) -> list[_TriedRow]:
        """The lines, the best first."""
        items = (self.body.itemAt(place) for place in range(self.body.count()))
        return [row for item in items if item is not None and isinstance(row := item.widget(), _TriedRow)]

    def show_tried(
        self, tried: tuple[TriedConvention, ...], trying: tuple[int, int] | None, used: str, *, judged: bool
    ) -> None:
        """Show what was compared and how far a comparison is; ``used`` names the one in use."""
        self.setVisible(judged)
        self._busy = trying is not None
        words = self.tr("A sample of these pictures under the usual ways to put them in, side by side.")
        if trying is not None:
            words = self.tr("{0} of {1} answers…").format(*map(whole, trying))
        elif tried:
            words = self.tr("{0} pictures under each. A click uses a convention.").format(
                whole(tried[0].figures.top1.total)
            )
        self.words.setText(words)
        self.button.setText(self.tr("Stop") if self._busy else self.tr("Compare"))
        if (tried, used) != self._shown:
            self._shown = (tried, used)
            self._fill(tried, used)

    def _fill(self, tried: tuple[TriedConvention, ...], used: str) -> None:
        for row in self.rows:
            self.body.removeWidget(row)
            row.hide()
            row.deleteLater()
        for one in tried:
            row = _TriedRow(one, used=one.convention.name == used)
            row.clicked.connect(lambda _=False, one=one: self.convention_wanted.emit(one.convention))
            self.body.addWidget(row)

    def _clicked(self) -> None:
        (self.stop_wanted if self._busy else self.compare_wanted).emit()


class CalibrationSection(_Section):
    """A temperature and a threshold from this folder, kept with the checkpoint's settings."""

    fit_wanted, keep_wanted, forget_wanted = Signal(), Signal(), Signal()

    def __init__(self) -> None:
        super().__init__(self.tr("Temperature and threshold"), "", "calibration")
        self.fit = self.add_button(self.tr("Fit on this folder"))
        self.keep = self.add_button(self.tr("Keep"))
        self.forget = self.add_button(self.tr("The file's own"))
        self.buttons.addStretch(1)
        for button, wanted in (
            (self.fit, self.fit_wanted),
            (self.keep, self.keep_wanted),
            (self.forget, self.forget_wanted),
        ):
            button.clicked.connect(wanted)

    def show_fit(self, fit: Fit | None, used: Calibration | None, *, judged: bool) -> None:
        """Show what is in use, or what was fitted and isn't kept yet."""
        self.setVisible(judged)
        self.keep.setVisible(fit is not None)
        self.forget.setVisible(used is not None)
        self.fit.setVisible(fit is None)
        if fit is not None:
            words = f"{self._told(fit.calibration)} " + self.tr(
                "The error of confidence goes from {0} to {1} %."
            ).format(*(percent(error) for error in fit.errors))
            if fit.few:
                words += " " + self.tr(
                    "Only {0} pictures: so few say little about others. Fit on {1} or more."
                ).format(fit.pictures, FEW)
        elif used is not None:
            kept = self.tr("Fitted on {0}, kept with this checkpoint.").format(used.source)
            words = f"{self._told(used)} {kept}"
        else:
            words = self.tr("Fits how sure the answers are to these pictures; kept with the checkpoint.")
        self.words.setText(words)

    def _told(self, one: Calibration) -> str:
        heads = ", ".join(f"{head} {value:.2f}" for head, value in one.temperatures.items())
        words = self.tr("Temperature {0}.").format(heads)
        if one.threshold is not None:
            words += " " + self.tr("“Nothing fits” below {0} %.").format(percent(one.threshold))
        return words


def _indented(widget: QWidget) -> QWidget:
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(EDGE, 0, EDGE, 0)
    row.addWidget(widget)
    return whole
