"""Torch7's files are the network that the family's own definition is."""

from pathlib import Path

import pytest
import torch

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from tests.checkpoints import torch7_files as torch7
from tests.checkpoints.samples import assert_same_numbers, sample


@pytest.mark.parametrize("cuda", [True, False])
@pytest.mark.parametrize("flat", [True, False])
def test_a_whole_network_by_its_modules(flat: bool, cuda: bool, tmp_path: Path) -> None:
    """Kernels may be kept as matrices, tensors on a graphics card."""
    expected = sample("caffe", heads=False)
    data = torch7.saved(torch7.caffes(expected.model, flat=flat), cuda=cuda)
    (path := tmp_path / "googlenet.t7").write_bytes(data)
    found = open_checkpoint(path)
    assert found.provenance.container.startswith("Torch7, a whole network")
    assert found.provenance.family == "caffe"
    assert_same_numbers(found, expected)


@pytest.mark.parametrize("older", [True, False])
def test_batch_norms_of_both_editions(older: bool, tmp_path: Path) -> None:
    """Older ones keep the inverse of the deviation; pools and epsilons are the file's own."""
    expected = sample("torchvision", heads=False)
    network = torch7.torchvisions(expected.model, older=older)
    (path := tmp_path / "model_12.t7").write_bytes(torch7.saved({"epoch": 12, "model": network}))
    found = open_checkpoint(path)
    assert found.provenance.family == "torchvision"
    assert_same_numbers(found, expected)


def test_a_module_that_is_not_known_leaves_structure_to_tell(tmp_path: Path) -> None:
    expected = sample("caffe", heads=False)
    network = torch7.caffes(expected.model, flat=False)
    network["modules"].append(torch7.Module("nn.Mystery"))
    (path := tmp_path / "net.t7").write_bytes(torch7.saved(network))
    assert open_checkpoint(path).provenance.recognised_by == "structure"


@pytest.mark.parametrize("family", ["torchvision", "caffe"])
def test_a_table_of_tensors_by_name(family: str, tmp_path: Path) -> None:
    expected = sample(family)
    data = torch7.saved({"iteration": 3, "params": torch7.table(expected.state)})
    (path := tmp_path / "weights.t7").write_bytes(data)
    found = open_checkpoint(path)
    assert found.provenance.wrappers == ("params",)
    assert_same_numbers(found, expected)


def test_what_is_no_network_is_told(tmp_path: Path) -> None:
    (path := tmp_path / "table.t7").write_bytes(torch7.saved({"epoch": 3, "names": ["a", "b"]}))
    with pytest.raises(CheckpointError, match="Torch7 file without weights"):
        open_checkpoint(path)
    data = torch7.saved(torch7.table({"a.weight": torch.ones(64, 64)}))
    path.write_bytes(data[:-100])
    with pytest.raises(CheckpointError, match="incomplete"):
        open_checkpoint(path)
    path.write_bytes(b"4\n1\n3\nV 1\n13\nnn.Sequential\n")
    with pytest.raises(CheckpointError, match="Torch7 file in letters"):
        open_checkpoint(path)


def test_tables_that_hold_themselves_end(tmp_path: Path) -> None:
    around: dict[str, object] = {"weight": torch.ones(3, 3).numpy()}
    around["self"] = around
    (path := tmp_path / "round.t7").write_bytes(torch7.saved(around))
    with pytest.raises(CheckpointError):
        open_checkpoint(path)
    data = b"".join(
        b"\3\0\0\0" + number.to_bytes(4, "little") + b"\1\0\0\0\1\0\0\0" + bytes(8)
        for number in range(1, 5_000)
    )
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match="nested too deep"):
        open_checkpoint(path)
