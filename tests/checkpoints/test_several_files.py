"""Checkpoints that lie in several files or entries open as if they were one."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.distributed.checkpoint.default_planner import DefaultSavePlanner
from torch.distributed.checkpoint.metadata import ChunkStorageMetadata, MetadataIndex
from torch.distributed.checkpoint.planner import SavePlan, TensorWriteData, WriteItem, WriteItemType
from torch.distributed.checkpoint.state_dict_saver import save as save_distributed
from typing_extensions import override

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from tests.checkpoints import writing
from tests.checkpoints.samples import assert_same_numbers, assert_same_tensors, observed, sample
from tests.oracles import ORACLES

State = dict[str, Tensor]


def plain(state: State, folder: Path) -> Checkpoint:
    torch.save(state, path := folder / "plain.pth")
    return open_checkpoint(path)


# Shards with an index (Hugging Face)


def sharded(state: State, folder: Path, ending: str = "safetensors") -> Path:
    """Two files and their index, named as Hugging Face names them."""
    folder.mkdir(exist_ok=True)
    stem = "model" if ending == "safetensors" else "pytorch_model"
    names, places = list(state), dict[str, str]()
    for number, part in enumerate((names[::2], names[1::2]), 1):
        file = f"{stem}-{number:05}-of-00002.{ending}"
        piece = {name: state[name].contiguous() for name in part}
        if ending == "safetensors":
            save_file(piece, folder / file)
        else:
            torch.save(piece, folder / file)
        places |= dict.fromkeys(part, file)
    index = {"metadata": {"total_size": 1}, "weight_map": dict(sorted(places.items()))}
    (path := folder / f"{stem}.{ending}.index.json").write_text(json.dumps(index, indent=2))
    return path


@pytest.mark.parametrize("ending", ["safetensors", "bin"])
def test_shards_open_by_their_index_a_shard_or_the_folder(ending: str, tmp_path: Path) -> None:
    state = sample("torchvision").state
    index = sharded(state, tmp_path / "hub", ending)
    expected = plain(state, tmp_path)
    shard = next(index.parent.glob(f"*-00002-of-00002.{ending}"))
    found = [open_checkpoint(path) for path in (index, shard, index.parent)]
    for one in found:
        assert_same_tensors(one, expected)
        assert "in 2 files" in one.provenance.container
    assert found[0].provenance.sha256 == found[2].provenance.sha256


def test_other_weights_under_the_same_index_have_another_hash(tmp_path: Path) -> None:
    state = sample("tutorial").state
    first = open_checkpoint(sharded(state, tmp_path / "one")).provenance.sha256
    other = {name: value + 1 for name, value in state.items()}
    assert open_checkpoint(sharded(other, tmp_path / "two")).provenance.sha256 != first


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    index = sharded(sample("tutorial").state, tmp_path / "hub")
    (index.parent / "model-00002-of-00002.safetensors").unlink()
    for path in (index, index.parent / "model-00001-of-00002.safetensors"):
        with pytest.raises(CheckpointError, match=r"model-00002-of-00002\.safetensors, which is not there"):
            open_checkpoint(path)


def test_a_shard_without_its_index_is_called_one(tmp_path: Path) -> None:
    index = sharded(sample("tutorial").state, tmp_path / "hub")
    index.unlink()
    with pytest.raises(CheckpointError, match=r"one of 2 files.*model\.safetensors\.index\.json") as caught:
        open_checkpoint(index.parent / "model-00001-of-00002.safetensors")
    assert "open any of them" in caught.value.todo


def test_a_shard_that_could_be_a_network_is_never_taken_for_one(tmp_path: Path) -> None:
    """All weights without the biases would open, and answer wrongly."""
    weights = {name: value for name, value in sample("tutorial").state.items() if value.dim() > 1}
    save_file(weights, path := tmp_path / "model-00001-of-00002.safetensors")
    with pytest.raises(CheckpointError, match="one of 2 files"):
        open_checkpoint(path)
    save_file(sample("tutorial").state, path := tmp_path / "model-00001-of-00001.safetensors")
    assert_same_tensors(open_checkpoint(path), plain(sample("tutorial").state, tmp_path))


@pytest.mark.parametrize("place", ["../x.safetensors", "/etc/passwd", "", 3, "a\0b", "x" * 999])
def test_an_index_cannot_lead_out_of_its_folder(place: object, tmp_path: Path) -> None:
    (path := tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": place}}))
    with pytest.raises(CheckpointError):
        open_checkpoint(path)


def test_an_index_that_names_what_is_not_there(tmp_path: Path) -> None:
    index = sharded(sample("tutorial").state, tmp_path / "hub")
    table = json.loads(index.read_text())
    table["weight_map"]["fc.extra"] = "model-00001-of-00002.safetensors"
    index.write_text(json.dumps(table))
    with pytest.raises(CheckpointError, match=r"00001-of-00002\.safetensors has no fc\.extra"):
        open_checkpoint(index)


def test_names_of_a_hub_folders_settings(tmp_path: Path) -> None:
    save_file(sample("tutorial").state, tmp_path / "model.safetensors")
    names = {str(index): f"thing {index}" for index in range(7)}
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "googlenet", "id2label": names}))
    found = open_checkpoint(tmp_path)
    assert found.labels.names == tuple(names.values())
    assert found.labels.source == "config.json"
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "googlenet"}))
    found = open_checkpoint(tmp_path)
    assert found.labels.names[0] == "class 0"
    assert not any("config.json" in note for note in found.provenance.notes)


def test_a_core_ml_package_is_called_one_as_a_folder_and_zipped(tmp_path: Path) -> None:
    inside = tmp_path / "p.mlpackage" / "Data" / "com.apple.CoreML" / "model.mlmodel"
    inside.parent.mkdir(parents=True)
    described = writing.message(2, writing.message(1, writing.text(1, "image")))
    inside.write_bytes(writing.number(1, 8) + described + writing.message(502, b""))
    (tmp_path / "p.mlpackage" / "Manifest.json").write_text("{}")
    zipped = Path(shutil.make_archive(str(tmp_path / "p"), "zip", tmp_path, "p.mlpackage"))
    for path in (tmp_path / "p.mlpackage", zipped):
        with pytest.raises(CheckpointError, match=r"Core ML.*an ML Program"):
            open_checkpoint(path)


def test_any_other_folder_is_refused_as_one(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="is a folder"):
        open_checkpoint(tmp_path)


# torch.distributed.checkpoint


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    save_distributed({"model": sample("torchvision").state, "step": 3}, checkpoint_id=tmp_path / "step-3")
    return tmp_path / "step-3"


@pytest.mark.filterwarnings("ignore")
def test_a_distributed_checkpoint_opens_by_any_of_its_files(checkpoint: Path, tmp_path: Path) -> None:
    expected = plain(sample("torchvision").state, tmp_path)
    for path in (checkpoint, checkpoint / ".metadata", checkpoint / "__0_0.distcp"):
        found = open_checkpoint(path)
        assert_same_tensors(found, expected)
        assert found.provenance.container == "a distributed checkpoint in 1 files"
        assert found.provenance.wrappers == ("model",)


@pytest.mark.filterwarnings("ignore")
def test_what_is_missing_of_a_distributed_checkpoint_is_named(checkpoint: Path) -> None:
    shard = checkpoint / "__0_0.distcp"
    (checkpoint / ".metadata").rename(checkpoint / "metadata")
    with pytest.raises(CheckpointError, match=r"one file of a distributed checkpoint\. \.metadata"):
        open_checkpoint(shard)
    (checkpoint / "metadata").rename(checkpoint / ".metadata")
    shard.write_bytes(shard.read_bytes()[:-5000])
    with pytest.raises(CheckpointError, match=r"cannot be opened: the file is (damaged|incomplete)"):
        open_checkpoint(shard)
    shard.unlink()
    with pytest.raises(CheckpointError, match=r"__0_0\.distcp, which is not there"):
        open_checkpoint(checkpoint)


class Halves(DefaultSavePlanner):
    """Saves each kernel of the stem as two pieces, as two machines would."""

    @override
    def create_local_plan(self) -> SavePlan:
        plan = super().create_local_plan()
        items = []
        for item in plan.items:
            tensor = self.state_dict[item.index.fqn]
            if tensor.dim() != 4 or not item.index.fqn.startswith("layer_1"):
                items.append(item)
                continue
            assert item.tensor_data is not None
            half = tensor.shape[0] // 2
            for start, count in ((0, half), (half, tensor.shape[0] - half)):
                offset = torch.Size((start, 0, 0, 0))
                chunk = ChunkStorageMetadata(offset, torch.Size((count, *tensor.shape[1:])))
                data = TensorWriteData(chunk, item.tensor_data.properties, tensor.shape)
                items.append(
                    WriteItem(MetadataIndex(item.index.fqn, offset), WriteItemType.SHARD, tensor_data=data)
                )
        plan.items[:] = items
        return plan

    @override
    def resolve_data(self, write_item: WriteItem) -> torch.Tensor | io.BytesIO:
        tensor = self.state_dict[write_item.index.fqn]
        chunk = write_item.tensor_data.chunk if write_item.tensor_data else None
        if chunk is None or chunk.sizes == tensor.shape:
            return super().resolve_data(write_item)
        return tensor[chunk.offsets[0] : chunk.offsets[0] + chunk.sizes[0]].clone()


@pytest.mark.filterwarnings("ignore")
def test_pieces_of_a_tensor_are_joined(tmp_path: Path) -> None:
    state = sample("tutorial").state
    save_distributed(state, checkpoint_id=tmp_path / "halves", planner=Halves())
    found = open_checkpoint(tmp_path / "halves")
    assert "2 tensors put together: pieces joined" in found.provenance.converted
    assert_same_tensors(found, plain(state, tmp_path))


# torch.export


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, nn.Module]:
    model = ORACLES["tutorial"].make(0, classes=5).eval()
    picture = torch.zeros(1, 3, ORACLES["tutorial"].size, ORACLES["tutorial"].size)
    # torch 2.6 is strict unless told; it then follows PySide's imports too, and cannot
    program = torch.export.export(model, (picture,), strict=False)
    torch.export.save(program, path := tmp_path_factory.mktemp("export") / "net.pt2")
    return path, model


@pytest.mark.filterwarnings("ignore")
def test_an_exported_program_opens_with_its_weights(exported: tuple[Path, nn.Module]) -> None:
    path, model = exported
    found = open_checkpoint(path)
    assert found.provenance.container == "torch.export"
    assert_same_numbers(found, observed(ORACLES["tutorial"], model))


def test_the_older_archive_of_an_exported_program(tmp_path: Path) -> None:
    state = sample("tutorial").state
    torch.save(state, inner := tmp_path / "state.pt")
    with zipfile.ZipFile(path := tmp_path / "old.pt2", "w") as archive:
        archive.writestr("serialized_exported_program.json", "{}")
        archive.write(inner, "serialized_state_dict.pt")
        archive.writestr("version", "5.1")
    assert_same_tensors(open_checkpoint(path), plain(state, tmp_path))


@pytest.mark.filterwarnings("ignore")
def test_an_exported_program_with_a_false_description_is_damaged(
    exported: tuple[Path, nn.Module], tmp_path: Path
) -> None:
    with zipfile.ZipFile(exported[0]) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    if "serialized_state_dict.pt" in entries:
        pytest.skip("this torch, as 2.6 does, writes the older archive, which has no such description")
    [config] = [name for name in entries if name.endswith("model_weights_config.json")]
    first = next(iter(json.loads(entries[config])["config"]))

    def changed(change: Callable[[dict[str, Any]], object]) -> Path:
        table = json.loads(entries[config])
        change(table["config"][first])
        with zipfile.ZipFile(path := tmp_path / "changed.pt2", "w") as archive:
            for name, data in entries.items():
                archive.writestr(name, json.dumps(table) if name == config else data)
        return path

    changes = [
        lambda told: told.update(path_name="gone"),
        lambda told: told["tensor_meta"].update(sizes=[{"as_int": 10**9}] * 4),
        lambda told: told["tensor_meta"].update(sizes=[{"as_int": -1}] * 4),
        lambda told: told["tensor_meta"].update(sizes=["x"]),
        lambda told: told["tensor_meta"].update(storage_offset={"as_int": 10**9}),
        lambda told: told.pop("tensor_meta"),
    ]
    for change in changes:
        with pytest.raises(CheckpointError, match=r"damaged|does not read pictures"):
            open_checkpoint(changed(change))
