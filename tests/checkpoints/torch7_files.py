"""Torch7's binary files, written from the published description of its serialisation.

Modules are objects whose fields are a table, as `nn.Module` writes itself.
"""

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor, nn

_TENSORS = {"f4": "Float", "f8": "Double", "f2": "Half", "i8": "Long", "i1": "Char"}


class Module(dict[str, Any]):
    """An object of a class, by its fields."""

    def __init__(self, kind: str, **fields: Any) -> None:
        super().__init__(fields)
        self.kind = kind


class Writer:
    """Values one behind the other; tables and objects are written once."""

    def __init__(self, *, cuda: bool = False) -> None:
        self.data, self.count, self.seen, self.cuda = bytearray(), 0, dict[int, tuple[int, Any]](), cuda

    def integer(self, value: int) -> None:
        self.data += struct.pack("<i", value)

    def long(self, value: int) -> None:
        self.data += struct.pack("<q", value)

    def text(self, text: str) -> None:
        self.integer(len(text.encode()))
        self.data += text.encode()

    def put(self, value: Any) -> None:
        match value:
            case None:
                self.integer(0)
            case bool():
                self.data += struct.pack("<2i", 5, value)
            case int() | float():
                self.data += struct.pack("<id", 1, value)
            case str():
                self.integer(2)
                self.text(value)
            case _:
                self.indexed(value)

    def indexed(self, value: Any) -> None:
        self.integer(3 if isinstance(value, list | dict) and not isinstance(value, Module) else 4)
        if id(value) in self.seen:
            self.integer(self.seen[id(value)][0])
            return
        self.count += 1
        self.seen[id(value)] = self.count, value
        self.integer(self.count)
        if isinstance(value, Module):
            self.named(value.kind)
            self.put(dict(value))
        elif isinstance(value, np.ndarray):
            self.tensor(value)
        else:
            items = value.items() if isinstance(value, dict) else enumerate(value, 1)
            self.integer(len(value))
            for key, one in items:
                self.put(key)
                self.put(one)

    def named(self, name: str) -> None:
        self.text("V 1")
        self.text(name)

    def tensor(self, value: np.ndarray[Any, Any]) -> None:
        """A view of a storage that begins with numbers of nobody."""
        word = _TENSORS[value.dtype.str[1:]]
        word = "Cuda" if self.cuda and word == "Float" else word
        self.named(f"torch.{word}Tensor")
        self.integer(value.ndim)
        strides = [stride // value.itemsize for stride in np.ascontiguousarray(value).strides]
        for number in (*value.shape, *strides, 3):
            self.long(number)
        self.count += 1
        self.integer(4)
        self.integer(self.count)
        self.named(f"torch.{word}Storage")
        self.long(value.size + 2)
        self.data += bytes(2 * value.itemsize) + value.tobytes()


def saved(value: Any, **options: bool) -> bytes:
    """The file of a value."""
    writer = Writer(**options)
    writer.put(value)
    return bytes(writer.data)


def table(state: Mapping[str, Tensor]) -> dict[str, np.ndarray[Any, Any]]:
    """Tensors by name."""
    return {name: value.numpy() for name, value in state.items() if value.dim()}


# Modules


def _conv(module: nn.Conv2d, *, flat: bool) -> Module:
    weight = module.weight.numpy()
    sides = {"kH": float(weight.shape[2]), "kW": float(weight.shape[3])}
    return Module(
        "nn.SpatialConvolutionMM" if flat else "cudnn.SpatialConvolution",
        weight=weight.reshape(len(weight), -1) if flat else weight,
        bias=None if module.bias is None else module.bias.numpy(),
        gradWeight=np.zeros((2, 2), np.float32),
        nInputPlane=float(weight.shape[1]),
        nOutputPlane=float(len(weight)),
        **sides,
        **dict(zip(("dH", "dW", "padH", "padW"), (*module.stride, *module.padding), strict=True)),
    )


def _norm(module: nn.BatchNorm2d, *, older: bool) -> Module:
    assert module.running_mean is not None
    assert module.running_var is not None
    variance = module.running_var.numpy()
    kept = {"running_std": 1 / np.sqrt(variance + module.eps)} if older else {"running_var": variance}
    return Module(
        "nn.SpatialBatchNormalization",
        weight=module.weight.numpy(),
        bias=module.bias.numpy(),
        running_mean=module.running_mean.numpy(),
        eps=module.eps,
        affine=True,
        **kept,
    )


def pool(kernel: int, stride: int, pad: int = 0, *, ceil: bool = True, kind: str = "Max") -> Module:
    """A pool; Torch's own default rounds down."""
    sizes = {"kH": kernel, "kW": kernel, "dH": stride, "dW": stride, "padH": pad, "padW": pad}
    return Module(f"nn.Spatial{kind}Pooling", ceil_mode=ceil, **sizes)


def _relu() -> Module:
    return Module("nn.ReLU", inplace=True, threshold=0.0, val=0.0)


def sequential(*modules: Module) -> Module:
    """Modules one behind the other."""
    return Module("nn.Sequential", modules=list(modules), train=False)


def joined(*branches: Module) -> Module:
    """Branches side by side."""
    return Module("nn.Concat", dimension=2.0, modules=list(branches), size=[1.0, 2.0])


def block(*parts: nn.Module | None, flat: bool = False, older: bool = False) -> list[Module]:
    """A convolution, its norm if it has one, a rectifier."""
    convolution, norm = parts
    assert isinstance(convolution, nn.Conv2d)
    found = [_conv(convolution, flat=flat)]
    if isinstance(norm, nn.BatchNorm2d):
        found.append(_norm(norm, older=older))
    return [*found, _relu()]


def end(linear: nn.Linear, kind: str = "Global") -> list[Module]:
    """Average pool, classifier, and what training wants behind it."""
    matrix = Module("nn.Linear", weight=linear.weight.numpy(), bias=linear.bias.numpy())
    flat = Module("nn.View", numElements=1024.0)
    average = pool(7, 1, ceil=False, kind="Average")
    return [average, flat, Module("nn.Dropout", p=0.4), matrix, Module("nn.LogSoftMax")]


def lrn() -> Module:
    """Caffe's response norm."""
    return Module("nn.SpatialCrossMapLRN", size=5.0, alpha=1e-4, beta=0.75, k=1.0)


def caffes(model: nn.Module, *, flat: bool) -> Module:
    """Caffe's network without its heads."""

    def conv(name: str) -> list[Module]:
        return block(getattr(model, name), None, flat=flat)

    modules = [*conv("conv1/7x7_s2"), pool(3, 2), lrn(), *conv("conv2/3x3_reduce"), *conv("conv2/3x3"), lrn()]
    modules.append(pool(3, 2))
    for name in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"):
        layer = f"inception_{name}"
        modules.append(
            joined(
                sequential(*conv(f"{layer}/1x1")),
                sequential(*conv(f"{layer}/3x3_reduce"), *conv(f"{layer}/3x3")),
                sequential(*conv(f"{layer}/5x5_reduce"), *conv(f"{layer}/5x5")),
                sequential(pool(3, 1, 1), *conv(f"{layer}/pool_proj")),
            )
        )
        if name in ("3b", "4e"):
            modules.append(pool(3, 2))
    return sequential(*modules, *end(getattr(model, "loss3/classifier")))


def torchvisions(model: Any, *, older: bool) -> Module:
    """torchvision's network without its heads."""

    def conv(part: Any) -> list[Module]:
        return block(part.conv, part.bn, older=older)

    modules = [*conv(model.conv1), pool(3, 2), *conv(model.conv2), *conv(model.conv3), pool(3, 2)]
    for name in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"):
        module = getattr(model, f"inception{name}")
        branches = [[module.branch1], module.branch2, module.branch3]
        modules.append(
            joined(
                *(sequential(*(one for part in branch for one in conv(part))) for branch in branches),
                sequential(pool(3, 1, 1), *conv(module.branch4[1])),
            )
        )
        if name in ("3b", "4e"):
            modules.append(pool(3 if name == "3b" else 2, 2))
    return sequential(*modules, *end(model.fc))
