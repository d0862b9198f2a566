"""Ways in which people save a network: what is done to its tensors, and the files that hold them."""

import gzip
import io
import json
import pickle
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from tests.checkpoints import writing
from tests.checkpoints.forms import folded
from tests.checkpoints.samples import Sample, observed
from tests.checkpoints.tiny import saved

State = dict[str, Tensor]

# Files


def _contiguous(state: Mapping[str, Tensor]) -> State:
    """With a storage of its own for each, as safetensors asks for."""
    return {name: value.clone(memory_format=torch.contiguous_format) for name, value in state.items()}


def _arrays(state: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in state.items()}


def _file(make: Callable[[State], bytes]) -> Callable[[State, Path], Path]:
    def write(state: State, folder: Path) -> Path:
        (path := folder / "weights").write_bytes(make(state))
        return path

    return write


def _npz(state: State) -> bytes:
    np.savez(data := io.BytesIO(), **dict[str, Any](_arrays(state)))
    return data.getvalue()


def _in_tar(state: State) -> bytes:
    data = saved(state)
    with tarfile.open(fileobj=(packed := io.BytesIO()), mode="w:gz", compresslevel=0) as archive:
        entry = tarfile.TarInfo("run/best.pth")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def _in_zip(state: State) -> bytes:
    with zipfile.ZipFile(packed := io.BytesIO(), "w") as archive:
        archive.writestr("best.pth", saved(state))
    return packed.getvalue()


def _safetensors(state: State, folder: Path) -> Path:
    save_file(_contiguous(state), path := folder / "model.safetensors")
    return path


def _shards(state: State, folder: Path) -> Path:
    """Two files and an index, which is opened."""
    names, places = list(state), dict[str, str]()
    for number, part in enumerate((names[::2], names[1::2]), 1):
        file = f"model-{number:05}-of-00002.safetensors"
        save_file(_contiguous({name: state[name] for name in part}), folder / file)
        places |= dict.fromkeys(part, file)
    (path := folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}))
    return path


def _old_tar(state: State, folder: Path) -> Path:
    writing.torch_tar(path := folder / "old.tar", state)
    return path


TORCHS: dict[str, Callable[[State, Path], Path]] = {
    "torch's zip": _file(lambda state: saved({"epoch": 3, "state_dict": state})),
    "torch's older file": _file(lambda state: saved(state, _use_new_zipfile_serialization=False)),
    "a tar.gz around it": _file(_in_tar),
    "a zip around it": _file(_in_zip),
    "gzip around it": _file(lambda state: gzip.compress(saved(state), 0)),
    "a pickle": _file(lambda state: pickle.dumps(state)),
}
"""Files that keep whatever torch's tensors are: sparse, views, of any type."""

FILES = TORCHS | {
    "safetensors": _safetensors,
    "safetensors in parts": _shards,
    "npz": _file(_npz),
    "a pickle of arrays": _file(lambda state: pickle.dumps(_arrays(state))),
    "torch's oldest file": _old_tar,
}

# What is done to the tensors


def _as_it_is(expected: Sample) -> tuple[State, Sample]:
    return expected.state, expected


def _changed(change: Callable[[State], State]) -> Callable[[Sample], tuple[State, Sample]]:
    """A change of the file's tensors that leaves the network what it is."""
    return lambda expected: (change(expected.state), expected)


def _rounded(dtype: torch.dtype) -> Callable[[Sample], tuple[State, Sample]]:
    """Weights of another type, against the network with the weights that it can hold."""

    def change(expected: Sample) -> tuple[State, Sample]:
        model = deepcopy(expected.model).to(dtype).float()
        rounded = observed(expected.oracle, model, channels=expected.picture.shape[1])
        return {
            name: v.to(dtype) if v.is_floating_point() else v for name, v in rounded.state.items()
        }, rounded

    return change


def _folded(expected: Sample) -> tuple[State, Sample]:
    return dict(folded(expected.model).state_dict()), expected


def _each_kernel(change: Callable[[str, Tensor], State]) -> Callable[[State], State]:
    def all_of(state: State) -> State:
        found: State = {}
        for name, value in state.items():
            found |= change(name, value) if value.dim() > 1 else {name: value}
        return found

    return all_of


def _pruned(name: str, value: Tensor) -> State:
    mask = torch.where(torch.arange(value.numel()).view(value.shape) % 2 == 0, 0.5, 2.0)
    return {f"{name}_orig": value / mask, f"{name}_mask": mask}


def _normed(name: str, value: Tensor) -> State:
    length = value.flatten(1).norm(dim=1).view(-1, *[1] * (value.dim() - 1))
    return {f"{name}_g": length, f"{name}_v": value * 3}


def _views(state: State) -> State:
    """All of one buffer, as sharded training keeps them."""
    whole = torch.cat([value.reshape(-1).float() for value in state.values()])
    found, start = {}, 0
    for name, value in state.items():
        found[name] = whole[start : start + value.numel()].view(value.shape)
        start += value.numel()
    return found


def _in_training(state: State) -> State:
    """Beside a smoothed copy, an optimiser's moments, a loss and counters."""
    found = {f"module.{name}": value for name, value in state.items()}
    found |= {f"ema.{name}": value * 0.5 for name, value in state.items() if value.is_floating_point()}
    found |= {f"optimizer.state.{n}.exp_avg": value * 2 for n, value in enumerate(state.values())}
    return found | {"epoch": torch.tensor(7), "scheduler.last_epoch": torch.tensor(7)}


WAYS: dict[str, Callable[[Sample], tuple[State, Sample]]] = {
    "as it is": _as_it_is,
    "norms folded": _folded,
    "under a prefix": _changed(lambda state: {f"net.backbone.{name}": v for name, v in state.items()}),
    "without counters": _changed(
        lambda state: {name: value for name, value in state.items() if "num_batches" not in name}
    ),
    "half": _rounded(torch.float16),
    "bfloat16": _rounded(torch.bfloat16),
    "double": _changed(
        lambda state: {name: v.double() if v.is_floating_point() else v for name, v in state.items()}
    ),
    "pruned": _changed(_each_kernel(_pruned)),
    "weight norm": _changed(_each_kernel(_normed)),
    "columns": _changed(
        lambda state: {name: v.reshape(-1, 1) if v.dim() == 1 else v for name, v in state.items()}
    ),
    "sorted": _changed(lambda state: dict(sorted(state.items()))),
    "with slashes": _changed(lambda state: {name.replace(".", "/") + ":0": v for name, v in state.items()}),
    "sparse": _changed(_each_kernel(lambda name, value: {name: value.to_sparse()})),
    "views": _changed(_views),
    "in a training": _changed(_in_training),
    "turned storage": _changed(
        _each_kernel(lambda name, value: {name: value.transpose(0, 1).contiguous().transpose(0, 1)})
    ),
}

OF_TORCH = ("sparse", "views", "turned storage")
"""What only torch's own files keep."""

WITHOUT_BFLOAT16 = ("npz", "a pickle of arrays", "torch's oldest file")
FLOAT_ONLY = ("torch's oldest file",)


def fits(way: str, file: str) -> bool:
    """Whether a file can hold what is done to the tensors."""
    if way in OF_TORCH:  # a plain pickle would keep the whole buffer again for every view
        return file in TORCHS and (way, file) != ("views", "a pickle")
    if way == "bfloat16":
        return file not in WITHOUT_BFLOAT16
    return file not in FLOAT_ONLY or way not in ("half", "double", "in a training")
