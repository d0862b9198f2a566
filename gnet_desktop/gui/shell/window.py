"""The window: bar, start page or docks, status line, and what floats above them."""

from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QMimeData, QPoint, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from gnet_desktop.errors import GNetError
from gnet_desktop.files import is_folder
from gnet_desktop.gui.actions.handlers import Handlers
from gnet_desktop.gui.actions.palette import Palette
from gnet_desktop.gui.actions.recent import Recent
from gnet_desktop.gui.actions.samples import Samples
from gnet_desktop.gui.actions.table import fill_menus, give_mnemonics, make_actions
from gnet_desktop.gui.controls.plain import window_title
from gnet_desktop.gui.conventions.memory import ConventionMemory
from gnet_desktop.gui.conventions.menu import convention_menu
from gnet_desktop.gui.folder.page import FolderPage
from gnet_desktop.gui.lanes.menus import fill_changes_menu
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.panels import Panels
from gnet_desktop.gui.shell.dialogs import Dialogs
from gnet_desktop.gui.shell.docks import PANELS, DockArea
from gnet_desktop.gui.shell.drop import SHOWN, DropCard, Dropped, accept_copy, count_pictures, read_mime
from gnet_desktop.gui.shell.finding import FindingStrip
from gnet_desktop.gui.shell.loading_card import LoadingCard
from gnet_desktop.gui.shell.notices import BugDialog, Notice
from gnet_desktop.gui.shell.start_page import StartPage
from gnet_desktop.gui.shell.status_bar import StatusBar
from gnet_desktop.gui.shell.strip import ChangesStrip
from gnet_desktop.gui.shell.top_bar import TopBar
from gnet_desktop.gui.system import reopening
from gnet_desktop.gui.system.screens import fit_screen, keep_on_screen
from gnet_desktop.gui.system.session import RECENT, Session
from gnet_desktop.network.changes import changeable_parts
from gnet_desktop.resources import resource
from gnet_desktop.shown import name_of
from gnet_desktop.workspace.folder_run import FolderRun
from gnet_desktop.workspace.ordering import ORDERS
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Bug, ViewOptions

_SIZE: Final = (1600, 1000)
_LEAST: Final = (960, 600)
_FEW: Final = 200
"""Files that are looked at one by one on the spot."""
_COMPACT: Final = 1250
_FRAMED: Final = 300
"""Milliseconds after which a window that was shown has its frame."""


