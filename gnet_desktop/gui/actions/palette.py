"""The palette: one field that finds commands, units and pictures."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gnet_desktop.errors import GNetError
from gnet_desktop.gui.actions.table import ACTIONS, key_text, matches, tr
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.looks.theme import RADIUS_CONTROL, Theme, font
from gnet_desktop.network.naming import parse_unit
from gnet_desktop.workspace.state import Workspace

_MOST = 60
_WIDTH, _TALLEST, _FIELD, _EDGE = 560, 420, 36, 8
_LINE, _GROUP, _NOTHING = 30, 28, 72
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Found:
    """A line of the palette: what it says, what stands beside it, what it does."""

    text: str
    note: str
    run: Callable[[], None]
    group: str = ""


def find(
    query: str, workspace: Workspace, run: Callable[[str], None], more: Iterable[Found] = ()
) -> list[Found]:
    """Units by name first, then commands, pictures and ``more`` by every word of the query.

    What belongs to one group stands together, the group of the best match first.
    """
    found = _units(query, workspace)
    ranked: list[tuple[int, Found]] = []
    for action in ACTIONS:
        if action.name == "palette":
            continue
        words, keys = action.title, key_text(action)
        score = matches(query, f"{words} {action.text} {action.menu} {action.also} {keys}")
        if score is not None:
            ranked.append((score, Found(words, keys, partial(run, action.name), tr(action.menu))))
    for entry in workspace.pictures.values():
        score = matches(query, entry.name) if query else None
        if score is not None:
            choose = partial(workspace.choose_picture, entry.id)
            ranked.append((score, Found(entry.name, "", choose, tr("Pictures"))))
    for one in more:
        score = matches(query, f"{one.text} {one.note}") if query else None
        if score is not None:
            ranked.append((score, one))
    best: dict[str, int] = {}
    for score, one in ranked:
        best[one.group] = min(score, best.get(one.group, score))
    order = list(best)
    ranked.sort(key=lambda pair: (best[pair[1].group], order.index(pair[1].group), pair[0]))
    return [*found, *(one for _, one in ranked)][:_MOST]


def _units(query: str, workspace: Workspace) -> list[Found]:
    if workspace.checkpoint is None or not query.strip():
        return []
    try:
        unit = parse_unit(query.strip(), workspace.checkpoint.architecture)
    except GNetError:
        return []
    return [Found(unit.name, "", lambda: workspace.choose_unit(unit), tr("Units"))]


class _Delegate(QStyledItemDelegate):
    """What a line does at the left, its key or kind at the right; the name of a group in small."""

    @override
    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """All lines are alike, and so are all names of groups."""
        return QSize(0, _LINE if index.data(Qt.ItemDataRole.UserRole) is not None else _GROUP)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, words, note."""
        theme, found = Theme.now(), index.data(Qt.ItemDataRole.UserRole)
        box = QRectF(option.rect).adjusted(10, 0, -10, 0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if found is None:
            painter.setFont(font(11, 600))
            painter.setPen(theme.colour("text3"))
            painter.drawText(box.adjusted(0, 6, 0, 0), Qt.AlignmentFlag.AlignVCenter, index.data())
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accentbg"))
            painter.drawRoundedRect(QRectF(option.rect), RADIUS_CONTROL, RADIUS_CONTROL)
        painter.setFont(font(12))
        painter.setPen(theme.colour("text3"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, found.note)
        room = box.width() - QFontMetricsF(font(12)).horizontalAdvance(found.note) - 12
        painter.setFont(font(13))
        painter.setPen(theme.colour("text"))
        words = QFontMetricsF(font(13)).elidedText(found.text, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(box, middle, words)
        painter.restore()


class Palette(QDialog):
    """A field and what it finds; Enter does the first or the marked one.

    ``more`` gives further lines, asked each time it opens.
    """

    def __init__(self, workspace: Workspace, run: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._workspace, self._run = workspace, run
        self._found: list[Found] = []
        self.more: Callable[[], list[Found]] = list
        self._offered: list[Found] = []
        self.setAccessibleName(self.tr("Find a command, unit or picture"))
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Unit, command, picture"))
        self.field.setAccessibleName(self.tr("Unit, command, picture"))
        self.field.setFont(font(15))
        self.field.setMinimumHeight(_FIELD)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.field.setStyleSheet("QLineEdit, QLineEdit:focus { border: 0; background: transparent; }")
        self.list.setItemDelegate(_Delegate(self.list))
        self.nothing = Label()
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_EDGE, _EDGE, _EDGE, _EDGE)
        layout.setSpacing(_EDGE)
        layout.addWidget(self.field)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.nothing, 1)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._do)
        self.resize(_WIDTH, _TALLEST)
        # who asks for a unit while the checkpoint is being opened
        end = workspace.checkpoint_changed.subscribe(self._search_again)
        self.destroyed.connect(lambda: end())

    def open_with(self, text: str = "") -> None:
        """Show it in the upper middle of the window that has the keyboard, with a first query."""
        parent = QApplication.activeWindow() or self.parentWidget()
        assert parent is not None
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - self.width()) // 2, corner.y() + 56)
        self._offered = self.more()
        self.field.setText(text)
        self._search(text)
        self.show()
        self.field.setFocus()

    @property
    def found(self) -> list[str]:
        """The lines that are shown."""
        return [one.text for one in self._found]

    def _search_again(self) -> None:
        if self.isVisible():
            self._search(self.field.text())

    def _search(self, query: str) -> None:
        self._found = find(query, self._workspace, self._run, self._offered)
        self.list.clear()
        for group, inside in groupby(self._found, key=lambda one: one.group):
            if group:
                title = QListWidgetItem(group)
                title.setFlags(Qt.ItemFlag.NoItemFlags)
                self.list.addItem(title)
            for one in inside:
                item = QListWidgetItem(f"{one.text}, {one.note}" if one.note else one.text)
                item.setData(Qt.ItemDataRole.UserRole, one)
                self.list.addItem(item)
        self._step(1, since=-1)
        self.list.scrollToTop()
        self.list.setVisible(bool(self._found))
        there = self._workspace.checkpoint is not None
        units = self.tr("Units are written 4a/5x5:11 or mixed4a:411.")
        without = self.tr("Units can be found when a checkpoint is open.")
        self.nothing.setText(self.tr("Nothing is called that. {0}").format(units if there else without))
        self.nothing.setVisible(not self._found)
        self._fit()

    def _fit(self) -> None:
        """As tall as what was found, so that no void stands below it."""
        heights = (self.list.sizeHintForRow(row) for row in range(self.list.count()))
        inside = sum(heights) if self._found else _NOTHING
        self.resize(self.width(), min(_TALLEST, _FIELD + 3 * _EDGE + inside + 2))

    def _step(self, step: int, *, since: int | None = None) -> None:
        """Mark the next line that does something."""
        row = (self.list.currentRow() if since is None else since) + step
        while 0 <= row < self.list.count():
            if self.list.item(row).data(Qt.ItemDataRole.UserRole) is not None:
                self.list.setCurrentRow(row)
                return
            row += step

    def _do(self, item: QListWidgetItem | None) -> None:
        found = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        if isinstance(found, Found):
            self.hide()
            found.run()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A panel with a thin frame; a line below the field."""
        theme, painter = Theme.now(), QPainter(self)
        painter.fillRect(self.rect(), theme.colour("panel"))
        painter.setPen(theme.colour("line2"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.fillRect(
            1, self.field.geometry().bottom() + _EDGE // 2, self.width() - 2, 1, theme.colour("line")
        )
        painter.end()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows walk the list while the field has the keyboard."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                self._step(step)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)
