"""MATLAB's files: version 5 by SciPy's own writer, version 7.3 by h5py as MATLAB lays them out.

MatConvNet's networks are structs as its importer makes them (`import-caffe.py`, `layers.py`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import scipy.io
from torch import Tensor

Array = np.ndarray[Any, Any]

_PARTS = {
    "1x1": "out0",
    "3x3_reduce": "reduction1",
    "3x3": "out1",
    "5x5_reduce": "reduction2",
    "5x5": "out2",
    "pool_proj": "out3",
}
_OUTSIDE = {
    "conv1/7x7_s2": "conv1",
    "conv2/3x3_reduce": "reduction2",
    "conv2/3x3": "conv2",
    "loss1/conv": "cls1_reduction",
    "loss1/fc": "cls1_fc1",
    "loss1/classifier": "cls1_fc2",
    "loss2/conv": "cls2_reduction",
    "loss2/fc": "cls2_fc1",
    "loss2/classifier": "cls2_fc2",
    "loss3/classifier": "cls3_fc",
}
_MODULES = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")


def princeton(layer: str) -> str:
    """A layer of Caffe's network as Princeton's calls it."""
    if layer in _OUTSIDE:
        return _OUTSIDE[layer]
    module, _, part = layer.removeprefix("inception_").partition("/")
    return f"icp{_MODULES.index(module) + 1}_{_PARTS[part]}"


def as_matlab(value: Tensor, *, whole: int = 0) -> Array:
    """Height × width × in × out; a matrix over a map of ``whole`` × ``whole`` cells as its convolution."""
    array = value.numpy()
    if array.ndim == 2:
        array = array.reshape(len(array), -1, max(whole, 1), max(whole, 1))
    return array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.reshape(1, -1)


class _Net:
    """A network's layers one behind the other."""

    def __init__(self) -> None:
        self.layers: list[dict[str, Any]] = []

    def add(
        self, kind: str, name: str, inputs: str | list[str], params: tuple[str, ...] = (), **block: Any
    ) -> str:
        self.layers.append(
            {
                "name": name,
                "type": f"dagnn.{kind}",
                "inputs": [inputs] if isinstance(inputs, str) else inputs,
                "outputs": [name],
                "params": list(params),
                "block": {word: np.atleast_2d(v) if isinstance(v, list) else v for word, v in block.items()},
            }
        )
        return name

    def conv(self, name: str, value: str, pad: int = 0, stride: int = 1, *, relu: bool = True) -> str:
        params = (f"{name}_filter", f"{name}_bias")
        sizes = {"pad": [float(pad)] * 4, "stride": [float(stride)] * 2, "hasBias": True}
        found = self.add("Conv", name, value, params, **sizes)
        return self.add("ReLU", f"{name}x", found, leak=0.0) if relu else found

    def pool(
        self, name: str, value: str, kernel: int, stride: int, pad: list[float], method: str = "max"
    ) -> str:
        sizes: dict[str, Any] = {"poolSize": [float(kernel)] * 2, "stride": [float(stride)] * 2, "pad": pad}
        return self.add("Pooling", name, value, method=method, **sizes)


def layers(*, heads: bool) -> list[dict[str, Any]]:
    """Caffe's network in MatConvNet's words: rounding up is padding behind the map."""
    net, up = _Net(), [0.0, 1.0, 0.0, 1.0]
    norm = [5.0, 1.0, 1e-4 / 5, 0.75]
    x = net.pool("pool1", net.conv("conv1", "data", 3, 2), 3, 2, up)
    x = net.conv("reduction2", net.add("LRN", "norm1", x, param=norm))
    x = net.add("LRN", "norm2", net.conv("conv2", x, 1), param=norm)
    x = net.pool("pool2", x, 3, 2, up)
    for number in range(1, 10):
        name = f"icp{number}"
        branches = [
            net.conv(f"{name}_out0", x),
            net.conv(f"{name}_out1", net.conv(f"{name}_reduction1", x), 1),
            net.conv(f"{name}_out2", net.conv(f"{name}_reduction2", x), 2),
            net.conv(f"{name}_out3", net.pool(f"{name}_pool", x, 3, 1, [1.0] * 4)),
        ]
        x = net.add("Concat", f"{name}_out", branches, dim=3.0)
        if heads and number in (3, 6):
            head = f"cls{number // 3}"
            y = net.conv(f"{head}_reduction", net.pool(f"{head}_pool", x, 5, 3, [0.0, 2.0, 0.0, 2.0], "avg"))
            net.conv(f"{head}_fc2", net.conv(f"{head}_fc1", y), relu=False)
        if number in (2, 7):
            x = net.pool(f"icp{number + 1}_in", x, 3, 2, up)
    x = net.conv("cls3_fc", net.pool("cls3_pool", x, 7, 1, [0.0] * 4, "avg"), relu=False)
    net.add("SoftMax", "softmax", x)
    return net.layers


