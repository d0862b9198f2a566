"""The real files that this program is about."""

import json
from pathlib import Path

import numpy as np

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.network.architecture import Convolution, Pool, ResponseNorm


def test_the_bvlc_file_opens_as_what_it_is(bvlc: Path) -> None:
    found = open_checkpoint(bvlc)
    assert found.architecture.family == "caffe"
    assert found.architecture.classes == 1000
    assert found.architecture.module("3a").branch("5x5").kernel == 5
    assert found.provenance.recognised_by == "names"
    assert found.provenance.container == "caffemodel, current layers"
    assert found.provenance.missing == ("aux1", "aux2")
    assert not found.heads["aux1"].present
    assert found.convention.name == "caffe"
    assert found.labels.names[281] == "tabby"
    stem = [layer for layer in found.architecture.stem if not isinstance(layer, Convolution)]
    assert [type(layer) for layer in stem] == [Pool, ResponseNorm, ResponseNorm, Pool]


def test_the_bundled_file_opens_with_names_convention_and_heads(bundled: Path) -> None:
    found = open_checkpoint(bundled)
    assert found.architecture.family == "torchvision"
    assert found.architecture.module("3a").branch("5x5").kernel == 3
    assert found.labels.names == tuple(json.loads(found.provenance.metadata["labels"]))
    assert found.convention_source == "the file's metadata"
    assert (found.convention.size, found.convention.crop) == (144, 144)
    assert found.convention.interpolation == "bicubic"
    for head in ("main", "aux1", "aux2"):
        assert found.heads[head].present
        assert found.heads[head].trained
    assert "from float16 to float32" in found.provenance.converted[0]


def test_the_weights_are_those_that_safetensors_reads(bundled: Path) -> None:
    from safetensors.numpy import load_file

    stored, found = load_file(bundled), open_checkpoint(bundled)
    assert np.array_equal(
        found.tensors["4a/5x5.weight"].numpy(),
        stored["inception4a.branch3.1.conv.weight"].astype(np.float32),
    )
    assert np.array_equal(
        found.tensors["aux2/conv.norm.variance"].numpy(),
        stored["aux2.conv.bn.running_var"].astype(np.float32),
    )
