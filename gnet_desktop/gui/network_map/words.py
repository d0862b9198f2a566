"""What the map says: values in boxes, answers of heads, and what hovering tells."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from PySide6.QtCore import QCoreApplication

from gnet_desktop.gui.answers.standing import standing_words
from gnet_desktop.gui.network_map.texts import Texts
from gnet_desktop.gui.painting.numbers import percent
from gnet_desktop.inspection.answers import valid
from gnet_desktop.inspection.quantities import Quantity, branches_of
from gnet_desktop.inspection.statistics import nonzero_share
from gnet_desktop.network.architecture import (
    AUXILIARY,
    HEAD_PLACES,
    HEADS,
    Architecture,
    Branch,
    Convolution,
    Linear,
    Pool,
    ResponseNorm,
)
from gnet_desktop.network.arithmetic import Costs, Shape
from gnet_desktop.network.record import Record
from gnet_desktop.shown import THIN, whole

_WORDS: Final = {"input": "convention", "main": "head"}
_LARGE: Final = ((1e9, "G", 2), (1e6, "M", 1), (1e3, "k", 1))


def tr(text: str) -> str:
    """A text of the map in the language of the window."""
    return QCoreApplication.translate("NetworkMap", text)


def amount(value: float) -> str:
    """A number of multiply-adds or parameters: ``1.10 G``, ``44.3 M``, ``9.4 k``, ``512``."""
    for size, letter, digits in _LARGE:
        if value >= size:
            return f"{value / size:.{digits}f}{THIN}{letter}"
    return f"{value:.0f}"


def short(value: float) -> str:
    """The same in a box: ``347 M``, ``1.5 M``, ``96``."""
    for size, letter, _ in _LARGE:
        if value >= size:
            scaled = value / size
            return f"{scaled:.0f}{letter}" if scaled >= 9.95 else f"{scaled:.1f}{letter}"
    return f"{value:.0f}"


def quantity_words(name: str) -> str:
    """A quantity of `QUANTITIES` in words."""
    return {
        "channels": tr("Channels"),
        "macs": tr("Multiply-adds"),
        "parameters": tr("Parameters"),
        "energy": tr("Energy"),
        "nonzero": tr("Non-zero"),
        "difference": tr("Difference"),
        "effect": tr("Effect when off"),
    }[name]


def values_of(quantity: Quantity) -> dict[str, str]:
    """What is written into each box."""
    write = _WRITERS[quantity.kind]
    return {name: write(quantity.written.get(name, value)) for name, value in quantity.layers.items()}


def share_words(share: float) -> str:
    """``35 %``."""
    return percent(share).replace(" ", THIN)


def logit_words(value: float) -> str:
    """``−1.23``, ``+0.05``; nothing where it rounds to 0."""
    words = f"{value:+.2f}".replace("-", "−")
    return "" if words[1:] == "0.00" else words


_WRITERS: Final[Mapping[str, Callable[[float], str]]] = {
    "count": short,
    "share": share_words,
    "logit": logit_words,
}


def totals_of(architecture: Architecture, quantity: Quantity) -> dict[str, str]:
    """What is written below each module."""
    found = {}
    for module in architecture.modules:
        total = sum(quantity.stripes.get(part, 0.0) for part in branches_of(module))
        if quantity.name == "effect" and not quantity.layers:
            continue  # being worked out
        if quantity.name in ("energy", "effect"):
            found[module.name] = whole(module.outputs)
        elif quantity.name == "channels":
            found[module.name] = whole(round(total))
        else:
            found[module.name] = share_words(total) if quantity.kind == "share" else amount(total)
    return found


def said_by(record: Record | None, names: tuple[str, ...], head: str) -> tuple[str, str]:
    """A head's first answer and its probability; empty without one."""
    answers = record.answers.get(head) if record is not None else None
    if answers is None:
        return "", ""
    if not valid(answers):
        return tr("not a number"), ""
    index, probability = answers.top(1)[0]
    name = names[index] if index < len(names) else tr("class {0}").format(index)
    return name, percent(probability)


def texts_of(
    architecture: Architecture,
    quantity: Quantity,
    size: tuple[int, int],
    record: Record | None,
    names: tuple[str, ...],
    trained: Callable[[str], bool | None],
) -> Texts:
    """All texts of the map; ``size`` is the input's (height, width)."""
    height, width = size
    main = said_by(record, names, "main")
    answers: dict[str, tuple[str, str]] = {}
    for head in architecture.heads:
        said = said_by(record, names, head.name)
        answers[head.name] = (standing_words("untrained"), "") if trained(head.name) is False else said
    return Texts(
        stem=tr("stem"),
        main=tr("main") if architecture.classifier else "",
        pool=tr("pool"),
        no_heads=tr("This file has no auxiliary heads."),
        input_size=f"{width}²" if width == height else f"{width} × {height}",
        cells=tr("{0} cells"),
        main_answer=tuple(part for part in main if part),
        values=values_of(quantity),
        totals=totals_of(architecture, quantity),
        answers=answers,
    )


def kernel_words(layer: Convolution | Pool) -> str:
    """``3×3``, ``7×7 step 2``, ``3×3 max``."""
    words = f"{layer.kernel}×{layer.kernel}"
    if isinstance(layer, Pool):
        words += " " + (tr("max") if layer.kind == "max" else tr("average"))
    if layer.stride > 1:
        words += " " + tr("step {0}").format(layer.stride)
    return words


def path_words(branch: Branch) -> str:
    """``1×1 → 96 → 3×3``; what a branch does, with its true kernels."""
    words: list[str] = []
    for layer in branch.layers:
        words.append(kernel_words(layer))
        if isinstance(layer, Convolution) and layer is not branch.layers[-1]:
            words.append(str(layer.outputs))
    return " → ".join(words)


