"""The pages of the window: Explore, and those that are made when they are first wanted."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QWidget

from gnet_desktop.gui.controls.page import Page
from gnet_desktop.workspace.state import Workspace

if TYPE_CHECKING:
    from gnet_desktop.gui.folder.page import FolderPage
    from gnet_desktop.gui.units.page import UnitsPage


class Pages(QStackedWidget):
    """Shows one page; Explore is the ``start`` page until there are pictures.

    ``makers`` make the other pages by name. ``name`` is the page that is shown.
    """

    def __init__(
        self,
        workspace: Workspace,
        start: QWidget,
        explore: QWidget,
        makers: Mapping[str, Callable[[], Page]],
    ) -> None:
        super().__init__()
        self._workspace, self._start, self._explore = workspace, start, explore
        self._makers = makers
        self.made: dict[str, Page] = {}
        self.name = "explore"
        self.addWidget(start)
        self.addWidget(explore)

    def page(self, name: str) -> Page:
        """A page other than Explore, made when it is first wanted."""
        if name not in self.made:
            self.made[name] = self._makers[name]()
            self.addWidget(self.made[name])
        return self.made[name]

    @property
    def folder(self) -> "FolderPage":
        """The Folder page."""
        from gnet_desktop.gui.folder.page import FolderPage

        page = self.page("folder")
        assert isinstance(page, FolderPage)
        return page

    @property
    def units(self) -> "UnitsPage":
        """The Units page."""
        from gnet_desktop.gui.units.page import UnitsPage

        page = self.page("units")
        assert isinstance(page, UnitsPage)
        return page

    def close_runs(self) -> None:
        """The window closes: what works in the background for a page ends."""
        for page in self.made.values():
            page.close_run()

    def turn_to(self, name: str) -> None:
        """Show another page."""
        self.name = name
        self.refresh()

    def refresh(self) -> None:
        """There are pictures, or none any more."""
        explore = self._explore if self._workspace.pictures else self._start
        self.setCurrentWidget(explore if self.name == "explore" else self.page(self.name))
