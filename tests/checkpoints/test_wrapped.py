"""A file of weights opens where it is packed, or alone in an archive; unpacking is bounded."""

import bz2
import gc
import gzip
import io
import lzma
import os
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from tests.checkpoints import tables, writing
from tests.checkpoints.layer_files import caffe2, ncnn
from tests.checkpoints.openvino_files import operations as openvino
from tests.checkpoints.samples import assert_same_tensors, tiny_state
from tests.checkpoints.tiny import small_caffe_state
from tests.checkpoints.walking import operations
from tests.checkpoints.writing import message
from tests.checkpoints.writing import text as text_field


def _state() -> dict[str, torch.Tensor]:
    return tiny_state("torchvision", "torchvision")


def _torch(**options: bool) -> bytes:
    torch.save(_state(), data := io.BytesIO(), **options)
    return data.getvalue()


def _npz() -> bytes:
    np.savez(
        data := io.BytesIO(), **dict[str, Any]({name: value.numpy() for name, value in _state().items()})
    )
    return data.getvalue()


def _caffemodel() -> bytes:
    state = {name.replace("_w_0", ".weight"): value for name, value in tiny_state("caffe", "caffe").items()}
    return writing.caffemodel(state)


INNER: dict[str, tuple[str, Callable[[], bytes]]] = {
    "torch": ("net.pth", _torch),
    "older torch": ("net.pth", lambda: _torch(_use_new_zipfile_serialization=False)),
    "safetensors": ("net.safetensors", lambda: save(_state())),
    "npz": ("net.npz", _npz),
    "caffemodel": ("net.caffemodel", _caffemodel),
}