class Window(QMainWindow):
    """Everything that a person sees; state is in the workspace, memory in the session."""

    def __init__(self, workspace: Workspace, session: Session) -> None:
        super().__init__()
        self.workspace, self.session = workspace, session
        self.setWindowTitle("GNet Desktop")
        self.setWindowIcon(QIcon(str(resource("icons", "icon.svg"))))
        self.setMinimumSize(*_LEAST)
        self.setAcceptDrops(True)
        workspace.set_view(session.view())
        self.handlers = Handlers(self)
        self.actions_by_name = make_actions(self, self.handlers.run)
        self.bar = TopBar(workspace, self.actions_by_name)
        self.recent = Recent(session, lambda path: self.take_pictures([path]), self.open_checkpoint, self)
        self.samples = Samples(lambda path: self.take_pictures([path]), self)
        self._fill_menus()
        workspace.view_changed.subscribe(self._lend_room)  # before a panel takes the room
        self.panels = Panels.of(workspace)
        self.area = DockArea(self.panels, self._titles())
        self.start = StartPage(workspace)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start)
        self.pages.addWidget(self.area)
        self.page = "explore"
        self._folder: FolderPage | None = None
        self.status = StatusBar(workspace)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.strip = ChangesStrip(workspace)
        column.addWidget(self.bar)
        column.addWidget(self.strip)
        column.addWidget(self.pages, 1)
        self.finding = FindingStrip(workspace)
        column.addWidget(self.finding)
        column.addWidget(self.status)
        self.setCentralWidget(middle)
        self.notice, self.drop_card = Notice(self), DropCard(self)
        self._hovering: Dropped | None = None
        self.loading = LoadingCard(workspace, self)
        self.palette_dialog = Palette(workspace, self.handlers.run, self)
        self.palette_dialog.more = lambda: [*self.recent.found(), *self.samples.found()]
        self._conventions = ConventionMemory(workspace, session)
        self._arranged = False
        self._before_menus: QWidget | None = None
        self.dialogs = Dialogs(self, self.handlers.run)
        self._connect()
        self._restore()
        self._show_page()
        self._show_options()
        self.start.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fill_menus(self) -> None:
        menus, before = (
            fill_menus(self.bar.menus, self.actions_by_name),
            self.actions_by_name["show_catalogue"],
        )
        menus["File"].insertMenu(before, self.recent)
        menus["File"].insertMenu(self.actions_by_name["evaluate_folder"], self.samples)
        menus["File"].aboutToShow.connect(self._name_export)
        for menu in menus.values():
            give_mnemonics(menu)

    def _name_export(self) -> None:
        """The menu's entry says what would be exported."""
        self.actions_by_name["export_shown"].setText(self.handlers.export_words())

    def _titles(self) -> dict[str, str]:
        return {
            "pictures": self.tr("Pictures"),
            "photo": self.tr("Photo"),
            "answers": self.tr("Answers"),
            "network": self.tr("Network"),
            "lanes": self.tr("Branches"),
            "unit": self.tr("Unit"),
        }

    def _connect(self) -> None:
        workspace, handlers = self.workspace, self.handlers
        workspace.failed.subscribe(self.show_error)
        workspace.bug.subscribe(self._show_bug)
        workspace.found.subscribe(self._found)
        self.finding.stop_wanted.connect(workspace.stop_finding)
        workspace.pictures_changed.subscribe(self._show_page)
        workspace.current_changed.subscribe(self._show_title)
        workspace.checkpoint_changed.subscribe(self._checkpoint_changed)
        workspace.view_changed.subscribe(self._view_changed)
        self.panels.pictures.open_wanted.connect(handlers.open_pictures)
        self.panels.pictures.orders_wanted.connect(self._orders_menu)
        self.panels.network.head_wanted.connect(lambda _: handlers.show_heads())
        self.panels.network.menu_wanted.connect(self._network_menu)
        self.start.pictures_wanted.connect(handlers.open_pictures)
        self.start.checkpoint_wanted.connect(handlers.open_checkpoint)
        self.start.paste_wanted.connect(handlers.paste)
        self.start.sample_opened.connect(lambda path: self.take_pictures([path]))
        self.loading.other_wanted.connect(handlers.open_checkpoint)
        self.loading.bundled_wanted.connect(lambda: workspace.open_checkpoint(reopening.bundled()))
        self.status.convention_wanted.connect(lambda _: self.offer_conventions())
        self.bar.checkpoint_wanted.connect(self.open_checkpoint)
        self.bar.device_wanted.connect(workspace.set_device)
        self.bar.page_wanted.connect(self.show_page)
        self.strip.reset_wanted.connect(workspace.reset_changes)
        self.strip.undo_wanted.connect(workspace.undo)
        self.strip.redo_wanted.connect(workspace.redo)
        QApplication.instance().focusChanged.connect(self._focus_changed)  # type: ignore[union-attr]
        for panel in (self.panels.lanes, self.panels.unit):
            panel.ask_path = handlers.ask_target
        for name, dock in self.area.docks.items():
            dock.visibilityChanged.connect(
                lambda _, name=name, dock=dock: self.actions_by_name[f"panel {name}"].setChecked(
                    not dock.isHidden()
                )
            )

    # Opening

    def open_checkpoint(self, path: Path, labels: Path | None = None) -> None:
        """Open a checkpoint in place of the one that is open."""
        self.notice.dismiss()
        self._remember_folder("checkpoints", path)
        self.workspace.open_checkpoint(path, labels)

    def take_pictures(self, paths: list[Path]) -> None:
        """Add pictures, and those in folders as they are found; a folder without any is told."""
        self.notice.dismiss()
        self._remember_folder("pictures", paths[0])
        self.recent.remember(paths[:RECENT])
        if len(paths) > _FEW or any(is_folder(path) for path in paths):
            self.workspace.find_pictures(paths)
        else:
            self.workspace.add_pictures(paths)

    def _found(self, count: int) -> None:
        if not count:
            self.show_error(
                GNetError(self.tr("No picture was found."), "", self.tr("Choose a folder that holds some."))
            )

    def _remember_folder(self, kind: str, path: Path) -> None:
        """Where to look next time; the program's own folders are nobody's."""
        if not path.absolute().is_relative_to(resource()):
            self.session.set_folder(kind, path)

    def take(self, dropped: Dropped, *, pasted: bool = False) -> None:
        """Open what a drop or the clipboard brought; every one of them ends visibly."""
        self.notice.dismiss()
        refusal = dropped.refusal(pasted=pasted)
        if refusal is not None:
            self.show_error(refusal)
            return
        labels = next(iter(dropped.files.labels), None)
        if dropped.files.checkpoints:
            self.open_checkpoint(dropped.files.checkpoints[0], labels)
        elif labels is not None:
            self._take_labels(labels)
        folders = [path for path in dropped.files.pictures if is_folder(path)]
        if folders and self.page == "folder":
            self.evaluate(folders[0])
        elif dropped.files.pictures:
            self.take_pictures(list(dropped.files.pictures))
        if dropped.picture is not None:
            self.workspace.add_pictures([dropped.picture])

    def _take_labels(self, path: Path) -> None:
        if self.workspace.checkpoint is not None:
            self.workspace.take_labels(path)
            return
        self.show_error(
            GNetError(
                self.tr("{0} is a list of class names.").format(name_of(path)),
                self.tr("No checkpoint is open that they could belong to."),
                self.tr("Open one first."),
            )
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Light up for whatever comes, and say what letting go would do."""
        if not accept_copy(event):
            return
        dropped = self._hovering = read_mime(event.mimeData())
        self.drop_card.show_for(dropped)
        if any(map(is_folder, dropped.files.pictures)):
            pictures = dropped.files.pictures
            self.workspace.compute("count", lambda: count_pictures(pictures), partial(self._count, dropped))
        if not dropped.files.checkpoints:
            for path in dropped.files.pictures[:SHOWN]:
                self.workspace.preview(path, partial(self._add_to_card, dropped))

    def _count(self, dropped: Dropped, count: int) -> None:
        if self._hovering is dropped:
            self.drop_card.show_count(dropped, count)

    def _add_to_card(self, dropped: Dropped, pixels: NDArray[np.uint8]) -> None:
        if self._hovering is dropped:
            self.drop_card.add_picture(pixels)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Still over the window: the same action, whatever keys are held."""
        accept_copy(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It went away."""
        self._hovering = None
        self.drop_card.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open it."""
        self._hovering = None
        self.drop_card.hide()
        if accept_copy(event):
            self.take(read_mime(event.mimeData()))

    def take_clipboard(self) -> None:
        """Open what the clipboard holds."""
        # an empty one may have no data object at all
        self.take(read_mime(QGuiApplication.clipboard().mimeData() or QMimeData()), pasted=True)

    # What is shown

    @property
    def widget(self) -> QWidget:
        """The parent of dialogs."""
        return self

    def open_palette(self, query: str = "") -> None:
        """Open the palette."""
        self.palette_dialog.open_with(query)

    def toggle_panel(self, name: str) -> None:
        """Show or hide a panel."""
        dock = self.area.docks[name]
        dock.setVisible(dock.isHidden())

    def reset_layout(self) -> None:
        """Every panel back in its place."""
        self.area.reset()

    def show_news(self, words: str) -> None:
        """Say for a moment that something was done."""
        self.notice.show_news(words)

    def show_error(self, error: GNetError) -> None:
        """A sentence over the window; what was open stays."""
        self.notice.show_error(error)

    def _show_bug(self, bug: Bug) -> None:
        dialog = BugDialog(bug, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @property
    def folder_page(self) -> FolderPage:
        """The Folder page, made when it is first wanted."""
        if self._folder is None:
            run = FolderRun(self.workspace, self.session.cache / "folders")
            self._folder = FolderPage(run, self.workspace.post)
            self._folder.picture_wanted.connect(self._open_from_folder)
            self._folder.folder_wanted.connect(self.handlers.evaluate_folder)
            self.pages.addWidget(self._folder)
        return self._folder

    def show_page(self, name: str) -> None:
        """Show one of the pages: ``explore`` or ``folder``."""
        self.page = name
        self.bar.pages.set_value(name)
        self._show_page()

    def evaluate(self, folder: Path, truth: Path | None = None) -> None:
        """Open a folder on the Folder page."""
        self.show_page("folder")
        self.folder_page.run.open(folder, truth)

    def _open_from_folder(self, path: Path) -> None:
        self.show_page("explore")
        self.workspace.add_pictures([path])

    def _show_page(self) -> None:
        if self.page == "folder":
            self.pages.setCurrentWidget(self.folder_page)
            return
        self.pages.setCurrentIndex(1 if self.workspace.pictures else 0)
        if self.workspace.pictures and not self._arranged:
            self._arranged = True
            layout = self.session.get("layout", "")
            follows = self.session.get("layout follows")
            if not (layout and self.area.restore(layout, follows if isinstance(follows, int) else None)):
                self.area.follow(self.width(), anew=True)
            self.panels.photo.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_title(self) -> None:
        entry = self.workspace.pictures.get(self.workspace.current or 0)
        self.setWindowTitle(window_title(f"{entry.name} – GNet Desktop") if entry else "GNet Desktop")

    def _checkpoint_changed(self) -> None:
        checkpoint = self.workspace.checkpoint
        if checkpoint is not None:
            self.session.add_recent("checkpoints", checkpoint.provenance.path)
        self.refresh_choices()

    def refresh_choices(self) -> None:
        """Recent and known checkpoints in the bar's menu."""
        from gnet_desktop.checkpoints import catalogue

        known = [
            (entry.name, path) for entry in catalogue.ENTRIES if (path := catalogue.locate(entry)) is not None
        ]
        recent = [
            path for path in self.session.recent("checkpoints") if path not in [place for _, place in known]
        ]
        self.bar.set_recent(recent, known)

    def _view_changed(self, old: ViewOptions) -> None:
        if old.theme != self.workspace.view.theme:
            app = QApplication.instance()
            assert isinstance(app, QApplication)
            apply_theme(app, self.workspace.view.theme)
        self._show_options()

    def _lend_room(self, old: ViewOptions) -> None:
        if old.teaching != self.workspace.view.teaching:
            self.area.lend(lent=self.workspace.view.teaching)

    def _show_options(self) -> None:
        from gnet_desktop.gui.actions.table import ACTIONS

        for action in ACTIONS:
            if action.option:
                now = getattr(self.workspace.view, action.option)
                on = now == action.value if action.value else bool(now)
                self.actions_by_name[action.name].setChecked(on)

    def show_dialog(self, name: str) -> QWidget:
        """Show one of the windows beside the main one (`gui.dialogs`)."""
        return self.dialogs.show(name)

    def _network_menu(self, target: str, place: QPoint) -> None:
        """What can be done with a part of the network."""
        module = target.partition("/")[0]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if f"module {module}" in self.actions_by_name:
            menu.addAction(self.actions_by_name[f"module {module}"])
        checkpoint = self.workspace.checkpoint
        if checkpoint is not None and target in changeable_parts(checkpoint.architecture):
            fill_changes_menu(menu, self.workspace, target)
            if module != target:
                fill_changes_menu(menu, self.workspace, module)
            menu.addSeparator()
        for name in ("show_heads", "toggle_teaching", "export_shown"):
            menu.addAction(self.actions_by_name[name])
        menu.popup(place)

    def offer_conventions(self) -> None:
        """The menu of input conventions, above the status line."""
        menu = convention_menu(self.workspace, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if menu.isEmpty():
            self.show_news(self.tr("Open a checkpoint first."))
            return
        place = self.status.convention_place
        menu.popup(QPoint(place.x(), place.y() - menu.sizeHint().height()))

    def _orders_menu(self) -> None:
        """The orders of the list of pictures, below its button."""
        button = self.panels.pictures.order
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for order in ORDERS:
            menu.addAction(self.actions_by_name[f"sort {order}"])
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    # Keyboard among panels

    def panel_with_focus(self) -> str | None:
        """The panel that has the keyboard."""
        focus = QApplication.focusWidget()
        focus = self._before_menus if focus is self.bar.menus else focus
        return next((name for name, panel in self.panels.items() if _is_in(focus, panel)), None)

    def _focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        """The menus take the keyboard for a moment; what they do is meant for where it was."""
        if new is self.bar.menus:
            self._before_menus = old

    def step_panel(self, step: int) -> None:
        """Give the keyboard to the next panel that is shown."""
        shown = [name for name in PANELS if not self.area.docks[name].isHidden()]
        now = self.panel_with_focus()
        place = shown.index(now) if now in shown else min(0, -step)
        for away in range(1, len(shown) + 1):
            name = shown[(place + away * step) % len(shown)]
            panel = self.panels[name]
            panel.window().activateWindow()
            panel.setFocus(Qt.FocusReason.ShortcutFocusReason)
            # a panel that has nothing to work on takes no keyboard
            if _is_in(panel.window().focusWidget(), panel):
                return

    # Memory

    def _restore(self) -> None:
        self.resize(*_SIZE)
        geometry = self.session.get("geometry", "")
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))
            screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
            if not any(screen.intersects(self.geometry()) for screen in screens) and screens:
                self.move(screens[0].topLeft())
        elif not fit_screen(self):
            # a small screen is used whole; this size is for whoever takes the window off its edges
            self.setWindowState(Qt.WindowState.WindowMaximized)

    def remember(self) -> None:
        """Keep size, layout and options for the next start."""
        session, workspace = self.session, self.workspace
        session.set("geometry", bytes(self.saveGeometry().toBase64().data()).decode("ascii"))
        if self._arranged:
            session.set("layout", self.area.state())
            session.set("layout follows", self.area.follows)
        session.set_view(workspace.view)
        reopening.remember(session, workspace)
        session.save()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc that nothing else wanted takes the sentence away."""
        if event.key() == Qt.Key.Key_Escape and self.notice.text:
            self.notice.hide()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """The desktop has put a frame around the window a moment later."""
        super().showEvent(event)
        QTimer.singleShot(_FRAMED, lambda: keep_on_screen(self))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember, end the workers, go."""
        self.remember()
        self.dialogs.close_all()
        if self._folder is not None:
            self._folder.close_run()
        self.workspace.close()
        self.session.end()
        super().closeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the search field where room is short."""
        super().resizeEvent(event)
        self.bar.set_compact(self.width() < _COMPACT)
        self.area.follow(self.width())


def _is_in(focus: QWidget | None, panel: QWidget) -> bool:
    return focus is not None and (panel is focus or panel.isAncestorOf(focus))
