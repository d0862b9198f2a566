"""A small but complete network in every container: what damaged and hostile files are made of."""

import gzip
import io
import json
import pickle
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch
from safetensors.torch import save as safetensors_bytes
from torch import Tensor

from tests.checkpoints import lasagne_files, openvino_files, tables, tflite_files, torch7_files, writing
from tests.checkpoints.coreml_files import mlmodel
from tests.checkpoints.layer_files import caffe2, ncnn
from tests.checkpoints.matlab_files import version5, version73
from tests.checkpoints.samples import tiny_state
from tests.checkpoints.walking import operations


@cache
def small_state() -> Mapping[str, Tensor]:
    """A network of a handful of channels under torchvision's names."""
    return tiny_state("torchvision", "torchvision")


@cache
def small_caffe_state() -> Mapping[str, Tensor]:
    """The same of Caffe's network."""
    return {k.replace("_w_0", ".weight"): v for k, v in tiny_state("caffe", "caffe").items()}


def saved(value: object, **options: bool) -> bytes:
    """What torch.save writes."""
    torch.save(value, data := io.BytesIO(), **options)
    return data.getvalue()


def _zip(data: bytes) -> bytes:
    with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("net.pth", data)
    return file.getvalue()


def _npz(state: Mapping[str, Tensor], *, packed: bool) -> bytes:
    data = io.BytesIO()
    arrays: dict[str, Any] = {name: value.numpy() for name, value in state.items()}
    (np.savez_compressed if packed else np.savez)(data, **arrays)
    return data.getvalue()


