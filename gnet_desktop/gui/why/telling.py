"""What is told of an answer on paper: the map with its check, and the way back to the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from gnet_desktop.gui.why.asking import USUAL, Asked, asked_of, attribute
from gnet_desktop.inspection.attribution.attribution import Attribution, unwatched
from gnet_desktop.inspection.tracing import Step, way_back
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.tasks import LoadedNetwork
from gnet_desktop.workspace.values import Result


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Of what was asked, what was found, and the steps from there back."""

    asked: Asked
    found: Attribution
    way: Sequence[Step]


def question_of(workspace: Workspace, result: Result) -> Asked | None:
    """What is told of a result: by the method over the photo, or the usual one. None without an answer."""
    return asked_of(workspace, result, workspace.view.why or USUAL)


def tell(asked: Asked, result: Result, loaded: LoadedNetwork) -> Told:
    """Work it out; on the engine's thread."""
    found = attribute(asked, result, loaded, unwatched)
    return Told(asked, found, way_back(loaded.network, result.record, asked.target, asked.run.changes))
