"""Damaged and invented files: every outcome is a Checkpoint or a GNetError.

Those of one file are read by the thousand, within bounds of memory and time, in
``tests/test_structured_fuzz.py``.
"""

import json
import pickle
import random
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save as safetensors_bytes
from torch.distributed.checkpoint.state_dict_saver import save as save_distributed

from gnet_desktop.checkpoints.describing.card import make_card, to_json, to_text
from gnet_desktop.checkpoints.dialects import DIALECTS
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import GNetError
from gnet_desktop.network.arithmetic import tensor_shapes
from gnet_desktop.network.googlenet import GoogLeNet
from tests.checkpoints.mutations import mutated
from tests.checkpoints.samples import tiny_state
from tests.checkpoints.tiny import placed, small_files

FEW, MANY = 120, 3_000


CONTAINERS = (
    "zip",
    "legacy",
    "tar",
    "safetensors",
    "npz",
    "packed npz",
    "parts",
    "older parts",
    "exported",
    "gzip",
    "packed in a zip",
    "pickle",
    "pickle of tensors",
    "caffemodel",
    "old caffemodel",
    "onnx",
    "mxnet",
    "hdf5",
    "packed hdf5",
    "keras archive",
    "lasagne",
    "matlab",
    "torch7",
    "matlab 7.3",
    "graph",
    "tensorflow checkpoint",
    "packed tensorflow checkpoint",
    "tensorflow index",
    "coreml",
    "ncnn",
    "caffe2",
    "openvino",
    "older openvino",
    "tflite",
    "tflite of bytes",
)


def check(path: Path) -> bool:
    """Open it; whether it opened. What opens must be whole, and its card can be made."""
    try:
        found = open_checkpoint(path)
    except GNetError as error:
        if not error.what:
            raise
        str(error).encode("utf-8")
        return False
    shapes = {name: tuple(tensor.shape) for name, tensor in found.tensors.items()}
    assert shapes == tensor_shapes(found.architecture)
    card = make_card(found)
    to_text(card).encode("utf-8")
    assert to_json(card)["sha256"] == found.provenance.sha256
    GoogLeNet.from_checkpoint(found)
    return True


def _mutate_all(data: bytes, count: int, folder: Path, seed: int = 0) -> int:
    path, opened = folder / "weights", 0
    for number in range(count):
        path.write_bytes(mutated(data, random.Random(f"{seed} {number}")))
        try:
            opened += check(path)
        except Exception as error:
            error.add_note(f"mutation {seed} {number}")
            raise
    return opened


@pytest.mark.parametrize("container", CONTAINERS)
def test_small_files_open_before_they_are_mutated(container: str, tmp_path: Path) -> None:
    assert check(placed(tmp_path, container, small_files()[container]))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", ["index", "metadata"])
def test_mutated_descriptions_of_several_files(kind: str, count: int, tmp_path: Path) -> None:
    """What they describe lies beside them, whole."""
    state = tiny_state("torchvision", "torchvision")
    if kind == "index":
        names = list(state)
        for number, part in enumerate((names[::2], names[1::2]), 1):
            (tmp_path / f"x-{number}.safetensors").write_bytes(
                safetensors_bytes({name: state[name] for name in part})
            )
        places = {name: f"x-{1 + place % 2}.safetensors" for place, name in enumerate(names)}
        data = json.dumps({"metadata": {}, "weight_map": places}).encode()
    else:
        save_distributed(state, checkpoint_id=tmp_path)
        data = (tmp_path / ".metadata").read_bytes()
    (path := tmp_path / "weights").write_bytes(data)
    assert check(path)
    _mutate_all(data, count, tmp_path)


def _real(data: bytes, dice: random.Random) -> bytes:
    """A mutation of a large real file in its first 100 kB, where the description is."""
    return mutated(data[:100_000], dice) + data[100_000:]


@pytest.mark.parametrize("count", [8, pytest.param(500, marks=pytest.mark.slow)])
def test_mutated_real_files(count: int, bundled: Path, bvlc: Path, tmp_path: Path) -> None:
    for original in (bundled, bvlc):
        data, path = original.read_bytes(), tmp_path / original.name
        for number in range(count):
            path.write_bytes(_real(data, random.Random(number)))
            check(path)


STARTS = (
    b"",
    b"PK\x03\x04",
    b"\x80\x02",
    b"\x80\x04\x95",
    b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.",
    b"\x0a\x09GoogleNet\xa2\x06",
    b"\x0a\x09GoogleNet\x12",
    b"\x08\x08\x3a",
    b"\x93NUMPY\x01\x00",
    b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\1IM\x0e\0\0\0\x40\0\0\0",
    b"\4\0\0\0\1\0\0\0\3\0\0\0V 1",
    b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0",
    struct.pack("<Q", 40) + b'{"a":{"dtype":"F32","shape":[1],"data_of',
    b"storages".ljust(124, b"\0") + b"00000000100\0",
)


@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=400))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_arbitrary_bytes_behind_a_known_start(start: bytes, rest: bytes, tmp_path: Path) -> None:
    (path := tmp_path / "weights").write_bytes(start + rest)
    check(path)


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=8)
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4)
        | st.tuples(inner, inner)
    ),
    max_leaves=12,
)


@given(value=values, protocol=st.integers(0, 5))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_plain_value_that_is_pickled(value: object, protocol: int, tmp_path: Path) -> None:
    (path := tmp_path / "weights").write_bytes(pickle.dumps(value, protocol=protocol))
    assert not check(path)


def _instructions() -> st.SearchStrategy[bytes]:
    """Pickle instructions in any order, most of them with what they need."""
    some = [
        b"(",
        b")",
        b"]",
        b"}",
        b"N",
        b"t",
        b"R",
        b"b",
        b"s",
        b"u",
        b"a",
        b"e",
        b"0",
        b"2",
        b"Q",
        b"\x85",
        b"\x86",
        b"\x87",
        b"\x81",
        b"\x93",
        b"\x94",
    ]
    names = [
        b"ctorch._utils\n_rebuild_tensor_v2\n",
        b"ctorch\nFloatStorage\n",
        b"ccollections\nOrderedDict\n",
        b"cnumpy.core.multiarray\n_reconstruct\n",
        b"cnumpy\ndtype\n",
        b"c_codecs\nencode\n",
        b"cbuiltins\ntuple\n",
    ]
    pieces = [
        b"X\x07\x00\x00\x00storage",
        b"X\x01\x00\x00\x000",
        b"K\x03",
        b"h\x00",
        b"q\x00",
        b"J\xff\xff\xff\xff",
    ]
    return st.lists(st.sampled_from(some + names + pieces), max_size=60).map(b"".join)


@given(body=_instructions())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_instructions_of_a_pickle(body: bytes, tmp_path: Path) -> None:
    (path := tmp_path / "weights").write_bytes(b"\x80\x02" + body + b".")
    assert not check(path)


def _names() -> Iterator[str]:
    for dialect in DIALECTS:
        yield from (key for _, key in list(dialect.tensors())[:12])


@given(
    state=st.dictionaries(
        st.sampled_from(sorted(set(_names()))) | st.text(max_size=12),
        st.lists(st.integers(0, 4), max_size=5).map(tuple),
        max_size=12,
    )
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_names_with_any_shapes(state: dict[str, tuple[int, ...]], tmp_path: Path) -> None:
    torch.save({name: torch.zeros(shape) for name, shape in state.items()}, path := tmp_path / "weights")
    assert not check(path)
