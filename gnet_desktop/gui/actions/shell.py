"""What actions know of the window around them."""

from pathlib import Path
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QApplication, QWidget

from gnet_desktop.errors import GNetError
from gnet_desktop.gui.panels import Panels
from gnet_desktop.gui.system.session import Session
from gnet_desktop.workspace.state import Workspace


@runtime_checkable
class Numbered(Protocol):
    """Something shown that has numbers to copy."""

    def copy_numbers(self) -> str:
        """Its numbers as text."""


class Shell(Protocol):
    """A window: the widget that dialogs belong to, and what can be asked of it."""

    @property
    def workspace(self) -> Workspace:
        """What is open and chosen."""

    @property
    def session(self) -> Session:
        """What is remembered."""

    @property
    def panels(self) -> Panels:
        """The panels by name."""

    @property
    def page(self) -> str:
        """The page that is shown: ``explore``, ``folder`` or ``units``."""

    @property
    def widget(self) -> QWidget:
        """The parent of dialogs."""

    def take_pictures(self, paths: list[Path]) -> None:
        """Open pictures, and those in folders."""

    def take_clipboard(self) -> None:
        """Open what the clipboard holds."""

    def open_checkpoint(self, path: Path, labels: Path | None = None) -> None:
        """Open a checkpoint."""

    def offer_conventions(self) -> None:
        """Open the menu of input conventions."""

    def offer_pictures(self) -> None:
        """Open the menu of pictures that this one can be compared with."""

    def refresh_choices(self) -> None:
        """Other checkpoints can be chosen now."""

    def show_page(self, name: str) -> None:
        """Show another of the pages."""

    def evaluate(self, folder: Path) -> None:
        """Answer a folder on its page."""

    @property
    def judged_folder(self) -> Path | None:
        """The folder that is open on the Folder page."""

    def judge_by(self, table: Path) -> None:
        """Judge that folder by a table of pictures and classes."""

    def index(self, folder: Path) -> None:
        """Show a folder's strongest pictures for each unit."""

    def show_directions(self, path: Path) -> None:
        """Show the directions of a file as cards."""

    def open_palette(self, query: str = "") -> None:
        """Open the palette."""

    def show_dialog(self, name: str) -> QWidget:
        """Show one of the windows beside this one."""

    def show_error(self, error: GNetError, beside: QWidget | None = None) -> None:
        """Show a sentence, also in a window beside this one, where it happened."""

    def show_news(self, words: str, beside: QWidget | None = None) -> None:
        """Show that something was done, also in a window beside this one, where it was done."""

    def panel_with_focus(self) -> str | None:
        """The panel that has the keyboard."""

    def step_panel(self, step: int) -> None:
        """Give the keyboard to another panel."""

    def toggle_panel(self, name: str) -> None:
        """Show or hide a panel."""

    def reset_layout(self) -> None:
        """Every panel back in its place."""

    def close(self) -> bool:
        """End."""


def in_use(shell: Shell) -> QWidget:
    """What the keyboard is in: a panel, a window beside the main one, or else the main one."""
    panel = shell.panel_with_focus()
    active = QApplication.activeWindow()
    return shell.panels[panel] if panel else active or shell.widget
