"""How a class's logit changes with the values of a layer: the rest of the pass, differentiated."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gnet_desktop.errors import UsageError
from gnet_desktop.network.changes import Change
from gnet_desktop.network.record import Array, Record

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet


def logit_gradient(
    network: "GoogLeNet",
    record: Record,
    part: str,
    index: int,
    head: str = "main",
    changes: Sequence[Change] = (),
) -> Array:
    """Derivative of a head's logit ``index`` by each value that a layer of the trunk gives on.

    (channels, height, width), as ``record[part]``; ``changes`` are those of the record's pass.
    Only from the thread that owns the network. Raises UsageError if there is no such head
    behind that layer, or no such class.
    """
    import torch

    from gnet_desktop.network.passing import LOGITS

    start = torch.from_numpy(record[part].copy())[None].requires_grad_()
    found = network.outputs(start, (LOGITS[head],), after=part, changes=changes, differentiable=True)
    if LOGITS[head] not in found:
        raise UsageError(f"{head} doesn't read {part}.", "", "Choose a head behind it, or a layer before.")
    logits = found[LOGITS[head]][0]
    check_class(index, len(logits))
    logits[index].backward()  # type: ignore[no-untyped-call]
    assert start.grad is not None
    gradient: Array = start.grad[0].numpy()
    return gradient


def check_class(index: int, count: int) -> None:
    """Raise UsageError if there is no class of that number."""
    if not 0 <= index < count:
        raise UsageError(f"There is no class {index}.", f"This head tells {count} apart.")
