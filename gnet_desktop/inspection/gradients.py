"""How a class's logit changes with the values of a layer: the rest of the pass, differentiated."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gnet_desktop.errors import UsageError
from gnet_desktop.network.changes import Change
from gnet_desktop.network.record import LOGITS, Array, Record

if TYPE_CHECKING:
    from torch import Tensor

    from gnet_desktop.network.googlenet import GoogLeNet


def logit_gradient(network: "GoogLeNet", record: Record, part: str, index: int, head: str = "main") -> Array:
    """Derivative of a head's logit ``index`` by each value that a layer of the trunk gives on.

    (channels, height, width), as ``record[part]``. Only from the thread that owns the
    network. Raises UsageError if there is no such head behind that layer, or no such class.
    """

    def logit(logits: "Tensor") -> "Tensor":
        if not 0 <= index < logits.shape[1]:
            raise UsageError(f"There is no class {index}.", f"{head} tells {logits.shape[1]} apart.")
        return logits[:, index]

    return target_gradient(network, record[part], part, LOGITS[head], logit)


def target_gradient(
    network: "GoogLeNet",
    values: Array,
    part: str,
    name: str,
    target: Callable[["Tensor"], "Tensor"],
    changes: Sequence[Change] = (),
) -> Array:
    """Derivative of ``target``, of the logits found under ``name``, by what a layer of the trunk gives on.

    ``changes`` are those that act behind that layer.
    """
    import torch

    start = torch.from_numpy(values.copy())[None].requires_grad_()
    found = network.outputs(start, (name,), after=part, changes=changes, differentiable=True)
    if name not in found:
        raise UsageError(
            f"{name} doesn't read what {part} gives.", "", "Choose a head behind it, or a layer before."
        )
    target(found[name]).sum().backward()
    assert start.grad is not None
    gradient: Array = start.grad[0].cpu().numpy()
    return gradient
