"""OpenVINO's networks: a description and the numbers beside it, which open by either."""

from pathlib import Path

import numpy as np
import pytest
import torch

from gnet_desktop.checkpoints.containers.openvino.description import read_description
from gnet_desktop.checkpoints.containers.source import FileSource
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.googlenet import GoogLeNet
from tests.checkpoints.openvino_files import LEVELS, layers, operations
from tests.checkpoints.samples import assert_same_numbers, sample
from tests.checkpoints.tiny import small_caffe_state
from tests.checkpoints.walking import Array, Operation
from tests.checkpoints.walking import operations as walked


def _steps() -> list[Operation]:
    return walked(sample("caffe", heads=False).state)


def _small() -> list[Operation]:
    return walked(small_caffe_state())


def _placed(folder: Path, description: str, data: bytes) -> Path:
    (folder / "googlenet.bin").write_bytes(data)
    (path := folder / "googlenet.xml").write_text(description)
    return path


def test_a_network_of_operations_opens_by_either_file(tmp_path: Path) -> None:
    path = _placed(tmp_path, *operations(_steps()))
    opened = [open_checkpoint(one) for one in (path, path.with_suffix(".bin"))]
    for found in opened:
        assert found.provenance.container == "OpenVINO IR 11 in 2 files"
        assert (found.provenance.family, found.provenance.assumed) == ("caffe", {})
        assert (found.provenance.left_over, found.provenance.warnings) == ((), ())
        assert found.convention.order == "bgr"
    assert_same_numbers(opened[-1], sample("caffe", heads=False))


@pytest.mark.parametrize("edition", [2, 7])
def test_older_editions_open(edition: int, tmp_path: Path) -> None:
    found = open_checkpoint(_placed(tmp_path, *layers(_steps(), edition=edition)))
    assert found.provenance.container == f"OpenVINO IR {edition} in 2 files"
    assert (found.provenance.family, found.provenance.warnings) == ("caffe", ())
    assert_same_numbers(found, sample("caffe", heads=False))


@pytest.mark.parametrize(
    ("form", "words"), [("half", "float16"), ("bytes", "int8"), ("levels", "int8"), ("older half", "float16")]
)
def test_halves_bytes_and_levels_are_near_and_said(form: str, words: str, tmp_path: Path) -> None:
    files = layers(_small(), half=True) if form == "older half" else operations(_small(), form=form)
    found = open_checkpoint(_placed(tmp_path, *files))
    for name, kernel in (("conv2/3x3", "conv3"), ("inception_4a/5x5", "4a/5x5"), ("loss3/classifier", "fc")):
        wanted = small_caffe_state()[f"{name}.weight"].numpy()
        largest = np.abs(wanted).reshape(len(wanted), -1).max(1).reshape(-1, *[1] * (wanted.ndim - 1))
        apart = np.abs(found.tensors[f"{kernel}.weight"].numpy() - wanted)
        assert (apart <= largest * (1e-3 if "half" in form else 0.5 / LEVELS + 1e-5)).all()
    assert any(words in line for line in found.provenance.converted)
    quantised = [note for note in found.provenance.notes if "quantised" in note]
    assert len(quantised) == (words == "int8")


def test_a_mean_in_the_graph_is_the_convention(tmp_path: Path) -> None:
    found = open_checkpoint(_placed(tmp_path, *operations(_small(), mean=(104, 117, 123))))
    assert (found.convention.mean, found.convention.order) == ((104.0, 117.0, 123.0), "bgr")
    assert found.convention_source == "the file's graph"


@pytest.mark.parametrize("place", ["rt_info><conversion_parameters", "meta_data><cli_parameters"])
def test_channels_that_the_converter_exchanged_are_read_red_first(place: str, tmp_path: Path) -> None:
    words = place.split("><")
    told = f'<{place}><reverse_input_channels value="True"/></{words[1]}></{words[0]}>'
    found = open_checkpoint(_placed(tmp_path, *operations(_small(), more=told)))
    assert (found.convention.order, found.convention.mean) == ("rgb", (123.0, 117.0, 104.0))
    assert "exchanged" in found.convention_source


def test_a_value_rounded_between_layers_is_left_out_but_its_cut_at_zero_is_not(tmp_path: Path) -> None:
    """Quantised networks round behind every layer; where that begins at 0 it is the rectifier."""
    plain = operations(_small())
    path = _placed(tmp_path, *plain)
    wanted = open_checkpoint(path)
    text = plain[0]
    at = text.index('type="ReLU"')
    layer = text[text.rindex("<layer", 0, at) : text.index("</layer>", at)]
    number = layer.split('"')[1]
    bounds = np.array([0, 6], "<f4").tobytes()
    more = "".join(
        f'<layer id="{9000 + place}" name="bound{place}" type="Const" version="opset1">'
        f'<data element_type="f32" shape="" offset="{len(plain[1]) + 4 * place}" size="4"/>'
        '<output><port id="0"/></output></layer>'
        for place in (0, 1)
    )
    edges = "".join(
        f'<edge from-layer="{9000 + place % 2}" from-port="0" to-layer="{number}" to-port="{place + 1}"/>'
        for place in range(4)
    )
    ports = "".join(f'<port id="{place}"/>' for place in range(5))
    rounding = layer.replace('type="ReLU"', 'type="FakeQuantize"').split(">")[0] + '><data levels="256"/>'
    rounding += f'<input>{ports}</input><output><port id="5"/></output>'
    text = text.replace(layer, rounding).replace("<layers>", f"<layers>{more}")
    text = text.replace(f'from-layer="{number}" from-port="1"', f'from-layer="{number}" from-port="5"')
    path.write_text(text.replace("</edges>", f"{edges}</edges>"))
    path.with_suffix(".bin").write_bytes(plain[1] + bounds)
    found = open_checkpoint(path)
    assert found.architecture == wanted.architecture
    assert any("rounds the values between its layers" in note for note in found.provenance.notes)


