"""Shapes, receptive fields and costs, worked out from an `Architecture` alone.

Names are those of the record. Sizes are (height, width) in pixels or cells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from gnet_desktop.network.architecture import (
    Architecture,
    Branch,
    Convolution,
    Head,
    Linear,
    Module,
    Pool,
)
from gnet_desktop.network.sizes import Size, check_size, head_fits, padding_of, side_after

Shape = tuple[int, ...]


def shapes(architecture: Architecture, input_size: Size) -> dict[str, Shape]:
    """Shape of everything that a pass records: (channels, height, width), or (values,).

    In the record's order. Heads that cannot take this size are left out.

    Raises PictureError if the network cannot take the size.
    """
    check_size(architecture, input_size)
    found: dict[str, Shape] = {}
    shape: Shape = (architecture.input_channels, *input_size)
    for layer in architecture.trunk:
        if isinstance(layer, Module):
            for branch in layer.branches:
                found.update(_chain(branch.layers, shape))
            shape = (layer.outputs, *shape[1:])
        elif isinstance(layer, Convolution | Pool):
            shape = _after(layer, shape)
        found[layer.name] = shape
    for head in architecture.heads:
        if head_fits(architecture, head, input_size):
            found.update(_head_shapes(head, found[head.source]))
    found["global_pool"] = shape[:1]
    for linear in architecture.classifier:
        found["logits" if linear is architecture.classifier[-1] else linear.name] = (linear.outputs,)
    return found


def _after(layer: Convolution | Pool, shape: Shape) -> Shape:
    channels = layer.outputs if isinstance(layer, Convolution) else shape[0]
    return (channels, *(side_after(layer, side) for side in shape[1:]))


def _chain(layers: tuple[Convolution | Pool, ...], shape: Shape) -> Iterator[tuple[str, Shape]]:
    for layer in layers:
        shape = _after(layer, shape)
        yield layer.name, shape


def _head_shapes(head: Head, source: Shape) -> Iterator[tuple[str, Shape]]:
    pooled = _after(head.pool, source) if isinstance(head.pool, Pool) else (source[0], head.pool, head.pool)
    yield f"{head.name}/pool", pooled
    yield head.convolution.name, _after(head.convolution, pooled)
    for layer in head.layers:
        yield head.name if layer is head.layers[-1] else layer.name, (layer.outputs,)


def sources(architecture: Architecture) -> dict[str, str]:
    """What each map is made from: ``3a/3x3`` → ``3a/3x3_reduce``, ``conv1`` → ``input``."""
    found: dict[str, str] = {}
    previous = "input"
    for layer in architecture.trunk:
        if isinstance(layer, Module):
            for branch in layer.branches:
                names = [previous, *(part.name for part in branch.layers)]
                found.update(zip(names[1:], names, strict=False))
        found[layer.name] = previous
        previous = layer.name
    for head in architecture.heads:
        found[f"{head.name}/pool"] = head.source
        found[head.convolution.name] = f"{head.name}/pool"
    return found


@dataclass(frozen=True, slots=True)
class AxisWindow:
    """A layer along one axis: its input has ``side`` cells and ``before`` padded ones in front."""

    kernel: int
    stride: int
    before: int
    side: int


@dataclass(frozen=True, slots=True)
class Field:
    """The receptive field of a map's cells on the input.

    A cell sees ``size`` × ``size`` pixels; cell (column, row) is centred on pixel
    ``centre[0] + column·jump``, ``centre[1] + row·jump``, pixels counted from 0.
    ``columns`` and ``rows`` are the windows on the way, for `field_box`.
    """

    size: int
    jump: int
    centre: tuple[float, float]
    columns: tuple[AxisWindow, ...]
    rows: tuple[AxisWindow, ...]


def receptive_field(architecture: Architecture, name: str, input_size: Size) -> Field:
    """The field of a map along its own path; of a module's output the largest branch's.

    Recurrence of docs/formats.md#costs. Raises KeyError for what isn't a map with a
    regular grid: vectors, and maps behind an adaptive pool.
    """
    path = _path(architecture, name)
    rows, columns = (_windows(path, side) for side in input_size)
    size, jump, x = _field(columns)
    return Field(size, jump, (x, _field(rows)[2]), columns, rows)


def field_box(field: Field, column: int, row: int) -> tuple[int, int, int, int]:
    """The pixels that a cell sees, cut at the input's edges: (left, top, right, bottom).

    Right and bottom are one past the last pixel. Exact at every edge: cells that a
    floor-rounded pool drops, or that are only padding, are not counted.
    """
    left, right = _span(field.columns, column)
    top, bottom = _span(field.rows, row)
    return left, top, right, bottom


def _path(architecture: Architecture, name: str) -> list[Convolution | Pool]:
    """The layers from the input to a map; through modules along their widest branch."""
    path: list[Convolution | Pool] = []
    for layer in architecture.trunk:
        if isinstance(layer, Module):
            for branch in layer.branches:
                names = [part.name for part in branch.layers]
                if name in names:
                    return [*path, *branch.layers[: names.index(name) + 1]]
            path += max(layer.branches, key=lambda branch: branch.kernel).layers
        elif isinstance(layer, Convolution | Pool):
            path.append(layer)
        if layer.name == name:
            return path
        for head in architecture.heads:
            if head.source == layer.name and name in (f"{head.name}/pool", head.convolution.name):
                return [*path, *_head_path(head, name)]
    raise KeyError(name)


def _head_path(head: Head, name: str) -> list[Convolution | Pool]:
    if not isinstance(head.pool, Pool):
        raise KeyError(name)
    return [head.pool] if name == head.pool.name else [head.pool, head.convolution]


def _windows(path: list[Convolution | Pool], side: int) -> tuple[AxisWindow, ...]:
    windows = []
    for layer in path:
        windows.append(AxisWindow(layer.kernel, layer.stride, padding_of(layer, side)[0], side))
        side = side_after(layer, side)
    return tuple(windows)


def _field(windows: tuple[AxisWindow, ...]) -> tuple[int, int, float]:
    """Size, jump and centre of cell 0 along one axis."""
    size, jump, centre = 1, 1, 0.0
    for window in windows:
        size += (window.kernel - 1) * jump
        centre += ((window.kernel - 1) / 2 - window.before) * jump
        jump *= window.stride
    return size, jump, centre


def _span(windows: tuple[AxisWindow, ...], cell: int) -> tuple[int, int]:
    """First pixel, and one past the last, that a cell sees along one axis."""
    first = last = cell
    for window in reversed(windows):
        first = max(first * window.stride - window.before, 0)
        last = min(last * window.stride - window.before + window.kernel - 1, window.side - 1)
    return first, last + 1


@dataclass(frozen=True, slots=True)
class Cost:
    """What a part costs.

    ``macs``: multiply-adds of convolutions and fully connected layers, nothing else.
    ``weights``: numbers in kernels and matrices; ``parameters``: with biases and the
    norms' scales and shifts, without their running statistics.
    """

    macs: int = 0
    weights: int = 0
    parameters: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.macs + other.macs, self.weights + other.weights, self.parameters + other.parameters)


@dataclass(frozen=True)
class Costs:
    """Costs of one pass by name.

    ``layers`` has every convolution and fully connected layer on its own,
    ``branches`` each branch with its reduction under the branch's name (``4a/5x5``),
    ``modules`` and ``heads`` their sums. ``total`` is the network without the heads.
    """

    layers: Mapping[str, Cost]
    branches: Mapping[str, Cost]
    modules: Mapping[str, Cost]
    heads: Mapping[str, Cost]
    total: Cost


def costs(architecture: Architecture, input_size: Size) -> Costs:
    """What a pass over an input of that size costs; raises PictureError as `shapes` does."""
    found = shapes(architecture, input_size)
    layers = {
        layer.name: _convolution_cost(layer, found[layer.name])
        for layer in architecture.convolutions()
        if layer.name in found
    }
    layers.update((linear.name, _linear_cost(linear)) for linear in architecture.linears())
    branches = {
        f"{module.name}/{branch.name}": _sum(layers[layer.name] for layer in branch.convolutions)
        for module in architecture.modules
        for branch in module.branches
    }
    heads: dict[str, Cost] = {
        head.name: layers[head.convolution.name] + _sum(layers[layer.name] for layer in head.layers)
        for head in architecture.heads
        if head.convolution.name in layers
    }
    modules = {
        module.name: _sum(branches[f"{module.name}/{branch.name}"] for branch in module.branches)
        for module in architecture.modules
    }
    main = (cost for name, cost in layers.items() if not name.startswith("aux"))
    return Costs(layers, branches, modules, heads, _sum(main))


def unreduced(architecture: Architecture) -> Architecture:
    """The same network without the 1×1 reductions: 3×3 and 5×5 read the module's input.

    Outputs stay as wide; for comparing costs (docs/formats.md#costs).
    """
    trunk = tuple(
        replace(layer, branches=tuple(_unreduced(branch, layer.inputs) for branch in layer.branches))
        if isinstance(layer, Module)
        else layer
        for layer in architecture.trunk
    )
    return replace(architecture, trunk=trunk)


def _unreduced(branch: Branch, inputs: int) -> Branch:
    reduction, *rest = branch.layers
    if not rest or isinstance(reduction, Pool):
        return branch
    first = rest[0]
    assert isinstance(first, Convolution)
    return Branch((replace(first, inputs=inputs), *rest[1:]))


def _sum(parts: Iterator[Cost]) -> Cost:
    return sum(parts, Cost())


def _convolution_cost(layer: Convolution, shape: Shape) -> Cost:
    weights = layer.outputs * layer.inputs * layer.kernel**2
    vectors = int(layer.bias) + (0 if layer.norm_epsilon is None else 2)
    return Cost(weights * shape[1] * shape[2], weights, weights + vectors * layer.outputs)


def _linear_cost(layer: Linear) -> Cost:
    weights = layer.inputs * layer.outputs
    return Cost(weights, weights, weights + layer.outputs * int(layer.bias))


def tensor_shapes(architecture: Architecture) -> dict[str, Shape]:
    """Name and shape of every tensor that the architecture asks for."""
    found: dict[str, Shape] = {}
    for layer in architecture.convolutions():
        found[f"{layer.name}.weight"] = (layer.outputs, layer.inputs, layer.kernel, layer.kernel)
        if layer.bias:
            found[f"{layer.name}.bias"] = (layer.outputs,)
        if layer.norm_epsilon is not None:
            for part in ("weight", "bias", "mean", "variance"):
                found[f"{layer.name}.norm.{part}"] = (layer.outputs,)
    for linear in architecture.linears():
        found[f"{linear.name}.weight"] = (linear.outputs, linear.inputs)
        if linear.bias:
            found[f"{linear.name}.bias"] = (linear.outputs,)
    return found