def network(state: Mapping[str, Tensor], names: list[str]) -> dict[str, Any]:
    """The variables of a file of MatConvNet's; conv1 reads red first."""
    params = []
    for name, value in state.items():
        layer, _, role = name.rpartition(".")
        array = as_matlab(value, whole=4 if layer in ("loss1/fc", "loss2/fc") else 0)
        if name == "conv1/7x7_s2.weight":
            array = array[:, :, ::-1]
        ending = "_filter" if role == "weight" else "_bias"
        params.append({"name": princeton(layer) + ending, "value": np.ascontiguousarray(array)})
    mean = np.array([122.5, 116.75, 104.25], np.float32).reshape(1, 1, 3)
    normal = {"imageSize": np.array([[224.0, 224.0, 3.0]]), "averageImage": mean}
    heads = any(name.startswith("loss1") for name in state)
    return {
        "vars": [{"name": "data", "precious": 0.0}],
        "params": params,
        "layers": layers(heads=heads),
        "meta": {
            "classes": {"name": names, "description": [f"{name}, or so" for name in names]},
            "normalization": normal,
        },
    }


# Version 5


def _scipy(value: Any) -> Any:
    """A value as SciPy writes it: lists of dictionaries as struct arrays, other lists as cells."""
    if isinstance(value, dict):
        return {word: _scipy(one) for word, one in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        found = np.empty((1, len(value)), [(word, object) for word in value[0]])
        for place, row in enumerate(value):
            for word, one in row.items():
                found[word][0, place] = _scipy(one)
        return found
    if isinstance(value, list):
        cell = np.empty((1, len(value)), object)
        cell[0, :] = [_scipy(one) for one in value]
        return cell
    return value


def version5(path: Path, variables: Mapping[str, Any], *, packed: bool = True) -> None:
    """A ``.mat`` file as MATLAB's `save` makes it by default."""
    whole = {name: _scipy(value) for name, value in variables.items()}
    scipy.io.savemat(path, whole, do_compression=packed, oned_as="row", long_field_names=True)


# Version 7.3


class _Writer:
    def __init__(self, file: h5py.File) -> None:
        self.file, self.count = file, 0

    def put(self, group: h5py.Group, name: str, value: Any) -> None:
        if isinstance(value, dict):
            made = group.create_group(name)
            made.attrs["MATLAB_class"] = np.bytes_("struct")
            for word, one in value.items():
                self.put(made, word, one)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            made = group.create_group(name)
            made.attrs["MATLAB_class"] = np.bytes_("struct")
            for word in value[0]:
                made.create_dataset(word, data=self.refer([row[word] for row in value]))
        elif isinstance(value, list):
            self.tagged(group.create_dataset(name, data=self.refer(value)), "cell")
        elif isinstance(value, str):
            codes = np.array([ord(letter) for letter in value], np.uint16).reshape(-1, 1)
            self.tagged(group.create_dataset(name, data=codes), "char")
        else:
            array = np.atleast_2d(np.asarray(value)).T
            word = {"f4": "single", "f8": "double"}.get(array.dtype.str[1:], "logical")
            options = (
                {"chunks": True, "compression": "gzip", "compression_opts": 1} if array.size > 999 else {}
            )
            self.tagged(group.create_dataset(name, data=array, **options), word)

    def tagged(self, dataset: h5py.Dataset, word: str) -> None:
        dataset.attrs["MATLAB_class"] = np.bytes_(word)

    def refer(self, values: list[Any]) -> Array:
        found = np.empty((len(values), 1), h5py.ref_dtype)
        refs = self.file.require_group("#refs#")
        for place, value in enumerate(values):
            self.count += 1
            name = f"r{self.count}"
            self.put(refs, name, value)
            found[place, 0] = refs[name].ref
        return found


def version73(path: Path, variables: Mapping[str, Any]) -> None:
    """A ``.mat`` file as ``save -v7.3`` makes it: HDF5 behind a block of 512 bytes."""
    with h5py.File(path, "w", userblock_size=512) as file:
        writer = _Writer(file)
        for name, value in variables.items():
            writer.put(file, name, value)
    with path.open("r+b") as data:
        data.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\x02IM")
