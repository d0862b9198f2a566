"""The window: bar, start page or docks, status line, and what floats above them."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QIcon,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.errors import GNetError
from gnet_desktop.files import is_folder
from gnet_desktop.gui.actions.contexts import Contexts
from gnet_desktop.gui.actions.handlers import Handlers
from gnet_desktop.gui.actions.palette import Palette
from gnet_desktop.gui.actions.recent import Recent
from gnet_desktop.gui.actions.samples import Samples
from gnet_desktop.gui.actions.table import check_options, fill_menus, give_mnemonics, make_actions
from gnet_desktop.gui.controls.plain import window_title
from gnet_desktop.gui.conventions.calibrating import CalibrationMemory
from gnet_desktop.gui.conventions.memory import ConventionMemory
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.panels import Panels
from gnet_desktop.gui.shell.dialogs import Dialogs
from gnet_desktop.gui.shell.docks import DockArea
from gnet_desktop.gui.shell.dropping import Dropping
from gnet_desktop.gui.shell.finding import FindingStrip, WorkingStrip
from gnet_desktop.gui.shell.keyboard import PanelFocus
from gnet_desktop.gui.shell.loading_card import LoadingCard
from gnet_desktop.gui.shell.making_pages import PageMaker
from gnet_desktop.gui.shell.menus import Menus
from gnet_desktop.gui.shell.notices import BugDialog, Notice, notice_of
from gnet_desktop.gui.shell.pages import Pages
from gnet_desktop.gui.shell.placed import PlacedWindow
from gnet_desktop.gui.shell.revealing import Revealing
from gnet_desktop.gui.shell.start_page import StartPage
from gnet_desktop.gui.shell.status_bar import StatusBar
from gnet_desktop.gui.shell.strip import ChangesStrip
from gnet_desktop.gui.shell.top_bar import TopBar
from gnet_desktop.gui.system import reopening
from gnet_desktop.gui.system.screens import stored_geometry
from gnet_desktop.gui.system.session import RECENT, Session
from gnet_desktop.resources import bundled_checkpoint, resource
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Bug, ViewOptions

if TYPE_CHECKING:
    from gnet_desktop.gui.folder.page import FolderPage
    from gnet_desktop.gui.units.page import UnitsPage

_FEW: Final = 200
"""Files that are looked at one by one on the spot."""


class Window(PlacedWindow):
    """Everything that a person sees; state is in the workspace, memory in the session."""

    def __init__(self, workspace: Workspace, session: Session) -> None:
        super().__init__()
        self.workspace, self.session = workspace, session
        self.setWindowTitle("GNet Desktop")
        self.setWindowIcon(QIcon(str(resource("icons", "icon.svg"))))
        self.setAcceptDrops(True)
        workspace.set_view(session.view())
        self.handlers = Handlers(self)
        self.actions_by_name = make_actions(self, self.handlers.run)
        self.bar = TopBar(workspace, self.actions_by_name)
        self.recent = Recent(session, lambda path: self.take_pictures([path]), self.open_checkpoint, self)
        self.samples = Samples(lambda path: self.take_pictures([path]), self)
        self._fill_menus()
        self._revealing = Revealing(workspace)
        self.panels = Panels.of(workspace)
        self.area = DockArea(self.panels)
        self._revealing.work_on(self.area)
        self.start = StartPage(workspace)
        self.pages = Pages(workspace, self.start, self.area, PageMaker(self, self.handlers).makers)
        self.status = StatusBar(workspace)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.strip = ChangesStrip(workspace)
        column.addWidget(self.bar)
        column.addWidget(self.strip)
        column.addWidget(self.pages, 1)
        self.finding, working = FindingStrip(workspace), WorkingStrip(workspace)
        for widget in (self.finding, working, self.status):
            column.addWidget(widget)
        self.setCentralWidget(middle)
        self.notice = Notice(self)
        self.dropping = Dropping(self, self.notice)
        self.loading = LoadingCard(workspace, self)
        self.palette_dialog = Palette(workspace, self.handlers.run, self)
        self.palette_dialog.more = lambda: [*self.recent.found(), *self.samples.found()]
        self._memories = (ConventionMemory(workspace, session), CalibrationMemory(workspace, session))
        self._contexts = Contexts(workspace, self.panels, self, partial(self.show_news, self.tr("Copied.")))
        self._contexts.groups_wanted.connect(self.handlers.tell_apart)
        self._arranged = False
        self.menus = Menus(self, self.actions_by_name)
        self.keyboard = PanelFocus(self.panels, self.area, self.bar.menus, self)
        self.dialogs = Dialogs(self, self.handlers.run)
        self._connect()
        self.place(session.get("geometry", ""))
        self._show_page()
        self._show_options()
        self.start.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fill_menus(self) -> None:
        menus = fill_menus(self.bar.menus, self.actions_by_name)
        menus["File"].insertMenu(self.actions_by_name["show_catalogue"], self.recent)
        menus["File"].insertMenu(self.actions_by_name["evaluate_folder"], self.samples)
        export, words = self.actions_by_name["export_shown"], self.handlers.exporting.export_words
        menus["File"].aboutToShow.connect(lambda: export.setText(words()))
        for menu in menus.values():
            give_mnemonics(menu)

    def _connect(self) -> None:
        workspace, handlers, opening = self.workspace, self.handlers, self.handlers.opening
        workspace.failed.subscribe(self.show_error)
        workspace.bug.subscribe(self._show_bug)
        workspace.found.subscribe(self._found)
        self.finding.stop_wanted.connect(workspace.stop_finding)
        workspace.pictures_changed.subscribe(self._show_page)
        workspace.current_changed.subscribe(self._show_title)
        workspace.checkpoint_changed.subscribe(self._checkpoint_changed)
        workspace.view_changed.subscribe(self._view_changed)
        self.panels.pictures.open_wanted.connect(opening.open_pictures)
        self.panels.pictures.orders_wanted.connect(lambda: self.menus.orders(self.panels.pictures.order))
        self.panels.network.head_wanted.connect(lambda _: handlers.show_heads())
        self.panels.network.menu_wanted.connect(self.menus.network)
        self.panels.network.effects_wanted.connect(handlers.show_effects)
        self.start.pictures_wanted.connect(opening.open_pictures)
        self.start.checkpoint_wanted.connect(opening.open_checkpoint)
        self.start.paste_wanted.connect(handlers.paste)
        self.start.sample_opened.connect(lambda path: self.take_pictures([path]))
        self.loading.other_wanted.connect(opening.open_checkpoint)
        self.loading.bundled_wanted.connect(lambda: workspace.open_checkpoint(bundled_checkpoint()))
        self.status.convention_wanted.connect(lambda _: self.offer_conventions())
        self.bar.checkpoint_wanted.connect(self.open_checkpoint)
        self.bar.device_wanted.connect(workspace.set_device)
        self.bar.page_wanted.connect(self.show_page)
        self.strip.reset_wanted.connect(workspace.reset_changes)
        self.strip.undo_wanted.connect(workspace.undo)
        self.strip.redo_wanted.connect(workspace.redo)
        self.strip.reference_wanted.connect(lambda: self.menus.references(self.strip.compared))
        for panel in (self.panels.lanes, self.panels.unit):
            panel.ask_path = handlers.asking.target
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

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Light up for whatever comes."""
        self.dropping.enter(event)

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Still over the window."""
        self.dropping.move(event)

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It went away."""
        self.dropping.leave()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        """Open it."""
        self.dropping.drop(event)

    def take_clipboard(self) -> None:
        """Open what the clipboard holds."""
        self.dropping.paste()

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
        self.area.reset(self.size())

    def show_news(self, words: str, beside: QWidget | None = None) -> None:
        """Say for a moment that something was done, here and in a window beside this one."""
        for window in {self, beside or self}:
            notice_of(window).show_news(words)

    def show_error(self, error: GNetError, beside: QWidget | None = None) -> None:
        """A sentence over the window, and over one beside it; what was open stays."""
        for window in {self, beside or self}:
            notice_of(window).show_error(error)

    def _show_bug(self, bug: Bug) -> None:
        dialog = BugDialog(bug, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @property
    def page(self) -> str:
        """The page that is shown."""
        return self.pages.name

    @property
    def folder_page(self) -> "FolderPage":
        """The Folder page, made when it is first wanted."""
        return self.pages.folder

    @property
    def units_page(self) -> "UnitsPage":
        """The Units page, made when it is first wanted."""
        return self.pages.units

    def show_page(self, name: str) -> None:
        """Show one of the pages: ``explore``, ``folder`` or ``units``."""
        self.bar.pages.set_value(name)
        self.pages.turn_to(name)
        self.strip.set_page(name)
        self._arrange()

    def evaluate(self, folder: Path, truth: Path | None = None) -> None:
        """Open a folder on the Folder page."""
        self.show_page("folder")
        self.folder_page.run.open(folder, truth)

    @property
    def judged_folder(self) -> Path | None:
        """The folder that is open on the Folder page; None without one."""
        return self.folder_page.run.folder if "folder" in self.pages.made else None

    def judge_by(self, table: Path) -> None:
        """Judge that folder by a table of pictures and classes."""
        self.show_page("folder")
        self.folder_page.run.judge_by(table)

    def index(self, folder: Path) -> None:
        """Show the strongest pictures of a folder on the Units page."""
        self.show_page("units")
        self.units_page.index(folder)

    def show_directions(self, path: Path) -> None:
        """Show the directions of a file as cards of the Units page."""
        self.show_page("units")
        self.units_page.open_directions(path)

    def _show_page(self) -> None:
        self.pages.refresh()
        self._arrange()

    def _arrange(self) -> None:
        """The panels as they were left, when they are first shown."""
        if self._arranged or self.pages.currentWidget() is not self.area:
            return
        self._arranged = True
        layout, follows = self.session.get("layout", ""), self.session.get("layout follows")
        known = follows if isinstance(follows, int) else None
        if not (layout and self.area.restore(layout, self.size(), known)):
            self.area.follow(self.size(), anew=True)
        self.panels.photo.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_title(self) -> None:
        entry = self.workspace.pictures.get(self.workspace.current or 0)
        self.setWindowTitle(window_title(f"{entry.name} — GNet Desktop") if entry else "GNet Desktop")

    def _checkpoint_changed(self) -> None:
        checkpoint = self.workspace.checkpoint
        if checkpoint is not None:
            self.session.add_recent("checkpoints", checkpoint.provenance.path)
        self.refresh_choices()

    def refresh_choices(self) -> None:
        """Recent and known checkpoints in the bar's menu."""
        self.bar.set_recent(*reopening.offered(self.session))

    def _view_changed(self, old: ViewOptions) -> None:
        if old.theme != self.workspace.view.theme:
            app = QApplication.instance()
            assert isinstance(app, QApplication)
            apply_theme(app, self.workspace.view.theme)
        self._show_options()

    def _show_options(self) -> None:
        check_options(self.actions_by_name, self.workspace.view)

    def show_dialog(self, name: str) -> QWidget:
        """Show one of the windows beside the main one (`gui.dialogs`)."""
        return self.dialogs.show(name)

    def offer_conventions(self) -> None:
        """The menu of input conventions, above the status line."""
        self.menus.conventions(self.status.convention_place)

    def offer_pictures(self) -> None:
        """The menu of pictures to compare with, below the bar."""
        self.menus.pictures(self.bar.mapToGlobal(self.bar.checkpoint.geometry().bottomLeft()))

    # Keyboard among panels

    def panel_with_focus(self) -> str | None:
        """The panel that has the keyboard."""
        return self.keyboard.panel()

    def step_panel(self, step: int) -> None:
        """Give the keyboard to the next panel that is shown."""
        self.keyboard.step(step)

    # Memory

    def remember(self) -> None:
        """Keep size, layout and options for the next start."""
        session, workspace = self.session, self.workspace
        session.set("geometry", stored_geometry(self))
        if self._arranged:
            session.set("layout", self.area.state())
            session.set("layout follows", self.area.follows)
        session.set_view(workspace.view)
        reopening.remember(session, workspace)
        session.save()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc that nothing else wanted stops opening, takes the sentence away, or, twice, all changes."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif not (self.loading.give_up() or self.notice.give_up()) and self.keyboard.is_second_escape():
            self.actions_by_name["reset_changes"].trigger()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember, end the workers, go."""
        self.remember()
        self.hide()  # what runs is waited for out of sight
        self.dialogs.close_all()
        self.pages.close_runs()
        self.workspace.close()
        self.session.end()
        super().closeEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Panels follow the size."""
        super().resizeEvent(event)
        self.area.follow(self.size())
