"""What is no GoogLeNet checkpoint is refused in words: what it is, why, what to do."""

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from tests.checkpoints import writing
from tests.checkpoints.samples import sample


def _zip(**entries: bytes) -> bytes:
    with zipfile.ZipFile(data := io.BytesIO(), "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
    return data.getvalue()


def _tar(name: str) -> bytes:
    with tarfile.open(fileobj=(data := io.BytesIO()), mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    return data.getvalue()


def _picture(kind: str) -> bytes:
    Image.new("RGB", (8, 8)).save(data := io.BytesIO(), kind)
    return data.getvalue()


PAGE = b"<!DOCTYPE html>\n<html><head><title>\n Sign   in </title></head><body>\xff</body></html>"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 53533754\n"
NOTEBOOK = json.dumps({"cells": [], "nbformat": 4}).encode()

_META_INFO = writing.message(2, writing.message(1, writing.text(1, "Add"))) + writing.text(4, "serve")

REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty file.*0 bytes"),
    "zeros": (bytes(5000), "file of zeros"),
    "web page": (PAGE, r"web page, not a weights file \(title: Sign in\)"),
    "page after blanks": (b"\n  \r\n" + PAGE, "web page"),
    "page after a mark": (b"\xef\xbb\xbf" + PAGE, "web page"),
    "page in UTF-16": (PAGE.decode("latin-1").encode("utf-16"), "web page"),
    "page without doctype": (b"<HTML><body>quota exceeded", "web page"),
    "XML": (b"<?xml version='1.0'?><Error/>", "text in XML or HTML"),
    "vector picture": (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "a picture"),
    "DICOM": (bytes(128) + b"DICM" + bytes(200), "a picture"),
    "OpenVINO": (b"<?xml version='1.0'?>\n<net name='googlenet-v1' version='10'>", "OpenVINO"),
    "LFS pointer": (POINTER, r"Git LFS pointer, the real file has 53\u2009533\u2009754 bytes.*git lfs pull"),
    "JSON": (b'{"message": "Not Found"}', "JSON file.*It says: Not Found"),
    "notebook": (NOTEBOOK, "notebook"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(100), "damaged.*HDF5"),
    "HDF5 behind a block": (bytes(1) + b"a" * 511 + b"\x89HDF\r\n\x1a\n" + bytes(9), "damaged.*HDF5"),
    "MATLAB": (b"MATLAB 5.0 MAT-file, Platform: PCWIN64" + bytes(100), "MATLAB"),
    "gzip": (gzip.compress(b"weights" * 99), "packed with gzip.*Unpack"),
    "bzip2": (bz2.compress(b"weights" * 99), "packed with bzip2"),
    "xz": (lzma.compress(b"weights" * 99), "packed with xz"),
    "PNG": (_picture("PNG"), "a picture"),
    "JPEG": (_picture("JPEG"), "a picture"),
    "WebP": (_picture("WEBP"), "a picture"),
    "BMP": (_picture("BMP"), "a picture"),
    "PDF": (b"%PDF-1.7\n" + bytes(100), "PDF document"),
    "program": (b"\x7fELF\x02\x01" + bytes(100), "a program"),
    "script": (b"#!/bin/sh\nrm -rf /\n", "a program"),
    "text": ("Grüße, dies ist kein Netz.\n".encode(), "a text file"),
    "prototxt": (
        b'name: "GoogleNet"\nlayer {\n  name: "data"\n}\n',
        r"Caffe description \(prototxt\).*caffemodel",
    ),
    "python": (b"import torch\nprint(1)\n", "a text file"),
    "TensorFlow checkpoint": (
        b"\0\0\xf2\x6b\x0a" + bytes(90),
        "the beginning of a TensorFlow checkpoint",
    ),
    "TensorFlow Lite": (b"\x1c\0\0\0TFL3" + bytes(90), "damaged"),
    "GGUF": (b"GGUF\x03" + bytes(90), "GGUF"),
    "tar": (_tar("inception_v1.ckpt"), r"tar archive.*inception_v1\.ckpt"),
    "zip around weights": (_zip(best__model_DOT_pth=b"x"), "zip archive around other files.*best/model.pth"),
    "zip of nothing": (_zip(a_DOT_txt=b"x"), "zip archive"),
    "Keras 3": (_zip(config_DOT_json=b"{}", model_DOT_weights_DOT_h5=b"x"), "not an HDF5 file"),
    "SavedModel": (
        writing.number(1, 1) + writing.message(2, writing.message(1, _META_INFO) + writing.message(2, b"")),
        "TensorFlow's SavedModel.*variables",
    ),
    "TensorFlow's .meta": (writing.message(1, _META_INFO), "the graph of a TensorFlow checkpoint"),
    "Core ML": (
        writing.number(1, 4) + writing.message(2, writing.message(1, writing.text(1, "data"))),
        "Core ML model is not a plain neural network",
    ),
    **{
        f"solver state {count}": (
            writing.number(1, count) + writing.text(2, f"/x/snap_{count}.caffemodel"),
            rf"Caffe solver's state.*snap_{count}\.caffemodel",
        )
        for count in (5, 500, 100_000)
    },
    "Torch7": (struct.pack("<3i", 4, 1, 3) + b"V 1\x0d\0\0\0nn.Sequential", "incomplete"),
    "Torch7 table": (struct.pack("<3i", 3, 1, 2), "incomplete"),
    "Torch7 as text": (b"4\n1\n3\nV 1\n13\nnn.Sequential\n", "a Torch7 file in letters"),
    "split zip": (b"PK\7\x08PK\3\4" + bytes(90), "split archive"),
    "TensorRT": (b"ftrt\1\0" + bytes(90), "a TensorRT engine"),
    "NCNN": (b"7767517\n75 85\nInput data 0 1 data\n", r"model\.bin, which is not there"),
    "note of the last checkpoint": (b'model_checkpoint_path: "model.ckpt-5"\n', "last checkpoint"),
    "graph as text": (b'node {\n  name: "x"\n}\n', "TensorFlow graph as text"),
    "binary that starts with <": (b"<\x83\0\xff" * 200, "no weights file that can be recognised"),
    "one array": (b"", "single NumPy array"),
    "arbitrary bytes": (bytes(range(1, 256)) * 3, "no weights file|damaged|incomplete"),
}
np.save(_array := io.BytesIO(), np.zeros(3))
REFUSED["one array"] = (_array.getvalue(), "single NumPy array")


@pytest.mark.parametrize("ending", [".pth", ".caffemodel"])
@pytest.mark.parametrize("kind", REFUSED)
def test_other_files_are_named_for_what_they_are(kind: str, ending: str, tmp_path: Path) -> None:
    data, words = REFUSED[kind]
    (path := tmp_path / f"model{ending}").write_bytes(data)
    with pytest.raises(CheckpointError, match=f"(?s)^model{ending} cannot be opened: .*({words})") as caught:
        open_checkpoint(path)
    assert caught.value.todo
    assert "Traceback" not in str(caught.value)


NAMES = {
    "model.ckpt.data-00000-of-00001": "the numbers of a TensorFlow checkpoint, without their names",
    "net.z02": "split archive",
    "net.part2.rar": "split archive",
    "net.7z.003": "split archive",
    "net.pth.part": "unfinished download",
    "net.pth.crdownload": "unfinished download",
}


@pytest.mark.parametrize("name", NAMES)
def test_files_without_a_mark_are_known_by_their_names(name: str, tmp_path: Path) -> None:
    (path := tmp_path / name).write_bytes(bytes(range(255, 0, -1)) * 9)
    with pytest.raises(CheckpointError, match=NAMES[name]):
        open_checkpoint(path)


@pytest.mark.parametrize(
    ("name", "words"), [("net.zip.001", "split archive"), ("net.pth.crdownload", "unfinished download")]
)
def test_the_beginning_of_a_file_that_is_called_a_part_is_one(name: str, words: str, tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(9)}, whole := tmp_path / "whole.pth")
    (path := tmp_path / name).write_bytes(whole.read_bytes()[:200])
    with pytest.raises(CheckpointError, match=words):
        open_checkpoint(path)


