"""What switching parts off does to the answers, part by part.

Parts of one module share what it reads, so they go through the rest of the network as one
batch. Single effects don't add up: what one branch tells, another may tell as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from gnet_desktop.inspection.attribution.attribution import Progress, report, unwatched
from gnet_desktop.inspection.attribution.batching import in_batches
from gnet_desktop.network.architecture import Module
from gnet_desktop.network.changes import Change, behind
from gnet_desktop.network.record import LOGITS, Answers, Record

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

Each = Literal["branch", "module", "unit"]
BATCH: Final = 8


@dataclass(frozen=True, slots=True)
class HeadEffect:
    """What a class of a head becomes: with the part off, less without that."""

    logit: float
    probability: float


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of switching one part off, for each head that reads it or what lies behind it."""

    part: str
    heads: Mapping[str, HeadEffect]


def effects(
    network: "GoogLeNet",
    record: Record,
    classes: Mapping[str, int],
    each: Each = "branch",
    within: str | None = None,
    progress: Progress = unwatched,
    changes: Sequence[Change] = (),
) -> Iterator[Effect]:
    """The effect of each branch, module or unit on one class of each head, in the network's order.

    ``classes`` are {head: class}. ``within`` names the only module to look at; all units of
    a network are many, so for units it should be given. ``changes`` are those of the record's pass.
    They come as they are computed; raises Cancelled once ``progress`` says no.
    """
    modules = [one for one in network.architecture.modules if within in (None, one.name)]
    total = sum(len(_parts(module, each)) for module in modules)
    done = 0
    for module in modules:
        parts = _parts(module, each)
        for batch in in_batches(len(parts), BATCH):
            rest = behind(network.architecture, changes, module.name)
            yield from _effects(network, record, module, parts[batch], classes, rest)
            done += batch.stop - batch.start
            report(progress, done / total)


def _parts(module: Module, each: Each) -> list[tuple[str, slice]]:
    """(name, channels in the module's output) of what is switched off in a module."""
    if each == "module":
        return [(module.name, slice(0, module.outputs))]
    spans = []
    for branch in module.branches:
        start = module.offset(branch.name)
        name = f"{module.name}/{branch.name}"
        if each == "branch":
            spans.append((name, slice(start, start + branch.outputs)))
        else:
            spans += [
                (f"{name}:{unit}", slice(start + unit, start + unit + 1)) for unit in range(branch.outputs)
            ]
    return spans


def _effects(
    network: "GoogLeNet",
    record: Record,
    module: Module,
    parts: Sequence[tuple[str, slice]],
    classes: Mapping[str, int],
    changes: Sequence[Change],
) -> Iterator[Effect]:
    import torch

    batch = np.repeat(record[module.name][None], len(parts), 0)
    for value, (_, span) in zip(batch, parts, strict=True):
        value[span] = 0
    heads = {LOGITS[head]: head for head in classes if head in record.answers}
    found = network.outputs(torch.from_numpy(batch), tuple(heads), after=module.name, changes=changes)
    for number, (name, _) in enumerate(parts):
        yield Effect(
            name,
            {
                heads[key]: _difference(network, record, heads[key], logits[number].cpu().numpy(), classes)
                for key, logits in found.items()
            },
        )


def _difference(
    network: "GoogLeNet", record: Record, head: str, logits: "np.ndarray", classes: Mapping[str, int]
) -> HeadEffect:
    index, before = classes[head], record.answers[head]
    after = Answers.from_logits(logits, network.temperatures.get(head, 1.0))
    return HeadEffect(
        float(after.logits[index] - before.logits[index]),
        float(after.probabilities[index] - before.probabilities[index]),
    )


def strongest(found: Sequence[Effect], head: str = "main") -> list[Effect]:
    """Those that a head depends on, the largest effect on its logit first, whatever its sign."""
    those = [one for one in found if head in one.heads]
    return sorted(those, key=lambda one: -abs(one.heads[head].logit))


def interaction(
    network: "GoogLeNet",
    record: Record,
    first: Change,
    second: Change,
    head: str,
    index: int,
    changes: Sequence[Change] = (),
) -> tuple[float, float]:
    """(both at once, the sum of each alone): what two changes do to a logit.

    Where they differ the parts tell the same, or need each other. ``record`` is of a pass
    without changes; ``changes`` are in force with and without the two.
    """

    def logit(*more: Change) -> float:
        changed = network.resume(record, (*changes, *more), detail="answers")
        return float(changed.answers[head].logits[index])

    def effect(*more: Change) -> float:
        return logit(*more) - before

    before = logit()
    return effect(first, second), effect(first) + effect(second)


def classes_of(record: Record, index: int | None = None) -> dict[str, int]:
    """{head: class}: one class for all heads that have it, by default the main head's first answer."""
    if index is None and record.answers:
        leading = record.answers.get("main") or next(iter(record.answers.values()))
        index = leading.top(1)[0][0]
    counts = {head: len(said.logits) for head, said in record.answers.items()}
    return {head: index for head, count in counts.items() if index is not None and index < count}
