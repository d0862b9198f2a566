"""What the map shows of a workspace: computed once for each network, input size and picture."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtGui import QImage

from gnet_desktop.errors import PictureError
from gnet_desktop.gui.network_map.layout import lay_out
from gnet_desktop.gui.network_map.shapes import MapLayout
from gnet_desktop.gui.network_map.texts import Texts
from gnet_desktop.gui.network_map.words import Teller, texts_of
from gnet_desktop.inspection.quantities import MeasuredNetwork, Quantity, measure
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.arithmetic import Costs, Shape, costs, shapes
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

_USUAL: Final = 224

Size = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class MapModel:
    """Everything that the map needs besides its size.

    ``missing`` says that the quantity that was asked for needs a picture; channels
    are shown in its place. ``teller`` answers what hovering asks.
    """

    architecture: Architecture
    input_size: Size
    quantity: Quantity
    texts: Texts
    shapes: dict[str, Shape]
    costs: Costs
    teller: Teller
    picture: QImage | None
    missing: bool

    def layout(self, size: tuple[float, float]) -> MapLayout:
        """The map in a size of logical pixels."""
        return lay_out(self.architecture, self.quantity, size, self.shapes, self.texts)


def input_size(workspace: Workspace) -> Size:
    """(height, width) of the network's input: the picture's that is shown, else the convention's."""
    result = workspace.said
    if result is not None:
        height, width = result.record.input_size
        return height, width
    convention = workspace.convention
    side = _USUAL if convention is None or convention.resize == "none" else convention.size
    side = convention.crop if convention is not None and convention.crop else side
    return side, side


def model_of(
    workspace: Workspace,
    before: MapModel | None = None,
    effects_of: Callable[[Result], Mapping[str, float] | None] = lambda _: None,
    of: Result | None = None,
) -> MapModel | None:
    """The model of what is open, or of a result; None without a checkpoint.

    The reference's where that is chosen: its network, its picture, its answers. ``effects_of`` gives what
    each branch is worth in a run, if that is known by now. ``before`` is what was shown until
    now: arithmetic that still holds is taken from it.
    """
    result = of or workspace.own_result
    checkpoint = result.checkpoint if result is not None else workspace.checkpoint
    if checkpoint is None:
        return None
    architecture = checkpoint.architecture
    size = input_size(workspace) if result is not None or workspace.result is None else (_USUAL, _USUAL)
    size, found, cost = _arithmetic(architecture, size, before)
    record = None if result is None else result.record
    other = result is not None and result is workspace.reference_result
    reference = workspace.result if other else workspace.reference_result
    trained = workspace.trained if result is None else workspace.trained_of(result)
    wanted = workspace.view.quantity
    source = MeasuredNetwork(
        architecture,
        size,
        record,
        None if reference is None else reference.record,
        effects_of(result) if result is not None and wanted == "effect" else None,
    )
    asked = measure(wanted, source)
    if asked is None and wanted == "effect" and result is not None:
        asked = Quantity("effect", {}, {}, "logit")  # it is being worked out: nothing has a width yet
    quantity = asked or measure("channels", source)
    assert quantity is not None
    return MapModel(
        architecture=architecture,
        input_size=size,
        quantity=quantity,
        texts=texts_of(architecture, quantity, size, record, checkpoint.labels.names, trained),
        shapes=found,
        costs=cost,
        teller=Teller(
            architecture,
            found,
            cost,
            record,
            partial(_energy, source),
            checkpoint.labels.names,
            quantity.written if quantity.name == "effect" else {},
        ),
        picture=None if result is None else _picture(result),
        missing=asked is None,
    )


def _energy(source: MeasuredNetwork) -> Mapping[str, float]:
    energy = measure("energy", source)
    return energy.layers if energy is not None else {}


def _arithmetic(
    architecture: Architecture, size: Size, before: MapModel | None
) -> tuple[Size, dict[str, Shape], Costs]:
    if before is not None and before.architecture is architecture and before.input_size == size:
        return size, before.shapes, before.costs
    try:
        return size, shapes(architecture, size), costs(architecture, size)
    except PictureError:
        # a size that this network cannot take; its usual one still explains it
        usual = (_USUAL, _USUAL)
        return usual, shapes(architecture, usual), costs(architecture, usual)


def _picture(result: Result) -> QImage:
    """What the network saw."""
    shown = result.shown.convert("RGB")
    width, height = shown.size
    return QImage(shown.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888).copy()
