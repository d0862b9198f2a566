"""torchvision's own GoogLeNet (docs/formats.md#torchvision), its heads called by name."""

from typing import Any

from torch import Tensor, nn

from tests.oracles.common import NAMES, Outputs, built


def random_model(seed: int = 0, *, classes: int = 1000, heads: bool = True) -> nn.Module:
    """torchvision's class; also the keys of Lornatang's copies (4d)."""
    from torchvision.models import GoogLeNet

    return built(lambda: GoogLeNet(num_classes=classes, aux_logits=heads, init_weights=False), seed)


def outputs(model: Any, value: Tensor) -> Outputs:
    """Everything is computed by torchvision's own layers, in the order of its own forward."""
    found: Outputs = {}
    value = model.maxpool1(model.conv1(value))
    value = model.maxpool2(model.conv3(model.conv2(value)))
    for name in NAMES:
        value = getattr(model, f"inception{name}")(value)
        found[name] = value
        if name == "3b":
            value = model.maxpool3(value)
        if name == "4e":
            value = model.maxpool4(value)
    for head, source in (("aux1", "4a"), ("aux2", "4d")):
        if getattr(model, head) is not None:
            found[head] = getattr(model, head)(found[source])
    found["logits"] = model.fc(model.avgpool(value).flatten(1))
    return found
