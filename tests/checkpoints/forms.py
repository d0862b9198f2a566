"""Networks as people really save them: norms folded, wrapped, exported by either exporter, half or whole."""

import copy
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from typing_extensions import override


def folded(model: nn.Module) -> nn.Module:
    """A copy whose batch norms are worked into the convolutions before them by torch's own function.

    Norms are found as torch registers them: the one that follows a convolution in the
    same module.
    """
    model = copy.deepcopy(model)
    for parent in list(model.modules()):
        before: tuple[str, nn.Conv2d] | None = None
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.BatchNorm2d) and before is not None:
                setattr(parent, before[0], fuse_conv_bn_eval(before[1], child))
                setattr(parent, name, nn.Identity())
            before = (name, child) if isinstance(child, nn.Conv2d) else None
    return model.eval()


@contextmanager
def quietly() -> Iterator[None]:
    """Without what the exporters say."""
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


def exported(model: nn.Module, picture: Tensor, path: Path, *, dynamo: bool, **options: Any) -> Path:
    """An ONNX file by today's exporter (``dynamo``) or by the older one."""
    if dynamo and torch.__version__.startswith("2.6."):
        pytest.skip("torch 2.6's exporter fails beside onnxscript 0.5 and later")
    with quietly():
        torch.onnx.export(model, (picture,), str(path), dynamo=dynamo, verbose=False, **options)
    return path


class Scaled(nn.Module):
    """A network that takes a picture's values and scales them itself, as many deployed ones do."""

    def __init__(self, net: nn.Module, scale: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.net, self.scale = net, scale
        self.eval()

    @override
    def forward(self, value: Tensor) -> Tensor:
        answer: Tensor = self.net(self.scale(value))
        return answer
