"""What arrives is told apart by its content, whatever it is called."""

import io
import json
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl

from gnet_desktop.cli import main
from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.errors import PictureError
from gnet_desktop.gui.shell.drop import read_mime
from gnet_desktop.workspace.arrivals import sort_arrivals
from gnet_desktop.workspace.tasks import read_and_prepare
from tests.checkpoints import writing

STATE = {"conv1.weight": torch.zeros(4, 3, 1, 1), "conv1.bias": torch.zeros(4)}


def _saved(**options: bool) -> bytes:
    torch.save(STATE, data := io.BytesIO(), **options)
    return data.getvalue()


def _safetensors() -> bytes:
    from safetensors.torch import save

    return save(STATE)


def _onnx() -> bytes:
    tensor = writing.number(1, 4) + writing.number(2, 1) + writing.text(8, "w")
    graph = writing.message(5, tensor + writing.message(9, bytes(16)))
    return writing.number(1, 8) + writing.text(2, "pytorch") + writing.message(7, graph)


def _npz() -> bytes:
    np.savez(data := io.BytesIO(), w=np.zeros(3))
    return data.getvalue()


def _picture(kind: str) -> bytes:
    Image.new("RGB", (30, 20), (200, 30, 10)).save(data := io.BytesIO(), kind)
    return data.getvalue()


def _zip(name: str) -> bytes:
    with zipfile.ZipFile(data := io.BytesIO(), "w") as archive:
        archive.writestr(name, b"x")
    return data.getvalue()


WEIGHTS: dict[str, bytes] = {
    "torch": _saved(),
    "older torch": _saved(_use_new_zipfile_serialization=False),
    "safetensors": _safetensors(),
    "caffemodel": writing.caffemodel(STATE),
    "caffemodel without a name": writing.caffemodel(STATE, name=""),
    "ONNX": _onnx(),
    "pickle": pickle.dumps({"w": np.zeros(3)}),
    "npz": _npz(),
    "MXNet": writing.mxnet(STATE),
    "TensorFlow graph": writing.graph_node(
        "x", "Const", value=writing.graph_tensor(np.zeros((2, 2), np.float32))
    ),
    "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(90),
    "Torch7": struct.pack("<3i", 4, 1, 3) + b"V 1",
    "TensorFlow Lite": b"\x1c\0\0\0TFL3" + bytes(90),
    "SavedModel": writing.number(1, 1) + writing.message(2, writing.message(1, writing.text(4, "serve"))),
    "index of shards": json.dumps({"metadata": {}, "weight_map": {"a": "b"}}).encode(),
    "zip around weights": _zip("net.pth"),
    "prototxt": b'name: "GoogleNet"\nlayer {\n  name: "data"\n}\n',
}
OTHERS: dict[str, bytes] = {
    **{kind: _picture(kind) for kind in ("PNG", "JPEG", "GIF", "TIFF", "BMP", "PCX", "TGA", "PPM", "DDS")},
    "text": b"\n\nHello, this is a text.\n",
    "labels": b"tench\ngoldfish\n",
    "JSON": b'{"a": [1, 2]}',
    "zip of pictures": _zip("a.jpg"),
    "bytes": bytes(range(255, 0, -1)) * 9,
    "empty": b"",
}


@pytest.mark.parametrize("name", ["weights", "model.jpg", "x.pcx"])
@pytest.mark.parametrize("kind", WEIGHTS)
def test_weights_are_weights_whatever_their_name(kind: str, name: str, tmp_path: Path) -> None:
    (path := tmp_path / name).write_bytes(WEIGHTS[kind])
    assert sort_arrivals([path]).checkpoints == (path,)


@pytest.mark.parametrize("kind", OTHERS)
def test_what_holds_no_weights_is_taken_for_a_picture(kind: str, tmp_path: Path) -> None:
    (path := tmp_path / "thing").write_bytes(OTHERS[kind])
    assert sort_arrivals([path]).pictures == (path,)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "PCX", "TGA", "BMP", "DDS"])
def test_a_picture_named_as_weights_is_a_picture(kind: str, tmp_path: Path) -> None:
    (path := tmp_path / "x.caffemodel").write_bytes(OTHERS[kind])
    assert sort_arrivals([path]).pictures == (path,)


def test_a_broken_file_named_as_weights_is_for_the_reader_of_weights(tmp_path: Path) -> None:
    (path := tmp_path / "net.pth").write_bytes(b"<html>quota exceeded")
    assert sort_arrivals([path, tmp_path / "gone.onnx"]).checkpoints == (path, tmp_path / "gone.onnx")


@pytest.mark.parametrize("name", ["x" * 300 + ".jpg", "/dev/null/x.jpg", "a\0b.jpg"])
def test_a_path_that_cannot_be_asked_about_is_taken_for_a_picture(name: str) -> None:
    assert sort_arrivals([Path(name)]).pictures == (Path(name),)
    with pytest.raises(PictureError):
        read_and_prepare(Path(name), "x", CONVENTIONS["caffe"])


def test_a_folder_is_a_checkpoint_if_it_has_what_opens_one(tmp_path: Path) -> None:
    (hub := tmp_path / "hub").mkdir()
    (photos := tmp_path / "photos").mkdir()
    (hub / "model.safetensors").write_bytes(WEIGHTS["safetensors"])
    (photos / "a.png").write_bytes(OTHERS["PNG"])
    found = sort_arrivals([photos, hub])
    assert (found.checkpoints, found.pictures) == ((hub,), (photos,))


@pytest.mark.parametrize("kind", ["caffemodel", "safetensors", "ONNX"])
def test_a_drop_of_weights_without_a_known_ending(kind: str, tmp_path: Path, qapp: object) -> None:
    (path := tmp_path / "0a1b2c").write_bytes(WEIGHTS[kind])
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    assert read_mime(data).files.checkpoints == (path,)


def test_weights_where_a_picture_is_due_are_called_weights(tmp_path: Path) -> None:
    (path := tmp_path / "net.jpg").write_bytes(WEIGHTS["caffemodel"])
    with pytest.raises(PictureError, match=r"net\.jpg is a file of weights, not a picture"):
        read_and_prepare(path, "net.jpg", CONVENTIONS["caffe"])


def test_the_command_line_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.jpg").write_bytes(WEIGHTS["caffemodel"])
    (tmp_path / "photo.png").write_bytes(OTHERS["PNG"])
    assert main(["classify", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert "net.jpg is a file of weights, not a picture" in out + err
