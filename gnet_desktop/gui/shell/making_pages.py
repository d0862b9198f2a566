"""The pages beside Explore: how each is made, and what it asks of the window."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gnet_desktop.gui.actions.handlers import Handlers
from gnet_desktop.gui.actions.shell import Shell
from gnet_desktop.gui.controls.page import Page
from gnet_desktop.gui.system.reopening import remember_index

if TYPE_CHECKING:
    from gnet_desktop.network.naming import Unit

PIECES = "visualisations"
"""Where finished pictures of what units want are kept, in the session's cache."""
LIMIT_KEY = "kept bytes"
"""How many bytes of them are kept, in the session."""


class PageMaker:
    """Makes pages when they are first wanted."""

    def __init__(self, shell: Shell, handlers: Handlers) -> None:
        self._shell, self._handlers = shell, handlers

    @property
    def makers(self) -> Mapping[str, Callable[[], Page]]:
        """How each page is made, by name."""
        return {"folder": self.folder, "units": self.units}

    def folder(self) -> Page:
        """A folder's pictures, judged."""
        # at the start this would be a tenth of the time until the window is painted
        from gnet_desktop.gui.folder.page import FolderPage
        from gnet_desktop.workspace.folder_run import FolderRun

        shell = self._shell
        page = FolderPage(FolderRun(shell.workspace, shell.session.cache / "folders"), shell.workspace.post)
        page.picture_wanted.connect(self._show_picture)
        page.folder_wanted.connect(self._handlers.opening.evaluate_folder)
        exporting = self._handlers.exporting
        page.export_wanted.connect(lambda: exporting.export_folder(page.run.judged))
        return page

    def units(self) -> Page:
        """What units want."""
        from gnet_desktop.gui.units.page import UnitsPage
        from gnet_desktop.inspection.visualisation.store import LIMIT, Kept
        from gnet_desktop.workspace.units.indexed import Indexed
        from gnet_desktop.workspace.units.wanting import Wanting

        workspace, cache = self._shell.workspace, self._shell.session.cache
        limit = self._shell.session.get(LIMIT_KEY)
        kept = Kept(cache / PIECES, limit if isinstance(limit, int) and limit > 0 else LIMIT)
        indexed = Indexed(workspace, cache / "indexes")
        remember_index(self._shell.session, indexed)
        page = UnitsPage(workspace, Wanting(workspace, kept), indexed)
        self._shell.panels.unit.body.indexed.watch(indexed)
        page.panel.grouping.remember_in(self._shell.session)
        page.unit_wanted.connect(self._show_unit)
        page.picture_wanted.connect(self._show_picture)
        page.limit_chosen.connect(lambda limit: self._shell.session.set(LIMIT_KEY, limit))
        page.folder_wanted.connect(self._handlers.opening.index_folder)
        page.crops_wanted.connect(lambda: self._handlers.exporting.export_crops(page.save_crops))
        page.crops_written.connect(self._handlers.exporting.say_crops)
        page.matrix_wanted.connect(self._handlers.opening.open_directions)
        self._handlers.units_of_pages["units"] = lambda: page.panel.item.unit if page.panel.item else None
        page.projected.connect(lambda: self._shell.show_page("explore"))
        return page

    def _show_picture(self, path: Path) -> None:
        self._shell.show_page("explore")
        self._shell.workspace.add_pictures([path])

    def _show_unit(self, unit: "Unit") -> None:
        self._shell.show_page("explore")
        self._shell.workspace.choose_unit(unit)
