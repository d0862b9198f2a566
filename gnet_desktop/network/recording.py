"""Passes of one picture that leave a whole `Record`: from the picture, or from another record.

`resume` is what makes asking "what if" quick: it goes on from the record of the unchanged
pass and computes only what lies behind the first change.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, Protocol

import torch
from torch import Tensor

from gnet_desktop.network.architecture import Architecture, Head, Module
from gnet_desktop.network.changes import Change, Editor, first_place
from gnet_desktop.network.passing import Outputs, Pass
from gnet_desktop.network.record import LOGITS, Answers, Record
from gnet_desktop.network.sizes import allowed_sizes

Detail = Literal["all", "branches", "answers"]
"""What a record keeps: everything; all but the reductions and pools in modules; no maps at all."""


class Travelled(Protocol):
    """What a pass needs of a network; see `googlenet.GoogLeNet`."""

    architecture: Architecture
    temperatures: dict[str, float]

    def check(self, tensor: Tensor) -> None:
        """Raise PictureError where an input doesn't fit."""

    def fitting_heads(self, size: tuple[int, int]) -> list[Head]:
        """The heads that can read an input of that size."""

    def travel(self, after: str, value: Tensor, going: Pass, heads: Sequence[Head]) -> Pass:
        """Go on from a part's value to the end."""

    def travel_head(self, head: Head, value: Tensor, going: Pass) -> None:
        """Go through a head from the value that it reads."""

    def recorded(self, source: Record | Tensor, name: str) -> Tensor:
        """A part's value in a record, or the input, as a batch of one."""

    def somewhere(self, run: Callable[[], Pass]) -> tuple[Pass, str, tuple[str, ...]]:
        """Run a pass on the device, or on the CPU if that fails; with what was done and notes."""


def whole_pass(
    network: Travelled, tensor: Tensor, detail: Detail = "all", changes: Sequence[Change] = ()
) -> Record:
    """One picture (1, channels, height, width), float32, through everything, with ``changes``.

    Raises PictureError if the network cannot take its size or channels, UsageError if it
    cannot be changed so.
    """
    if tensor.shape[0] != 1:
        raise ValueError(f"a record is of one picture, not of {tensor.shape[0]}")
    started = time.perf_counter()
    network.check(tensor)
    size = (tensor.shape[2], tensor.shape[3])

    def run() -> Pass:
        going = Pass(_keeps(network.architecture, detail), Editor(network.architecture, changes))
        return network.travel("input", tensor, going, network.fitting_heads(size))

    going, device, notes = network.somewhere(run)
    made = _record(network, going, detail, size, device, notes)
    return replace(
        made,
        milliseconds=(time.perf_counter() - started) * 1000,
        input=tensor[0].detach().to("cpu", torch.float32, copy=True).numpy(),
        notes=(*made.notes, *_silent_heads(network.architecture, made.answers)),
    )


def resume(network: Travelled, record: Record, changes: Sequence[Change], detail: Detail = "all") -> Record:
    """The unchanged pass that ``record`` is of once more, with ``changes``.

    What lies before the first change, heads included, is the record's own memory. Equals a
    whole pass with the same changes. ``detail`` as far as the record has it; a record that
    lacks where to begin is begun at its input. Raises UsageError for changes that aren't
    possible.
    """
    started = time.perf_counter()
    after = _beginning(network.architecture, changes)
    heads = network.fitting_heads(record.input_size)
    behind = _behind(network.architecture, after, heads)

    def run() -> Pass:
        editor = Editor(network.architecture, changes)
        going = Pass(_keeps(network.architecture, detail), editor)
        if after is not None:
            network.travel(after, network.recorded(record, after), going, behind)
        for head in heads:
            if head not in behind and editor.within(head.name):
                network.travel_head(head, network.recorded(record, head.source), going)
        return going

    going, device, notes = network.somewhere(run)
    made = _record(network, going, detail, record.input_size, device, notes)
    wanted = _in_record(network.architecture, detail)
    return replace(
        made,
        activations={name: made.get(name, array) for name, array in record.items() if wanted(name)},
        answers={head: made.answers.get(head, said) for head, said in record.answers.items()},
        milliseconds=(time.perf_counter() - started) * 1000,
        input=record.input,
        notes=(*notes, *record.notes),
    )


