"""Panels that share a place as tabs come before each other when what was chosen is in them."""

from gnet_desktop.gui.shell.docks import DockArea
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import ViewOptions


class Revealing:
    """Follows choices; made before the panels, so that it hears of teaching before one takes the room."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._area: DockArea | None = None
        self._selection = workspace.selection
        workspace.view_changed.subscribe(self._view_changed)
        workspace.selection_changed.subscribe(self._selection_changed)

    def work_on(self, area: DockArea) -> None:
        """The panels are there."""
        self._area = area

    def _view_changed(self, old: ViewOptions) -> None:
        teaching = self._workspace.view.teaching
        if self._area is not None and old.teaching != teaching:
            self._area.lend(lent=teaching)

    def _selection_changed(self) -> None:
        """A unit was chosen: its panel; another module: its branches. Where one chooses stays in sight."""
        area, before, now = self._area, self._selection, self._workspace.selection
        self._selection = now
        if area is None:
            return
        if now.unit is not None and now.unit != before.unit and not area.shares("unit", "lanes"):
            area.reveal("unit")
        elif now.module != before.module and not area.is_in_sight("network"):
            area.reveal("lanes")