def in_zip(*files: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    with zipfile.ZipFile(data := io.BytesIO(), "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return data.getvalue()


def in_tar(*files: tuple[str, bytes], mode: str = "w") -> bytes:
    with tarfile.open(fileobj=(data := io.BytesIO()), mode=mode) as archive:  # type: ignore[call-overload]
        folder = tarfile.TarInfo("run")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return data.getvalue()


README = ("run/README.md", b"# A network\n")
WRAPPINGS: dict[str, Callable[[str, bytes], bytes]] = {
    "gzip": lambda name, data: gzip.compress(data, 1),
    "gzip in two members": lambda name, data: gzip.compress(data[:999], 1) + gzip.compress(data[999:], 1),
    "bzip2": lambda name, data: bz2.compress(data, 1),
    "xz": lambda name, data: lzma.compress(data, preset=0),
    "zip": lambda name, data: in_zip((name, data)),
    "packed zip": lambda name, data: in_zip(README, (f"run/{name}", data), method=zipfile.ZIP_DEFLATED),
    "a Mac's zip": lambda name, data: in_zip((name, data), (f"__MACOSX/._{name}", b"\0\5\x16\7")),
    "tar": lambda name, data: in_tar(README, (f"run/{name}", data)),
    "tar.gz": lambda name, data: in_tar(README, (f"run/{name}", data), mode="w:gz"),
    "tar.xz": lambda name, data: in_tar((name, data), mode="w:xz"),
    "a single file of any name": lambda name, data: in_zip(("weights", data)),
}


@pytest.mark.parametrize(
    ("kind", "wrapping"),
    [
        *((kind, "gzip") for kind in INNER),
        *((kind, "packed zip") for kind in INNER),
        *(("torch", wrapping) for wrapping in WRAPPINGS if wrapping not in ("gzip", "packed zip")),
    ],
)
def test_each_wrapping_opens(kind: str, wrapping: str, tmp_path: Path) -> None:
    name, make = INNER[kind]
    data = make()
    (plain := tmp_path / name).write_bytes(data)
    (path := tmp_path / f"{name}.wrapped").write_bytes(WRAPPINGS[wrapping](name, data))
    found = open_checkpoint(path)
    assert_same_tensors(found, open_checkpoint(plain))
    assert any("unpacked from" in note for note in found.provenance.notes)


def test_several_candidates_are_named(tmp_path: Path) -> None:
    files = [("last.pth", b"x"), ("best.pth", b"y")]
    for data in (in_zip(*files), in_tar(*files), in_tar(*files, mode="w:gz")):
        (path := tmp_path / "runs.archive").write_bytes(data)
        with pytest.raises(CheckpointError, match=r"several files.* It holds last\.pth, best\.pth"):
            open_checkpoint(path)


def test_what_is_inside_is_said(tmp_path: Path) -> None:
    (path := tmp_path / "net.pth.gz").write_bytes(gzip.compress(b"<html><title>Quota</title>"))
    with pytest.raises(CheckpointError, match=r"packed with gzip\. It holds net\.pth: a web page"):
        open_checkpoint(path)


def test_a_cut_or_changed_one_is_never_opened(tmp_path: Path) -> None:
    data, path = _torch(), tmp_path / "cut"
    for wrapping in ("gzip", "bzip2", "xz", "tar.gz"):
        packed = WRAPPINGS[wrapping]("net.pth", data)
        path.write_bytes(packed[: len(packed) // 2])
        with pytest.raises(CheckpointError, match=r"incomplete|damaged"):
            open_checkpoint(path)
    for wrapping in ("gzip", "bzip2", "xz", "zip", "packed zip"):
        changed = bytearray(WRAPPINGS[wrapping]("net.pth", data))
        changed[len(changed) // 2] ^= 0x10
        path.write_bytes(changed)
        with pytest.raises(CheckpointError, match="damaged"):
            open_checkpoint(path)


@pytest.mark.alone
@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zip"])
def test_a_file_that_unpacks_to_far_more_is_refused_at_once(kind: str, tmp_path: Path) -> None:
    """400 MB of zeros, and as many again inside."""
    packs: dict[str, Callable[[bytes], bytes]] = {
        "gzip": lambda data: gzip.compress(data, 1),
        "bzip2": bz2.compress,
        "xz": lambda data: lzma.compress(data, preset=0),
        "zip": lambda data: in_zip(("net.pth", data), method=zipfile.ZIP_DEFLATED),
    }
    packed = packs[kind](bytes(120 << 20))
    (path := tmp_path / "bomb").write_bytes(packed)
    start = time.perf_counter()
    with pytest.raises(CheckpointError, match="far more than a network's weights"):
        open_checkpoint(path)
    assert time.perf_counter() - start < 5


def test_xz_that_asks_for_much_memory_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}]
    packed = lzma.compress(b"x" * 9999, filters=filters)
    (path := tmp_path / "net.pth.xz").write_bytes(packed)
    with pytest.raises(CheckpointError, match="cannot be unpacked"):
        open_checkpoint(path)


def test_wrappings_in_wrappings_end(tmp_path: Path) -> None:
    data = _torch()
    for _ in range(6):
        data = gzip.compress(data, 1)
    (path := tmp_path / "net.gz").write_bytes(data)
    with pytest.raises(CheckpointError, match="packed with gzip"):
        open_checkpoint(path)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs a list of open files")
def test_nothing_stays_open_or_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    (folder := tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    (path := tmp_path / "net.pth.gz").write_bytes(gzip.compress(_torch(), 1))
    open_checkpoint(path)
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    found = open_checkpoint(path)
    assert len(os.listdir("/proc/self/fd")) == before
    assert list(folder.iterdir()) == []
    assert found.tensors


# Several files that are one network


def _together() -> dict[str, tuple[str, list[tuple[str, bytes]]]]:
    """A container's name and its files, by kind."""
    steps = operations(small_caffe_state())
    arrays = {name: value.numpy() for name, value in _state().items()}
    index, shards = tables.bundle(arrays)
    description, numbers = ncnn(steps)
    text, data = openvino(steps)
    init, predict = caffe2(steps)
    saved_model = message(2, message(1, message(2, text_field(1, "op")) + text_field(5, "2.9")))
    data_name = "data-00000-of-00001"
    return {
        "NCNN": ("NCNN network", [("net.param", description.encode()), ("net.bin", numbers)]),
        "OpenVINO": ("OpenVINO IR 11", [("net.xml", text.encode()), ("net.bin", data)]),
        "Caffe2": ("Caffe2 network", [("init_net.pb", init), ("predict_net.pb", predict)]),
        "TensorFlow": ("TensorFlow checkpoint", [("m.index", index), (f"m.{data_name}", shards[0])]),
        "SavedModel": (
            "TensorFlow checkpoint",
            [
                ("saved_model.pb", b"\x08\x01" + saved_model),
                ("variables/variables.index", index),
                (f"variables/variables.{data_name}", shards[0]),
            ],
        ),
    }


@pytest.mark.parametrize("folder", ["", "run/"])
@pytest.mark.parametrize("archive", ["zip", "packed zip", "tar"])
@pytest.mark.parametrize("kind", ["NCNN", "OpenVINO", "Caffe2", "TensorFlow", "SavedModel"])
def test_files_that_belong_together_open_from_one_archive(
    kind: str, archive: str, folder: str, tmp_path: Path
) -> None:
    container, files = _together()[kind]
    inside = [(f"{folder}{name}", data) for name, data in files] + [(f"{folder}README.md", b"# Hm\n")]
    data = (
        in_tar(*inside)
        if archive == "tar"
        else in_zip(*inside, method=zipfile.ZIP_DEFLATED if archive == "packed zip" else zipfile.ZIP_STORED)
    )
    (path := tmp_path / "net.archive").write_bytes(data)
    found = open_checkpoint(path)
    assert found.provenance.container.startswith(container)
    assert found.provenance.container.endswith("archive")
    for name, content in files:
        (place := tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    assert_same_tensors(found, open_checkpoint(tmp_path / "folder"))


def test_two_networks_of_two_files_are_named(tmp_path: Path) -> None:
    files = [(f"{stem}{ending}", b"x") for stem in "ab" for ending in (".param", ".bin")]
    (path := tmp_path / "nets.zip").write_bytes(in_zip(*files))
    with pytest.raises(CheckpointError, match=r"several files.* It holds a\.param, b\.param"):
        open_checkpoint(path)
    for name, data in files:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(CheckpointError, match=r"several checkpoints.* It holds a\.param, b\.param"):
        open_checkpoint(tmp_path)


def test_half_of_two_files_says_which_is_missing(tmp_path: Path) -> None:
    for kind, words in (("NCNN", r"net\.bin"), ("OpenVINO", r"net\.bin"), ("TensorFlow", r"m\.data-00000")):
        _, files = _together()[kind]
        (path := tmp_path / "net.zip").write_bytes(in_zip(files[0]))
        with pytest.raises(CheckpointError, match=words):
            open_checkpoint(path)


def test_tensorflows_note_says_which_checkpoint_of_a_folder_is_the_last(tmp_path: Path) -> None:
    arrays = {name: value.numpy() for name, value in _state().items()}
    for step in (9, 10):
        index, shards = tables.bundle({name: value + step for name, value in arrays.items()})
        (tmp_path / f"model-{step}.index").write_bytes(index)
        (tmp_path / f"model-{step}.data-00000-of-00001").write_bytes(shards[0])
    with pytest.raises(CheckpointError, match=r"several checkpoints.* model-10\.index, model-9\.index"):
        open_checkpoint(tmp_path)
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "/home/a/model-9"\nall_model')
    assert_same_tensors(open_checkpoint(tmp_path), open_checkpoint(tmp_path / "model-9.index"))