def _beginning(architecture: Architecture, changes: Sequence[Change]) -> str | None:
    """Behind what to begin; None if nothing of the trunk changes.

    Where a module's reduction or pool changes, the module is computed from its input; where
    only a layer's output does, that output is there already.
    """
    names = [layer.name for layer in architecture.trunk]
    first = first_place(architecture, changes)
    if first is None or first == len(names):
        return None if first is None else names[-1]
    if not Editor(architecture, changes).within(names[first]):
        return names[first]
    return names[first - 1] if first else "input"


def _behind(architecture: Architecture, after: str | None, heads: Iterable[Head]) -> list[Head]:
    """The heads that read what is made anew."""
    if after is None:
        return []
    names = ["input", *(layer.name for layer in architecture.trunk)]
    return [head for head in heads if head.source in names[names.index(after) :]]


def _keeps(architecture: Architecture, detail: Detail) -> Callable[[str], bool]:
    """Which of the values that a pass makes are kept."""
    if detail == "answers":
        return frozenset(LOGITS.values()).__contains__
    if detail == "branches":
        inside = tuple(f"{module.name}/" for module in architecture.modules)
        return lambda name: not name.startswith(inside)
    return lambda _name: True


def _in_record(architecture: Architecture, detail: Detail) -> Callable[[str], bool]:
    """Which names a record has: what a pass keeps, and the branches, which are cut from modules."""
    if detail == "answers":
        return lambda _name: False
    keeps = _keeps(architecture, detail)
    branches = {f"{module.name}/{one.name}" for module in architecture.modules for one in module.branches}
    return lambda name: keeps(name) or name in branches


def _record(
    network: Travelled,
    going: Pass,
    detail: Detail,
    size: tuple[int, int],
    device: str,
    notes: tuple[str, ...],
) -> Record:
    outputs = {name: output.cpu() for name, output in going.outputs.items()}
    answers = {
        head: _answer(outputs[name][0], network.temperatures.get(head, 1.0))
        for head, name in LOGITS.items()
        if name in outputs
    }
    ordered = () if detail == "answers" else _in_order(network.architecture, outputs)
    activations = {name: value[0].numpy() for name, value in ordered}
    return Record(
        activations, answers, size, milliseconds=0.0, device=device, notes=notes, altered=going.altered
    )


def _in_order(architecture: Architecture, outputs: Outputs) -> Iterator[tuple[str, Tensor]]:
    """The outputs as a record has them: in the order of the pass, branches cut from modules."""
    seen: set[str] = set()
    for layer in architecture.trunk:
        if layer.name not in outputs:
            continue
        parts = dict(_parts(layer, outputs)) if isinstance(layer, Module) else {}
        parts[layer.name] = outputs[layer.name]
        seen |= parts.keys()
        yield from parts.items()
    yield from ((name, value) for name, value in outputs.items() if name not in seen)


def _parts(module: Module, outputs: Outputs) -> Iterator[tuple[str, Tensor]]:
    """The parts of a module in order; what it concatenates as views into its output."""
    output = outputs[module.name]
    for branch in module.branches:
        for layer in branch.layers[:-1]:
            if layer.name in outputs:
                yield layer.name, outputs[layer.name]
        yield branch.layers[-1].name, output.narrow(1, module.offset(branch.name), branch.outputs)


def _answer(logits: Tensor, temperature: float) -> Answers:
    return Answers(logits.numpy(), torch.softmax(logits / temperature, 0).numpy())


def _silent_heads(architecture: Architecture, answers: Mapping[str, Answers]) -> Iterator[str]:
    silent = [head.name for head in architecture.heads if head.name not in answers]
    allowed = allowed_sizes(architecture) if silent else {}
    for name in silent:
        needs = f"needs sides of {allowed[name]} pixels" if name in allowed else "fits no size"
        yield f"{name} {needs}, so it gives no answer here."
