"""Independent definitions of every known GoogLeNet, in plain torch, to test against.

``ORACLES`` has one `Oracle` a family. ``make(seed, classes=…)`` gives a model in
evaluation mode with random weights and random norm statistics; ``outputs(model, x)``
its nine module outputs, ``logits`` and heads; ``original(model)`` its tensors under the
names, and in the layouts, that a file of that family has.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from tests.oracles import (
    aladdinpersson,
    caffe,
    cifar,
    d2l,
    gluoncv,
    paddle,
    shanglianlm,
    tensorflow,
    torchvision_,
    tutorial,
    tutorial_bn,
    wzmiaomiao,
)
from tests.oracles.common import Outputs

__all__ = ["ORACLES", "Oracle"]


@dataclass(frozen=True)
class Oracle:
    """A family's independent definition.

    ``make`` gives a torch module whose parts are called as in the original program; no type tells which.
    ``size`` is a side that it takes; ``others`` are further namings of the same
    weights: name → function from the model to its tensors.
    """

    make: Callable[..., Any]
    heads: bool = False
    size: int = 224
    channels: int = 3
    outputs: Callable[[nn.Module, Tensor], Outputs] = lambda model, value: model(value)
    original: Callable[[Any], dict[str, Tensor]] = lambda model: dict(model.state_dict())
    others: dict[str, Callable[[Any], dict[str, Tensor]]] = field(default_factory=dict)


ORACLES = {
    "torchvision": Oracle(torchvision_.random_model, heads=True, outputs=torchvision_.outputs),
    "gluoncv": Oracle(gluoncv.random_model, heads=True, original=gluoncv.parameters),
    "caffe": Oracle(
        caffe.random_model,
        heads=True,
        others={
            "onnx": caffe.onnx_initialisers,
            "matlab": caffe.matlab_layers,
            "chainer": caffe.chainer_arrays,
        },
    ),
    "tutorial": Oracle(tutorial.random_model),
    "tutorial_bn": Oracle(tutorial_bn.random_model),
    "wzmiaomiao": Oracle(wzmiaomiao.random_model, heads=True),
    "weiaicunzai": Oracle(cifar.weiaicunzai, size=32),
    "weiaicunzai_later": Oracle(cifar.weiaicunzai_later, size=32),
    "kuangliu": Oracle(cifar.kuangliu, size=32),
    "d2l": Oracle(d2l.random_model, size=96, channels=1, outputs=d2l.outputs),
    "aladdinpersson": Oracle(aladdinpersson.random_model, heads=True),
    "shanglianlm": Oracle(shanglianlm.random_model, heads=True),
    "slim": Oracle(tensorflow.slim, original=tensorflow.slim_variables),
    "lucid": Oracle(tensorflow.lucid, others={"captum": tensorflow.captum_keys}),
    "paddle": Oracle(paddle.random_model, heads=True, original=paddle.pdparams),
}