# What is refused, or harmless


def _net(inside: str, *, before: str = "") -> str:
    return f'<?xml version="1.0"?>\n{before}<net name="a" version="11">{inside}</net>'


def _constant(**told: object) -> str:
    data = " ".join(f'{word}="{value}"' for word, value in told.items())
    return _net(
        f'<layers><layer id="0" name="a" type="Const"><data {data}/><output><port id="0"/></output></layer>'
        "</layers>"
    )


_BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
LYING = {
    "entities behind it": (f'<net version="11"/><!DOCTYPE net [<!ENTITY l0 "a">{_BOMB}]>', b"", "not XML"),
    "an unknown entity": (_net("&l11;"), b"", "not XML"),
    "no layers": (_net("<layers/>"), b"", "of no network"),
    "nested without end": (_net("<a>" * 5000 + "</a>" * 5000), b"", "nested too deep"),
    "cut in a tag": (_net("<layers><layer id=")[:-9], b"", "incomplete"),
    "cut between tags": ('<net version="11"><layers>', b"", "incomplete"),
    "another tag": ('<net version="11"><layers></net>', b"", "not XML"),
    "numbers beyond the file": (
        _constant(element_type="f32", shape="2", offset=4, size=8),
        bytes(8),
        r"incomplete.*8 bytes",
    ),
    "a place below all": (_constant(element_type="f32", shape="2", offset=-1, size=8), bytes(8), "nowhere"),
    "sides beyond all": (
        _constant(element_type="f32", shape="99999999999,99999999999", offset=0, size=8),
        bytes(8),
        "not what its shape takes",
    ),
    "more digits than a number has": (
        _constant(element_type="f32", shape="2", offset="9" * 5000, size=8),
        bytes(8),
        "nowhere",
    ),
    "elements without end": (_net("<a/>" * 400_000), b"", r"more than 250\s000 values"),
    "too large a text": (_net(" " * (9 << 20)), b"", "far more than a network's"),
    "another alphabet": (_net("<layers/>").replace("?>", ' encoding="rot13"?>'), b"", "of no network"),
}


@pytest.mark.parametrize("kind", LYING)
def test_descriptions_that_lie_are_refused_in_a_sentence(kind: str, tmp_path: Path) -> None:
    description, data, words = LYING[kind]
    with pytest.raises(CheckpointError, match=words):
        open_checkpoint(_placed(tmp_path, description, data))


def test_declared_types_and_entities_are_refused(tmp_path: Path) -> None:
    declared = f'<?xml version="1.0"?><!DOCTYPE net [<!ENTITY l0 "a">{_BOMB}]><net version="11">&l11;</net>'
    (path := tmp_path / "googlenet.xml").write_text(declared)
    with pytest.raises(CheckpointError, match="text in XML"):
        open_checkpoint(path)
    with FileSource(path) as source, pytest.raises(CheckpointError, match="declares types or entities"):
        read_description(source)


def test_the_other_file_is_asked_for(tmp_path: Path) -> None:
    (path := tmp_path / "googlenet.xml").write_text(operations(_small())[0])
    with pytest.raises(CheckpointError, match=r"googlenet\.bin, which is not beside it"):
        open_checkpoint(path)


def test_cut_numbers_are_incomplete(tmp_path: Path) -> None:
    description, data = operations(_small())
    with pytest.raises(CheckpointError, match=r"incomplete.*Its numbers take"):
        open_checkpoint(_placed(tmp_path, description, data[: len(data) // 2]))


# What OpenVINO itself writes and reads


def _softmax(logits: Array) -> Array:
    return torch.softmax(torch.as_tensor(logits), -1).numpy()


@pytest.mark.parametrize("form", ["float", "half", "bytes", "levels"])
def test_openvino_itself_reads_the_same_network_from_these_files(form: str, tmp_path: Path) -> None:
    openvino = pytest.importorskip("openvino")
    path = _placed(tmp_path, *operations(_steps(), form=form))
    core, picture = openvino.Core(), sample("caffe", heads=False).picture
    network = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    theirs = next(iter(network([picture.numpy()]).values()))[0]
    ours = GoogLeNet.from_checkpoint(open_checkpoint(path))(picture)["logits"]
    assert np.abs(_softmax(ours) - theirs).max() <= 1e-5


@pytest.mark.parametrize("half", [False, True])
def test_what_openvino_converts_is_the_network_it_was(half: bool, tmp_path: Path) -> None:
    """From torchvision's definition, whose norms the converter works into the convolutions."""
    openvino = pytest.importorskip("openvino")
    expected = sample("torchvision", heads=False)
    model = openvino.convert_model(expected.model, example_input=expected.picture)
    openvino.save_model(model, path := tmp_path / "net.xml", compress_to_fp16=half)
    found = open_checkpoint(path)
    assert (found.provenance.family, found.provenance.assumed) == ("torchvision", {})
    if half:
        assert any("float16" in line for line in found.provenance.converted)
    else:
        assert_same_numbers(found, expected)
