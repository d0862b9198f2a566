"""All kernels of a module's branches as small multiples: what each reads, as three colours."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.section import TITLE, Piece, Section
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.gui.painting.glyphs import outline_chosen, outline_focused, outline_hovered
from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.gui.painting.numbers import percent
from gnet_desktop.inspection.kernels import KernelColours, kernel_colours
from gnet_desktop.network.architecture import Module
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.engine import BACKGROUND
from gnet_desktop.workspace.state import Workspace

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

CELL: Final = 34
POINT: Final = 18
"""Side of a kernel's picture; of one that is a single place."""
GAP: Final = 4


class KernelsSection(Section):
    """The kernels of one branch, alike ones side by side; a click chooses the unit."""

    def __init__(self, module: str, branch: str, colours: KernelColours) -> None:
        super().__init__(f"{module}/{branch}")
        self._branch, self._colours = branch, colours
        self.chosen: Unit | None = None
        self._units = [Unit(module, branch, int(one)) for one in colours.order]
        self.note = self.tr("three groups of inputs explain {0}").format(percent(colours.explained))
        self.setAccessibleName(f"{self.title}, {self.note}")

    @property
    def units(self) -> Sequence[Unit]:
        """The units in their order."""
        return self._units

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many in a row as fit."""
        side = POINT if self._colours.pictures.shape[1] == 1 else CELL
        columns = max(1, (self.width() + GAP) // (side + GAP))
        rows = -(-len(self._units) // columns)
        self.setFixedHeight(TITLE + 6 + rows * (side + GAP) + 8)
        pieces = []
        for place, unit in enumerate(self._units):
            down, right = divmod(place, columns)
            box = QRectF(right * (side + GAP), TITLE + 6 + down * (side + GAP), side, side)
            pieces.append(Piece(box, unit, unit.name))
        self.set_pieces(pieces)

    @override
    def draw(self, painter: QPainter) -> None:
        """The pictures, each place a square."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for piece, unit in zip(self.pieces, self._units, strict=True):
            painter.drawImage(piece.box, rgb_image(self._colours.pictures[unit.channel]))
            if unit == self.chosen:
                outline_chosen(painter, piece.box)
        if self.pointed_piece is not None:
            outline_hovered(painter, self.pointed_piece.box)
        if self.ringed_piece is not None:
            outline_focused(painter, self.ringed_piece.box)


class Kernels(QScrollArea):
    """The branches of a module below each other; ``unit_wanted(unit)`` when a kernel is clicked."""

    unit_wanted = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._key: tuple[str, str, str] | None = None
        self._module: Module | None = None
        self._found: dict[str, KernelColours] = {}
        self._chosen: Unit | None = None
        self.sections: list[KernelsSection] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_module(self, module: Module, branch: str) -> None:
        """Show the kernels of one branch, or of all, as they come."""
        network = self._workspace.network
        if network is None:
            return
        self._module = module
        names = [one.name for one in module.branches if branch in ("", one.name)]
        key = network.name, module.name, branch
        if key != self._key:
            self._key, self._found = key, {}
            self._say(self.tr("Kernels are being taken apart…"))
            self._next(network.network, module, names)

    def _next(self, network: "GoogLeNet", module: Module, names: Sequence[str]) -> None:
        """Take the next branch apart, so that the engine is free for others in between."""
        if names:
            key, name = self._key, names[0]

            def take(found: KernelColours) -> None:
                if key == self._key:
                    self._found[name] = found
                    self._show()
                    self._next(network, module, names[1:])

            work = partial(_taken_apart, network, module, name)
            self._workspace.compute("kernels", work, take, BACKGROUND)

    def mark(self, unit: Unit | None) -> None:
        """Mark the kernel of the chosen unit."""
        self._chosen = unit
        for section in self.sections:
            section.chosen = unit
            section.update()

    def _about(self) -> Label:
        """What the colours mean."""
        about = Label(
            self.tr(
                "Each kernel through its reduction, as if no rectifier lay between. Red, green and blue are"
                " three groups of inputs, found so that together they explain as much of a branch's weights"
                " as three can: the share beside its name. A place shows how much it reads of each, its"
                " kernel's strongest place as bright as can be; black reads none of the three."
            )
        )
        about.setFont(font(12))
        about.setWordWrap(True)
        about.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        return about

    def _say(self, words: str) -> None:
        label = Label(words)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setFont(font(13))
        self.sections = []
        self.setWidget(label)

    def _show(self) -> None:
        module = self._module
        if module is None:
            return
        self.sections = [KernelsSection(module.name, name, colours) for name, colours in self._found.items()]
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(14, 10, 14, 10)
        column.addWidget(self._about())
        column.addSpacing(6)
        for section in self.sections:
            section.activated.connect(self.unit_wanted)
            column.addWidget(section)
        column.addStretch(1)
        self.setWidget(body)
        self.mark(self._chosen)

    def close_run(self) -> None:
        """The window closes."""
        self._key = None


def _taken_apart(network: "GoogLeNet", module: Module, name: str) -> KernelColours:
    """On the engine's thread."""
    branch = module.branch(name)
    weights = {layer.name: network.weights(layer.name) for layer in branch.convolutions}
    return kernel_colours(branch, weights)
