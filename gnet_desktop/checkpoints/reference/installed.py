"""torchvision's own network, where torchvision is installed: the program itself doesn't need it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.network.architecture import AUXILIARY, Architecture
from gnet_desktop.network.families import PAPER_WIDTHS, build

if TYPE_CHECKING:
    from torch import Tensor


def version() -> str:
    """torchvision's version; empty where it isn't installed, or doesn't go with this torch."""
    try:
        import torchvision
        from torchvision.models import GoogLeNet  # noqa: F401
    except (ImportError, RuntimeError):
        return ""
    return str(torchvision.__version__)


def fits(architecture: Architecture) -> bool:
    """Whether torchvision can build this architecture: the paper's widths, its own choices."""
    usual = build(
        "torchvision",
        PAPER_WIDTHS,
        classes=architecture.classes,
        aux_classes={head.name: head.classes for head in architecture.heads},
    )
    return architecture == usual


def run(checkpoint: Checkpoint, value: "Tensor") -> "dict[str, Tensor]":
    """Module outputs, ``logits`` and heads by name, from torchvision's layers."""
    import torch

    heads = [head.name for head in checkpoint.architecture.heads]
    with torch.inference_mode():
        return _outputs(_network(checkpoint), value, heads)


def _network(checkpoint: Checkpoint) -> Any:
    import torch
    from torchvision.models import GoogLeNet

    classes = checkpoint.architecture.classes
    with torch.device("meta"):  # nothing is initialised only to be overwritten
        network = GoogLeNet(num_classes=classes, aux_logits=True, transform_input=False, init_weights=False)
    network.to_empty(device="cpu")
    network.load_state_dict(_state(checkpoint), strict=False)
    return network.eval()


def _state(checkpoint: Checkpoint) -> "dict[str, Tensor]":
    """The tensors under torchvision's names."""
    from gnet_desktop.checkpoints.dialects.torchvision import DIALECTS

    names = dict(DIALECTS[0].tensors())
    return {names[name]: tensor for name, tensor in checkpoint.tensors.items()}


def _outputs(network: Any, value: "Tensor", heads: Sequence[str]) -> "dict[str, Tensor]":
    """What torchvision's modules give: seen by hooks on that network, which is thrown away."""
    found: dict[str, Any] = {}
    for name, module in network.named_children():
        if name.startswith("inception"):
            module.register_forward_hook(
                lambda _module, _inputs, output, name=name: found.update(
                    {name.removeprefix("inception"): output}
                )
            )
    found["logits"] = network(value)
    for head, source in AUXILIARY.items():
        if head in heads:
            found[head] = getattr(network, head)(found[source])
    return found
