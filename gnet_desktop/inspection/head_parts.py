"""What each value inside an auxiliary head adds to one of its answers.

Behind its pool a head is linear but for rectifiers, and those are fixed by the pass. So a value
times the derivative of the logit by it is exactly what it adds while the rectifiers stay as they are;
with biases of 0 each step's parts sum to the logit.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gnet_desktop.network.architecture import Head
from gnet_desktop.network.record import Array, Record

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet


@dataclass(frozen=True, slots=True, eq=False)
class HeadParts:
    """What is added to the logit ``index`` of a head, in its units.

    ``pool`` and ``convolution`` are (channels, rows, columns) as the record's maps;
    ``connected`` is (values,), or None for a head of one layer.
    """

    index: int
    pool: Array
    convolution: Array
    connected: Array | None


def head_parts(network: "GoogLeNet", record: Record, head: Head, index: int) -> HeadParts | None:
    """The parts of logit ``index``; None if the pass has no such head or the head no such class.

    Only from the thread that owns the network.
    """
    import torch

    if f"{head.name}/pool" not in record or not 0 <= index < head.classes:
        return None
    names = [f"{head.name}/pool", head.convolution.name, *(layer.name for layer in head.layers[:-1])]
    start = torch.from_numpy(record[head.source].copy())[None].requires_grad_()
    found = network.outputs(start, (*names, head.name), after=head.source, differentiable=True)
    values = [found[name] for name in names]
    slopes = torch.autograd.grad(found[head.name][0, index], values)
    parts = [(value * slope)[0].detach().cpu().numpy() for value, slope in zip(values, slopes, strict=True)]
    return HeadParts(index, parts[0], parts[1], parts[2] if len(parts) > 2 else None)