def _tar(state: Mapping[str, Tensor]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        writing.torch_tar(path := Path(folder) / "old.tar", state)
        return path.read_bytes()


def onnx_tensor(name: str, value: Tensor) -> bytes:
    """A stored tensor of a graph."""
    return writing.message(
        5,
        b"".join(writing.number(1, side) for side in value.shape)
        + writing.number(2, 1)
        + writing.text(8, name)
        + writing.message(9, value.numpy().tobytes()),
    )


def _onnx(state: Mapping[str, Tensor]) -> bytes:
    """Stored tensors by name, and a graph that makes no sense of them."""
    tensors = b"".join(onnx_tensor(name, value) for name, value in state.items())
    node = (
        writing.text(1, "x")
        + writing.text(1, "conv1.conv.weight")
        + writing.text(2, "y")
        + writing.text(4, "Conv")
    )
    return writing.number(1, 8) + writing.message(7, writing.message(1, node) + tensors)


def _in_parts(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Every weight kept in another way: pruned, normed, sparse, quantised with one scale or many."""
    found: dict[str, Tensor] = {}
    for number, (name, value) in enumerate(state.items()):
        if value.dim() < 2:
            found[name] = value
            continue
        stem = name.removesuffix(".weight")
        flat = value.flatten(1)
        scales = flat.abs().amax(1) / 127 + 1e-6
        whole = (value / scales.view(-1, *[1] * (value.dim() - 1))).round().to(torch.int8)
        ways: list[dict[str, Tensor]] = [
            {f"{name}_orig": value, f"{name}_mask": (value > 0).float()},
            {f"{name}_g": flat.norm(dim=1).view(-1, *[1] * (value.dim() - 1)), f"{name}_v": value},
            {f"{name}_orig": value, f"{name}_u": flat[:, 0], f"{name}_v": flat[0]},
            {
                f"{stem}.parametrizations.weight.original0": flat.norm(),
                f"{stem}.parametrizations.weight.original1": value,
            },
            {name: value.to_sparse()},
            {name: torch.quantize_per_tensor(value, 0.01, 3, torch.quint8)},
            {name: torch.quantize_per_channel(value, scales, torch.zeros(len(scales)), 0, torch.qint8)},
            {name: whole, f"{name}_scale": scales, f"{name}_zero_point": torch.zeros(len(scales))},
        ]
        found |= ways[number % len(ways)]
    return found


def _exported(state: Mapping[str, Tensor]) -> bytes:
    config = {}
    with zipfile.ZipFile(data := io.BytesIO(), "w") as archive:
        for number, (name, value) in enumerate(state.items()):
            sides = [[{"as_int": side} for side in part] for part in (value.shape, value.stride())]
            meta = {"dtype": 7, "sizes": sides[0], "strides": sides[1], "storage_offset": {"as_int": 0}}
            config[name] = {"path_name": f"weight_{number}", "use_pickle": False, "tensor_meta": meta}
            archive.writestr(f"net/data/weights/weight_{number}", value.numpy().tobytes())
        archive.writestr("net/data/weights/model_weights_config.json", json.dumps({"config": config}))
    return data.getvalue()


def _hdf5(state: Mapping[str, Tensor], *, packed: bool) -> bytes:
    """Layers as Keras 2 lists them, or arrays under their names in packed pieces."""
    layers: dict[str, dict[str, np.ndarray]] = {}
    for name, value in state.items():
        layer, _, role = name.rpartition(".")
        axes = {4: (2, 3, 1, 0), 2: (1, 0)}.get(value.dim(), range(value.dim()))
        layers.setdefault(layer, {})[_KERAS.get(role, role)] = value.permute(*axes).numpy()
    with h5py.File(data := io.BytesIO(), "w") as file:
        if packed:
            for name, value in state.items():
                options = {"compression": "gzip", "shuffle": True} if value.dim() else {}
                file.create_dataset(name, data=value.numpy(), **options)
        else:
            file.attrs["layer_names"] = np.array([name.encode() for name in layers])
        for name, parts in () if packed else layers.items():
            group = file.create_group(name)
            group.attrs["weight_names"] = np.array([role.encode() for role in parts])
            for role, array in parts.items():
                group[role] = array
    return data.getvalue()


def _matlab(state: Mapping[str, Tensor], write: Callable[[Path, Mapping[str, object]], None]) -> bytes:
    """A struct of parameters by name."""
    values = {name: value.numpy() for name, value in state.items() if value.dim()}
    rows = [
        {"name": name, "value": value.transpose({4: (2, 3, 1, 0)}.get(value.ndim, tuple(range(value.ndim))))}
        for name, value in values.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        write(path := Path(folder) / "net.mat", {"params": rows, "epoch": 3.0})
        return path.read_bytes()


_KERAS = {"weight": "kernel", "running_mean": "moving_mean", "running_var": "moving_variance"}


def _keras(state: Mapping[str, Tensor]) -> bytes:
    """A description of no layers beside the weights."""
    with zipfile.ZipFile(data := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps({"config": {"layers": []}}))
        archive.writestr("model.weights.h5", keras_weights(state))
    return data.getvalue()


def keras_weights(state: Mapping[str, Tensor]) -> bytes:
    """Each layer's variables by number under its name."""
    layers: dict[str, list[np.ndarray]] = {}
    for name, value in state.items():
        axes = {4: (2, 3, 1, 0), 2: (1, 0)}.get(value.dim(), range(value.dim()))
        layers.setdefault(name.rpartition(".")[0], []).append(value.permute(*axes).numpy())
    with h5py.File(weights := io.BytesIO(), "w") as file:
        for place, (layer, parts) in enumerate(layers.items()):
            variables = file.create_group(f"layers/layer_{place}/vars")
            variables.attrs["name"] = layer
            for number, array in enumerate(array for array in parts if array.ndim):
                variables[str(number)] = array
    return weights.getvalue()


@cache
def small_files() -> Mapping[str, bytes]:
    """A small but complete file of each container."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own formats go out of fashion, files stay
        return _small_files()


def _small_files() -> dict[str, bytes]:
    state = dict(small_state())
    arrays = {name: tensor.numpy() for name, tensor in state.items()}
    caffe = small_caffe_state()
    whole = {
        "model": state,
        "optimizer": {"lr": 0.1, "steps": [1, 2]},
        "args": io.BytesIO,  # a class, which torch pickles by name
    }
    return {
        "zip": saved(whole),
        "legacy": saved(state, _use_new_zipfile_serialization=False),
        "tar": _tar(state),
        "safetensors": safetensors_bytes(state, {"labels": '["a", "b", "c", "d"]'}),
        "npz": _npz(state, packed=False),
        "packed npz": _npz(state, packed=True),
        "parts": saved(_in_parts(state)),
        "older parts": saved(_in_parts(state), _use_new_zipfile_serialization=False),
        "exported": _exported(state),
        "gzip": gzip.compress(saved(state), 1),
        "packed in a zip": _zip(saved(state)),
        "pickle": pickle.dumps({k: v.numpy() for k, v in state.items()}),
        "pickle of tensors": pickle.dumps(state),
        "caffemodel": writing.caffemodel(caffe),
        "old caffemodel": writing.caffemodel(caffe, form="V1", shape=writing.legacy_shape),
        "onnx": _onnx(state),
        "mxnet": writing.mxnet(state),
        "hdf5": _hdf5(state, packed=False),
        "packed hdf5": _hdf5(state, packed=True),
        "keras archive": _keras(state),
        "lasagne": b"\x80\2" + lasagne_files.python2({"param values": lasagne_files.arrays(caffe)}) + b".",
        "torch7": torch7_files.saved({"model": torch7_files.table(state)}),
        "matlab": _matlab(state, version5),
        "matlab 7.3": _matlab(state, version73),
        "tensorflow checkpoint": tables.first_format(arrays),
        "packed tensorflow checkpoint": tables.first_format(arrays, pack=tables.snapped),
        "tensorflow index": tables.bundle(arrays)[0],
        "coreml": mlmodel(operations(caffe), labels=("a", "b", "c", "d"), biases=(-1.0, -1.0, -1.0)),
        "ncnn": ncnn(operations(caffe))[0].encode(),
        "tflite": tflite_files.small(),
        "tflite of bytes": tflite_files.small("bytes"),
        "openvino": openvino_files.operations(operations(caffe), form="bytes")[0].encode(),
        "older openvino": openvino_files.layers(operations(caffe))[0].encode(),
        "caffe2": b"".join(caffe2(operations(caffe))),
        "graph": b"".join(
            writing.graph_node(name, "Const", value=writing.graph_tensor(value.numpy()))
            for name, value in state.items()
        ),
    }


@cache
def _neighbours() -> Mapping[str, tuple[str, Mapping[str, bytes]]]:
    """What a small file is called, and what must lie beside it, where its container is several files."""
    arrays = {name: tensor.numpy() for name, tensor in small_state().items()}
    steps = operations(small_caffe_state())
    return {
        "tensorflow index": ("net.index", {"net.data-00000-of-00001": tables.bundle(arrays)[1][0]}),
        "ncnn": ("net.param", {"net.bin": ncnn(steps)[1]}),
        "openvino": ("net.xml", {"net.bin": openvino_files.operations(steps, form="bytes")[1]}),
        "older openvino": ("net.xml", {"net.bin": openvino_files.layers(steps)[1]}),
    }


def placed(folder: Path, container: str, data: bytes) -> Path:
    """A file of a container, with what must lie beside it."""
    name, others = _neighbours().get(container, ("weights", {}))
    for other, content in others.items():
        (folder / other).write_bytes(content)
    (path := folder / name).write_bytes(data)
    return path