def test_a_tar_archive_lists_its_files_only(tmp_path: Path) -> None:
    with tarfile.open(path := tmp_path / "m.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        entry = tarfile.TarInfo("folder/inception_v1.ckpt")
        entry.pax_headers = {"mtime": "1.5"}
        archive.addfile(entry)
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(path)
    assert caught.value.why == "It holds folder/inception_v1.ckpt: an empty file."


def test_a_link_is_shown_as_it_was_given() -> None:
    with pytest.raises(CheckpointError, match=r"^https://example\.org/a\.pth is a link, not a file\."):
        open_checkpoint(Path("https://example.org/a.pth"))


@pytest.mark.parametrize("count", [0, 1])
def test_placeholders_of_sharded_training_are_named(count: int, tmp_path: Path) -> None:
    state = {name: torch.empty(count) for name in sample("torchvision").state}
    torch.save({"module": state, "ds_version": "0.14"}, path := tmp_path / "mp_rank_00_model_states.pt")
    with pytest.raises(CheckpointError, match=r"empty placeholders.*DeepSpeed.*zero_to_fp32"):
        open_checkpoint(path)


def test_tensors_of_the_meta_device_are_named(tmp_path: Path) -> None:
    state = {name: tensor.to("meta") for name, tensor in sample("tutorial").state.items()}
    torch.save(state, path := tmp_path / "meta.pth")
    with pytest.raises(CheckpointError, match="shapes but no numbers"):
        open_checkpoint(path)


def test_a_folder_a_pipe_and_a_missing_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, words in (("", "is a folder"), ("pipe", "not an ordinary"), ("gone.pth", "does not exist")):
        with pytest.raises(CheckpointError, match=words):
            open_checkpoint(tmp_path / name)


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (path := tmp_path / "secret.pth").write_bytes(b"x")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(CheckpointError, match="Permission denied"):
        open_checkpoint(path)


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.pth"))
    path.write_bytes(b"")
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(path)
    str(caught.value).encode("utf-8")


def _files(folder: Path) -> dict[str, Path]:
    """A complete file of each container."""
    from safetensors.torch import save_file

    state = sample("tutorial").state
    torch.save(state, folder / "zip.pth")
    torch.save(state, folder / "legacy.pth", _use_new_zipfile_serialization=False)
    save_file(state, folder / "safe.safetensors")
    (folder / "plain.pkl").write_bytes(pickle.dumps({k: v.numpy() for k, v in state.items()}))
    np.savez(folder / "arrays.npz", **dict[str, Any]({k: v.numpy() for k, v in state.items()}))
    (folder / "net.caffemodel").write_bytes(writing.caffemodel(sample("caffe", heads=False).state))
    return {path.name: path for path in folder.iterdir()}


@pytest.mark.parametrize("share", [0.5, 0.999])
def test_a_cut_file_is_called_incomplete(share: float, tmp_path: Path) -> None:
    for name, path in _files(tmp_path).items():
        data = path.read_bytes()
        (cut := tmp_path / f"cut-{name}").write_bytes(data[: int(len(data) * share)])
        with pytest.raises(
            CheckpointError, match=rf"cut-{name} cannot be opened: the file is incomplete"
        ) as caught:
            open_checkpoint(cut)
        assert any(character.isdigit() for character in caught.value.why), caught.value.why
        assert "again" in caught.value.todo


def test_a_bare_pickle_without_weights_says_that_torch_did_not_write_it(tmp_path: Path) -> None:
    (path := tmp_path / "bare.pth").write_bytes(pickle.dumps({"accuracy": 0.7, "names": ["a"]}))
    with pytest.raises(CheckpointError, match=r"plain pickle.*not written by torch.*torch\.save"):
        open_checkpoint(path)


def test_a_pickle_that_asks_for_a_foreign_class_names_it(tmp_path: Path) -> None:
    (path := tmp_path / "foreign.pth").write_bytes(b"\x80\x02csecret_project.nets\nBigNet\n)\x81.")
    with pytest.raises(CheckpointError, match=r"asks for secret_project\.nets\.BigNet"):
        open_checkpoint(path)


# Other networks


def _empty(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Right names and shapes, one number a tensor: a file of a few kilobytes."""
    return {
        k: torch.zeros(1).expand(v.shape) if v.dim() else torch.zeros(())
        for k, v in model.state_dict().items()
    }


OTHERS = {
    "resnet18": "a ResNet-18",
    "resnet34": "a ResNet-34",
    "resnet50": "a ResNet-50",
    "resnet101": "a ResNet-101",
    "resnet152": "a ResNet-152",
    "resnext50_32x4d": "a ResNeXt-50",
    "wide_resnet50_2": "a wide ResNet-50",
    "vgg11": "a VGG-11",
    "vgg16_bn": "a VGG-16",
    "vgg19": "a VGG-19",
    "alexnet": "AlexNet",
    "densenet121": "a DenseNet-121",
    "densenet161": "a DenseNet-161",
    "mobilenet_v2": "MobileNet v2",
    "mobilenet_v3_small": "MobileNet v3",
    "efficientnet_b0": "EfficientNet",
    "inception_v3": "Inception v3",
    "squeezenet1_0": "SqueezeNet",
    "shufflenet_v2_x1_0": "ShuffleNet",
    "mnasnet1_0": "MNASNet",
    "convnext_tiny": "ConvNeXt",
    "vit_b_16": "a vision transformer",
    "swin_t": "a Swin transformer",
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", OTHERS)
def test_other_networks_are_recognised(name: str, tmp_path: Path) -> None:
    models = pytest.importorskip("torchvision.models")
    with torch.device("meta"):
        model = getattr(models, name)()
    state = {f"module.{key}": tensor for key, tensor in _empty(model).items()}
    torch.save({"state_dict": state}, path := tmp_path / "other.pth")
    with pytest.raises(CheckpointError, match=f"this is {OTHERS[name]}.*, not a GoogLeNet"):
        open_checkpoint(path)


KEYS: dict[str, dict[str, tuple[int, ...]]] = {
    "a network for videos": {"Mixed_3b.b0.conv3d.weight": (64, 192, 1, 1, 1)},
    "BN-Inception": {
        "inception_3a_double_3x3_1.weight": (96, 64, 3, 3),
        "conv1_7x7_s2.weight": (64, 3, 7, 7),
    },
    "the Inception network of the UvA notebooks": {"inception_blocks.0.conv_1x1.0.weight": (16, 64, 1, 1)},
    "a feature extractor of inception-like modules": {
        "a.conv_1_3.0.weight": (16, 72, 1, 1),
        "a.conv_1_5.0.weight": (16, 72, 1, 1),
    },
    "a language model": {
        "model.layers.0.self_attn.q_proj.weight": (8, 8),
        "model.embed_tokens.weight": (9, 8),
    },
    "VGG": {"conv1_1.weight": (64, 3, 3, 3), "conv5_1.weight": (512, 512, 3, 3)},
    "an optimiser's state": {"state.0.exp_avg": (4, 4)},
}


@pytest.mark.parametrize("title", KEYS)
def test_further_networks_by_their_names(title: str, tmp_path: Path) -> None:
    torch.save(
        {name: torch.zeros(shape) for name, shape in KEYS[title].items()}, path := tmp_path / "other.pth"
    )
    with pytest.raises(CheckpointError, match=f"this is {title}"):
        open_checkpoint(path)


def test_the_uva_notebooks_network_is_told_apart_by_its_number_of_modules(tmp_path: Path) -> None:
    state = KEYS["the Inception network of the UvA notebooks"]
    torch.save({name: torch.zeros(shape) for name, shape in state.items()}, path := tmp_path / "uva.ckpt")
    with pytest.raises(CheckpointError, match="they are eight where GoogLeNet has nine"):
        open_checkpoint(path)


def test_an_unknown_network_is_refused_by_what_does_not_fit(tmp_path: Path) -> None:
    layers = [
        torch.nn.Conv2d(3, 20, 5),
        torch.nn.ReLU(),
        torch.nn.Conv2d(20, 50, 5),
        torch.nn.Linear(800, 10),
    ]
    torch.save(torch.nn.Sequential(*layers).state_dict(), path := tmp_path / "lenet.pth")
    with pytest.raises(CheckpointError, match=r"not a GoogLeNet.*does not fit is 0 \(20×3×5×5\)"):
        open_checkpoint(path)


def test_more_input_channels_than_a_picture_has(tmp_path: Path) -> None:
    state = sample("tutorial").state
    state["layer_1.0.weight"] = torch.zeros(64, 5, 7, 7)
    torch.save(state, path := tmp_path / "five.pth")
    with pytest.raises(CheckpointError, match="reads 5 channels"):
        open_checkpoint(path)


def test_a_safetensors_header_that_lies_is_damaged(tmp_path: Path) -> None:
    def write(header: dict[str, Any] | bytes, data: bytes) -> Path:
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        (path := tmp_path / "x.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
        return path

    def entry(shape: list[float], begin: int, end: int) -> dict[str, Any]:
        return {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}

    lies: list[tuple[dict[str, Any] | bytes, bytes, str]] = [
        ({"a": entry([2], 0, 8), "b": entry([2], 4, 12)}, bytes(12), "overlap"),
        ({"a": entry([2], 0, 8), "b": entry([2], 12, 20)}, bytes(20), "holes"),
        ({"a": entry([2], 0, 8)}, bytes(12), "belong to no tensor"),
        ({"a": entry([3], 0, 8)}, bytes(8), "not what its shape takes"),
        ({"a": entry([-2], 0, 8)}, bytes(8), "no shape"),
        ({"a": entry([2], 8, 0)}, bytes(8), "no place"),
        ({"a": entry([2.0], 0, 8)}, bytes(8), "no shape"),
        (b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":1}', bytes(8), "twice"),
        (b"{" * 5000, b"", "not JSON"),
        (b'{"\xff":1}', b"", "not JSON"),
    ]
    for header, data, words in lies:
        with pytest.raises(CheckpointError, match=f"damaged.*{words}"):
            open_checkpoint(write(header, data))
