"""A unit's cell followed back, and its arithmetic: what the two sections show, worked out as it is needed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gnet_desktop.gui.unit.facts import Cell
from gnet_desktop.gui.unit.formula_view import FormulaSection
from gnet_desktop.gui.unit.path_view import PathSection, colour_words
from gnet_desktop.inspection.formula import formula, won
from gnet_desktop.inspection.sources import PICTURE, source_at
from gnet_desktop.inspection.tracing import Spot, Step, step_back
from gnet_desktop.network.architecture import Convolution, Pool
from gnet_desktop.network.arithmetic import sources
from gnet_desktop.network.naming import Unit, unit_of
from gnet_desktop.network.record import Array
from gnet_desktop.workspace.derived import Derived
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet


@dataclass(frozen=True, slots=True, eq=False)
class _Weights:
    """A unit's kernel (channels, k, k) and bias."""

    kernel: Array
    bias: float


class Following(QObject):
    """Owns the sections; told of the unit, of the cell to follow back, and of the one looked at."""

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.path, self.formula = PathSection(), FormulaSection()
        self._subject: tuple[Result, Unit] | None = None
        self._cell: Cell | None = None
        self._steps: Derived[tuple[Result, Spot], Step] = Derived(workspace, "step back", self._show_step)
        self._weights: Derived[tuple[Result, Unit], _Weights] = Derived(
            workspace, "weights", self._show_formula
        )
        self.path.activated.connect(self._go_on)
        self.path.pointed.connect(self._preview)

    def end(self) -> None:
        """The owner is gone."""
        self._steps.end()
        self._weights.end()

    @property
    def followed(self) -> bool:
        """Whether there is a step to show."""
        return self._steps.value is not None

    @property
    def shows_formula(self) -> bool:
        """Whether the arithmetic is shown: in teaching mode, where there is one."""
        return self._workspace.view.teaching and bool(self.formula.lines)

    def show_unit(self, result: Result, unit: Unit, cell: Cell) -> None:
        """The chosen unit, and the cell that is followed back."""
        self._subject = result, unit
        network = self._network(result)
        if network is None:
            self.forget()
            return
        spot, architecture = Spot(unit, cell), result.checkpoint.architecture
        changes = result.key.changes
        if spot_is_followed(result, unit):
            self._steps.get((result, spot), lambda: step_back(network, result.record, spot, changes, count=6))
        else:
            self._steps.forget()
        if isinstance(architecture.layer(unit.part), Convolution):
            self._weights.get((result, unit), lambda: _weights_of(network, unit))
        else:
            self._weights.forget()
        self._show_step()

    def forget(self) -> None:
        """There is no unit, or nothing of it to follow."""
        self._subject = None
        self._steps.forget()
        self._weights.forget()

    def look_at(self, cell: Cell | None) -> None:
        """The cell whose arithmetic is shown."""
        self._cell = cell
        self._show_formula()

    def _network(self, result: Result) -> "GoogLeNet | None":
        loaded = self._workspace.network_of(result)
        # a value between two runs was not computed from anything
        return None if loaded is None or self._workspace.shows == "difference" else loaded.network

    def _show_step(self) -> None:
        step = self._steps.value
        if step is not None and self._subject is not None:
            self.path.show_step(step, self._subject[0].convention.order)
        self.path.setVisible(step is not None)

    def _show_formula(self) -> None:
        if self._subject is not None and self._cell is not None and self._workspace.view.teaching:
            self._work_out(*self._subject, self._cell)
        self.formula.setVisible(self._subject is not None and self.shows_formula)

    def _work_out(self, result: Result, unit: Unit, cell: Cell) -> None:
        architecture = result.checkpoint.architecture
        layer, name = architecture.layer(unit.part), sources(architecture).get(unit.part, "")
        read = result.record.input if name == PICTURE else result.record.get(name)
        weights = self._weights.value
        if read is None:
            return
        if isinstance(layer, Pool) and layer.kind == "max":
            self.formula.show_formula(won(layer, read[unit.channel], cell), cell, str)
        elif isinstance(layer, Convolution) and weights is not None:
            found = formula(layer, read, weights.kernel, weights.bias, cell)
            self.formula.show_formula(found, cell, lambda channel: _channel_words(result, name, channel))

    # Going on

    def _go_on(self, value: object) -> None:
        if isinstance(value, Spot) and value.unit.part != PICTURE:
            self._workspace.choose_unit(value.unit, value.cell)

    def _preview(self, value: object) -> None:
        if not isinstance(value, Spot) or self._subject is None:
            self._workspace.hover(None)
        elif value.unit.part == PICTURE:
            column, row = value.cell
            self._workspace.hover(None, self._subject[0].geometry.to_picture((column + 0.5, row + 0.5)))
        else:
            self._workspace.hover(value.unit)


def spot_is_followed(result: Result, unit: Unit) -> bool:
    """Whether a unit's cells can be followed back: those of maps that the trunk or a head makes."""
    architecture = result.checkpoint.architecture
    layer = architecture.layer(unit.part)
    return layer is not None or any(unit.part == f"{head.name}/pool" for head in architecture.heads)


def _weights_of(network: "GoogLeNet", unit: Unit) -> _Weights:
    kernel, bias = network.weights(unit.part)
    return _Weights(kernel[unit.channel], float(bias[unit.channel]))


def _channel_words(result: Result, read: str, channel: int) -> str:
    """What a layer reads, by name: a unit, or a colour of the picture."""
    architecture = result.checkpoint.architecture
    if read == PICTURE:
        return colour_words(result.convention.order, channel)
    if any(layer.name == read for layer in architecture.trunk):
        return source_at(architecture, read).unit(architecture, channel).name
    return unit_of(read, channel).name