class Teller:
    """What hovering tells about each part of one network, on one picture or none."""

    def __init__(
        self,
        architecture: Architecture,
        shapes: Mapping[str, Shape],
        costs: Costs,
        record: Record | None,
        energy: Callable[[], Mapping[str, float]],
        names: tuple[str, ...] = (),
        effects: Mapping[str, float] | None = None,
    ) -> None:
        self._names, self._effects = names, effects or {}
        self._architecture, self._shapes, self._costs = architecture, shapes, costs
        self._record, self._energy = record, cache(energy)
        self._layers: dict[str, Convolution | Pool | ResponseNorm] = {}
        for layer in architecture.trunk:
            if isinstance(layer, Convolution | Pool | ResponseNorm):
                self._layers[layer.name] = layer
        for module in architecture.modules:
            for branch in module.branches:
                self._layers.update((one.name, one) for one in branch.layers)
        for head in architecture.heads:
            self._layers[head.convolution.name] = head.convolution
        self._linears: dict[str, Linear] = {layer.name: layer for layer in architecture.linears()}

    def lines(self, target: str) -> tuple[str, ...]:
        """Title and facts; empty for what doesn't exist."""
        if target == "input":
            return (tr("Picture as the network reads it"),)
        if target in {module.name for module in self._architecture.modules}:
            return self._module(target)
        if target in HEADS:
            return self._head(target)
        layer = self._layers.get(target)
        facts = [self._shape(target), *self._layer(layer), *self._numbers(target)]
        return (self._title(target), *(fact for fact in facts if fact))

    def word(self, target: str) -> str:
        """The glossary's word for what a target is."""
        if target in {module.name for module in self._architecture.modules}:
            return "module"
        if target in AUXILIARY:
            return "auxiliary head"
        if target in _WORDS:
            return _WORDS[target]
        last = target.rpartition("/")[2]
        if last.endswith("_reduce"):
            return "reduction"
        layer = self._layers.get(target)
        if self._branch_ending(target) is not None:
            return "branch"
        if isinstance(layer, Convolution):
            return "kernel"
        if isinstance(layer, ResponseNorm):
            return "local response norm"
        return "fully connected" if target in self._linears else "pool"

    def _title(self, target: str) -> str:
        what = {
            "reduce": tr("1×1 reduction"),
            "pool": tr("pool"),
            "global_pool": tr("global pool"),
            "conv": tr("convolution"),
            "fc1": tr("fully connected"),
        }
        last = target.rpartition("/")[2]
        key = "reduce" if last.endswith("_reduce") else last
        return f"{target} · {what[key]}" if key in what else target

    def _shape(self, target: str) -> str:
        shape = self._shapes.get(target)
        if shape is None:
            return tr("not for this input size") if target.startswith("aux") else ""
        if len(shape) == 1:
            return tr("{0} values").format(whole(shape[0]))
        return tr("{0} channels of {1} × {2} cells").format(shape[0], shape[2], shape[1])

    def _layer(self, layer: Convolution | Pool | ResponseNorm | None) -> list[str]:
        if isinstance(layer, ResponseNorm):
            return [tr("local response normalisation over {0} channels").format(layer.size)]
        if layer is None:
            return []
        words = [tr("kernel {0}").format(kernel_words(layer))]
        branch = self._branch_ending(layer.name)
        if branch is not None and len(branch.layers) > 1:
            words.append(tr("path {0}").format(path_words(branch)))
        cost = self._costs.layers.get(layer.name)
        if cost is not None:
            costs = tr("{0} multiply-adds · {1} parameters")
            words.append(costs.format(amount(cost.macs), whole(cost.parameters)))
        return words

    def _numbers(self, target: str) -> list[str]:
        words = []
        energy = self._energy()
        if target in energy:
            module = target.partition("/")[0]
            words.append(tr("energy {0} of {1}").format(percent(energy[target]), module))
        if self._record is not None and target in self._record:
            share = percent(nonzero_share(self._record[target]))
            words.append(tr("{0} of the values not zero").format(share))
        if target in self._effects:
            change = logit_words(self._effects[target]) or tr("no change")
            words.append(tr("its effect when off: {0} on the logit").format(change))
        return [" · ".join(words)] if words else []

    def _branch_ending(self, name: str) -> Branch | None:
        branches = (branch for module in self._architecture.modules for branch in module.branches)
        return next((branch for branch in branches if branch.layers[-1].name == name), None)

    def _module(self, name: str) -> tuple[str, ...]:
        module, cost = self._architecture.module(name), self._costs.modules.get(name)
        facts = [
            tr("{0} channels in, {1} out").format(module.inputs, self._shape(name)),
            ", ".join(f"{branch.name} {branch.outputs}" for branch in module.branches),
        ]
        if cost is not None:
            costs = tr("{0} multiply-adds · {1} parameters")
            facts.append(costs.format(amount(cost.macs), whole(cost.parameters)))
        return (tr("Module {0}").format(name), *facts, *self._numbers(name))

    def _head(self, name: str) -> tuple[str, ...]:
        after = tr("{0} · reads after {1}").format(name, HEAD_PLACES[name])
        head = self._architecture.head(name)
        classes = self._architecture.classes if name == "main" else head.classes if head else 0
        facts = [tr("{0} classes").format(whole(classes))]
        said, probability = said_by(self._record, self._names, name)
        if said:
            facts.insert(0, " ".join(filter(None, (tr("says {0}").format(said), probability))))
        cost = self._costs.heads.get(name)
        if cost is not None:
            costs = tr("{0} multiply-adds · {1} parameters")
            facts.append(costs.format(amount(cost.macs), whole(cost.parameters)))
        return (after, *facts)
