"""The bar at the top: menus, back and forward, checkpoint, device, search, theme."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtSvgWidgets import QSvgWidget
from PySide6.QtWidgets import QHBoxLayout, QMenu, QMenuBar, QSizePolicy, QWidget
from typing_extensions import override

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.gui.controls.chooser import Chooser
from gnet_desktop.gui.controls.common import IconButton
from gnet_desktop.gui.controls.plain import menu_words, tip
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.icons import icon
from gnet_desktop.gui.looks.theme import TOP_BAR, Theme, font
from gnet_desktop.resources import resource
from gnet_desktop.shown import name_of, path_words, whole
from gnet_desktop.workspace.state import Workspace

_COMPACT: Final = 1250
"""Below this width the search field is its sign alone."""


class TopBar(Speaking, QWidget):
    """What is always in reach."""

    checkpoint_wanted = Signal(Path)
    device_wanted = Signal(str)
    page_wanted = Signal(object)
    spoken_role = Role.ToolBar

    def __init__(
        self, workspace: Workspace, actions: dict[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace, self._actions = workspace, actions
        self.setFixedHeight(TOP_BAR)
        sign = QSvgWidget(str(resource("icons", "icon.svg")))
        sign.setFixedSize(22, 22)
        self.menus = QMenuBar()
        self.menus.setNativeMenuBar(False)
        self.menus.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.menus.setFont(font(13))
        self.pages = Segmented(
            (
                ("explore", self.tr("Explore")),
                ("folder", self.tr("Folder")),
                ("units", self.tr("Units")),
            )
        )
        self.pages.setAccessibleName(self.tr("Page"))
        self.pages.chosen.connect(self.page_wanted)
        self.back, self.forward = self._button("back", "back"), self._button("forward", "forward")
        self.checkpoint = Chooser("file")
        self.checkpoint.call(self.tr("Checkpoint"))
        self.checkpoints = QMenu(self.checkpoint)
        self.checkpoints.setToolTipsVisible(True)
        self.checkpoint.setMenu(self.checkpoints)
        self.device = Chooser("chip")
        self.device.call(self.tr("Device"))
        self.devices = QMenu(self.device)
        self.device.setMenu(self.devices)
        self.search = Chooser("search", keys=("Ctrl", "K"))
        self.search.show_words("", self.tr("Unit, command, picture"))
        self.search.setAccessibleName(self.tr("Find a unit, command or picture"))
        self.search.setToolTip(self.search.accessibleName())
        self.search.clicked.connect(actions["palette"].trigger)
        self.theme = self._button("sun" if Theme.now().is_dark else "moon", "next_theme")
        self._sign = sign
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 10, 1)
        row.setSpacing(6)
        row.addWidget(sign)
        row.addWidget(self.menus)
        row.addWidget(self.pages)
        row.addWidget(self.back)
        row.addWidget(self.forward)
        row.addStretch(1)
        row.addWidget(self.checkpoint)
        row.addWidget(self.device)
        row.addStretch(1)
        row.addWidget(self.search)
        row.addWidget(self.theme)
        ends = [
            workspace.checkpoint_changed.subscribe(self.refresh),
            workspace.loading_changed.subscribe(self.refresh),
            workspace.selection_changed.subscribe(self._show_history),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.refresh()
        self._show_history()

    def _button(self, name: str, action: str) -> IconButton:
        button = IconButton(name)
        # a menu's entry carries the mark of its letter
        button.setToolTip(self._actions[action].toolTip())
        button.setAccessibleName(self._actions[action].toolTip())
        button.clicked.connect(self._actions[action].trigger)
        return button

    def refresh(self) -> None:
        """Say what is open and where it runs."""
        checkpoint, loading = self._workspace.checkpoint, self._workspace.loading
        if checkpoint is not None:
            self.checkpoint.show_words(*summary(checkpoint))
            self.checkpoint.setToolTip(tip(path_words(checkpoint.provenance.path)))
        else:
            self.checkpoint.show_words("", self.tr("opening…") if loading else self.tr("No checkpoint"))
        device = self._workspace.device
        self.device.show_words(self.tr("CPU") if device == "cpu" else device.upper())
        self._fit()

    def set_devices(self, devices: list[tuple[str, str]]) -> None:
        """Offer the devices of this machine; CUDA is named even where it isn't there, with why."""
        self.devices.clear()
        for name, words in devices:
            self.devices.addAction(menu_words(words)).triggered.connect(
                lambda _=False, name=name: self.device_wanted.emit(name)
            )
        if all(name == "cpu" for name, _ in devices):
            absent = self.devices.addAction(self.tr("CUDA: no device found on this machine"))
            absent.setEnabled(False)

    def set_recent(self, recent: list[Path], known: list[tuple[str, Path]]) -> None:
        """Offer recent checkpoints and those of the catalogue that are on this machine."""
        self.checkpoints.clear()
        for path in recent:
            self._offer(name_of(path), path)
        if recent and known:
            self.checkpoints.addSeparator()
        for name, path in known:
            self._offer(name, path)
        self.checkpoints.addSeparator()
        for name in ("open_checkpoint", "show_catalogue", "show_card", "try_both", "choose_labels"):
            self.checkpoints.addAction(self._actions[name])

    def _offer(self, name: str, path: Path) -> None:
        action = self.checkpoints.addAction(menu_words(name))
        action.setToolTip(tip(path_words(path)))
        action.triggered.connect(lambda _=False, path=path: self.checkpoint_wanted.emit(path))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where room is short, what is reached in other ways gives way to what isn't."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Fold one thing after another, until the menus and the rest have room."""
        self.search.set_compact(self.width() < _COMPACT)
        steps: tuple[Callable[[bool], None], ...] = (
            self.device.set_compact,
            self.pages.set_folded,
            self._sign.setHidden,
            self.back.setHidden,
            self.forward.setHidden,
        )
        for step in steps:
            step(False)
        for step in steps:
            self._row.invalidate()
            if self._row.minimumSize().width() <= self.width():
                return
            step(True)

    @override
    def changeEvent(self, event: QEvent) -> None:
        """The theme's button shows what it would bring."""
        if event.type() == QEvent.Type.PaletteChange:
            self.theme.setIcon(icon("sun" if Theme.now().is_dark else "moon"))
        super().changeEvent(event)

    def _show_history(self) -> None:
        self.back.setEnabled(self._workspace.can_go_back)
        self.forward.setEnabled(self._workspace.can_go_forward)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and the line below."""
        theme, painter = Theme.now(), QPainter(self)
        painter.fillRect(self.rect(), theme.colour("panel"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.colour("line"))
        painter.end()


def summary(checkpoint: Checkpoint) -> tuple[str, str]:
    """Name; and family, classes and heads in a line."""
    name = name_of(checkpoint.provenance.path)
    if len(name) > 34:
        name = f"{name[:20]}…{name[-12:]}"
    heads = sum(state.present for state in checkpoint.heads.values())
    classes = checkpoint.architecture.classes
    words = f"{heads} heads" if heads != 1 else "1 head"
    return name, f"{checkpoint.provenance.family_title} · {whole(classes)} classes · {words}"
