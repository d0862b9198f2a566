"""What a page is of: everything that was seen, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from gnet_desktop.gui.exports.network import svg_on_paper
from gnet_desktop.gui.lanes.contents import LaneContents, contents_of
from gnet_desktop.gui.lanes.measuring import Measured
from gnet_desktop.gui.network_map.model import model_of
from gnet_desktop.gui.panels import Panels
from gnet_desktop.gui.why.telling import Told
from gnet_desktop.network.architecture import HEADS
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result, Selection, ViewOptions


@dataclass(frozen=True, slots=True, eq=False)
class Exploration:
    """An exploration at rest.

    ``reference`` is the run that it is compared with; ``contents`` the branches of the
    chosen module, whole; ``trained`` says of each head whether it was (None: nobody
    knows); ``network`` is the map of the network as SVG; ``why`` what is told of the answer.
    ``files`` are the files of those pictures that are some, by their id in the list; ``labels``
    is where class names were taken from by hand.
    """

    result: Result
    selection: Selection
    view: ViewOptions
    contents: LaneContents
    network: bytes = b""
    reference: Result | None = None
    tray: Sequence[Unit] = ()
    trained: Mapping[str, bool | None] | None = None
    why: Told | None = None
    files: Mapping[int, Path] = field(default_factory=dict)
    labels: Path | None = None

    @property
    def units(self) -> list[Unit]:
        """The chosen unit and the pinned ones."""
        chosen = [one for one in (self.selection.unit, *self.tray) if one is not None]
        return list(dict.fromkeys(chosen))

    @classmethod
    def of(cls, workspace: Workspace, panels: Panels, result: Result, why: Told | None = None) -> Self:
        """What a workspace shows now of a result; the filter of the lanes hides nothing on a page."""
        view, module = workspace.view.changed(filter=""), workspace.selection.module
        statistics, model = Measured().of(result).statistics, panels.network.map.model
        if workspace.own_result is not result:
            model = model_of(workspace, model, of=result)  # the map shows the reference
        sorter, loaded = panels.lanes.area.sorting.order_of, workspace.network_of(result)
        return cls(
            result,
            workspace.selection,
            view,
            contents_of(result, module, view, statistics, sorter),
            svg_on_paper(model) if model is not None else b"",
            workspace.reference_result,
            workspace.tray,
            {head: workspace.trained(head) for head in HEADS},
            why,
            {
                one: entry.source
                for one, entry in workspace.pictures.items()
                if isinstance(entry.source, Path)
            },
            loaded.labels if loaded is not None else None,
        )
