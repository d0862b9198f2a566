"""Files as Keras's versions and Caffe write them, by h5py from their published layouts.

Keras 1 and 2 (`save_weights_to_hdf5_group`): ``layer_names``, and in each layer's group
``weight_names``. Keras 3 (`H5IOStore`): ``layers/conv2d_1/vars/0``, the layer's own name as
an attribute of ``vars``. Caffe (`Net::ToHDF5`): ``data/LAYER/0``.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from torch import Tensor, nn

Arrays = Mapping[str, list[np.ndarray[Any, Any]]]
"""The weights of each layer in Keras's order."""

CLASSES = {nn.Conv2d: "Conv2D", nn.Linear: "Dense", nn.BatchNorm2d: "BatchNormalization"}
_HIDDEN = ("loss1/fc", "loss2/fc", "aux1.fc1", "aux2.fc1")


def layers(model: nn.Module, *, last: bool = True, flipped: bool = False) -> dict[str, list[Any]]:
    """A model's weights as Keras keeps them.

    ``last``: kernels as height × width × in × out, maps flattened with the channels last;
    otherwise as Keras 1 did with Theano's order. ``flipped``: kernels run backwards, as
    Theano's convolution wants them.
    """
    found = {}
    for name, module in model.named_modules():
        if type(module) not in CLASSES:
            continue
        parts = [value.numpy() for value in (module.weight, module.bias) if value is not None]
        if isinstance(module, nn.Conv2d):
            kernel = parts[0][:, :, ::-1, ::-1] if flipped else parts[0]
            parts[0] = kernel.transpose(2, 3, 1, 0) if last else kernel
        elif isinstance(module, nn.Linear):
            if last and name in _HIDDEN:
                outputs, inputs = parts[0].shape
                maps = parts[0].reshape(outputs, 128, 4, 4)
                parts[0] = maps.transpose(0, 2, 3, 1).reshape(outputs, inputs)
            parts[0] = parts[0].T
        else:
            parts += [module.running_mean.numpy(), module.running_var.numpy()]
        found[name] = [np.ascontiguousarray(part) for part in parts]
    return found


def _words(name: str, parts: list[Any], style: str) -> list[str]:
    norm = ["gamma", "beta", "moving_mean", "moving_variance"]
    roles = {1: ["kernel"], 2: ["kernel", "bias"]}.get(len(parts), norm[-len(parts) :])
    if style == "keras 1":
        short = {"kernel": "W", "bias": "b", "moving_mean": "running_mean", "moving_variance": "running_std"}
        return [f"{name}_{short.get(role, role)}" for role in roles]
    return [f"{name}/{role}:0" for role in roles]


def _list(group: Any, name: str, words: Iterable[str]) -> None:
    """Long lists are cut into attributes of at most 64 kB, as Keras does."""
    data = np.array([word.encode() for word in words])
    count = -(-data.nbytes // 60_000)
    if count < 2:
        group.attrs[name] = data
        return
    for number, part in enumerate(np.array_split(data, count)):
        group.attrs[f"{name}{number}"] = part


def by_layer(
    path: Path,
    weights: Arrays,
    *,
    style: str = "keras 2",
    backend: str = "",
    config: Mapping[str, Any] | None = None,
    **options: Any,
) -> None:
    """A file of Keras 1 or 2: of the weights, or with a description of the whole model."""
    with h5py.File(path, "w") as file:
        group = file
        if config is not None:
            file.attrs["model_config"] = json.dumps(config).encode()
            group = file.create_group("model_weights")
        _list(group, "layer_names", weights)
        if backend:
            group.attrs["backend"] = backend.encode()
            group.attrs["keras_version"] = b"1.2.2" if style == "keras 1" else b"2.4.0"
        for name, parts in weights.items():
            inner = group.create_group(name)
            words = _words(name, parts, style)
            _list(inner, "weight_names", words)
            for word, part in zip(words, parts, strict=True):
                inner.create_dataset(word, data=part, **options)


def snake(word: str) -> str:
    """Keras's own spelling of a class in the names of groups."""
    word = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", word)
    return re.sub("([a-z])([A-Z])", r"\1_\2", word).lower()


def description(model: nn.Module, *, order: str = "channels_last") -> dict[str, Any]:
    """The part of a model's config.json that tells its layers."""
    found = []
    for name, module in model.named_modules():
        if type(module) in CLASSES:
            settings: dict[str, Any] = {"name": name}
            if isinstance(module, nn.Conv2d):
                settings |= {"data_format": order}
            elif isinstance(module, nn.BatchNorm2d):
                settings |= {"epsilon": module.eps}
            found.append({"class_name": CLASSES[type(module)], "config": settings, "name": name})
    return {"class_name": "Functional", "config": {"name": "net", "layers": found}}


def kinds(model: nn.Module) -> dict[str, str]:
    """Keras's class of every layer that has weights."""
    return {name: CLASSES[type(one)] for name, one in model.named_modules() if type(one) in CLASSES}


def by_variable(weights: Arrays, kinds: Mapping[str, str], *, named: bool = True) -> bytes:
    """The weights of Keras 3; its earlier versions don't keep the layers' own names."""
    counts: dict[str, int] = {}
    with h5py.File(data := io.BytesIO(), "w") as file:
        file.create_group("optimizer/vars")["0"] = np.zeros(3, np.float32)
        for name, parts in weights.items():
            word = snake(kinds[name])
            count = counts[word] = counts.get(word, -1) + 1
            variables = file.create_group(
                f"layers/{word}_{count}" if count else f"layers/{word}"
            ).create_group("vars")
            if named:
                variables.attrs["name"] = name
            for number, part in enumerate(parts):
                variables[str(number)] = part
    return data.getvalue()


def archive(
    path: Path, weights: bytes, config: Mapping[str, Any], *, method: int = zipfile.ZIP_STORED
) -> None:
    """A ``.keras`` file."""
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("metadata.json", json.dumps({"keras_version": "3.4.1"}))
        file.writestr("config.json", json.dumps(config))
        file.writestr("model.weights.h5", weights)


def caffe(path: Path, state: Mapping[str, Tensor], *, separator: str = "/") -> None:
    """Caffe's blobs by layer and number."""
    with h5py.File(path, "w") as file:
        for name, value in state.items():
            layer, _, role = name.rpartition(".")
            file.create_dataset(
                f"data/{layer.replace('/', separator)}/{0 if role == 'weight' else 1}", data=value.numpy()
            )
