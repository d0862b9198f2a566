"""TensorFlow's checkpoints of both formats, under the names of slim and of TensorFlow 2's objects."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from tests.checkpoints import writing
from tests.checkpoints.samples import assert_same_numbers, sample
from tests.checkpoints.tables import Array, Pack, bundle, first_format, object_graph, plain, snapped, table

State = Mapping[str, Array]


def _slim() -> dict[str, Array]:
    return {name: tensor.numpy() for name, tensor in sample("slim").state.items()}


def _placed(folder: Path, index: bytes, files: list[bytes], stem: str = "model.ckpt-5") -> Path:
    folder.mkdir(exist_ok=True)
    for place, data in enumerate(files):
        (folder / f"{stem}.data-{place:05d}-of-{len(files):05d}").write_bytes(data)
    (path := folder / f"{stem}.index").write_bytes(index)
    return path


def _is_slim(found: Checkpoint) -> None:
    assert (found.provenance.family, found.provenance.recognised_by) == ("slim", "names")
    assert found.provenance.left_over == ()
    assert_same_numbers(found, sample("slim"))


PACKINGS = {"plain": plain, "snappy": snapped}


@pytest.mark.parametrize("as_content", [False, True])
@pytest.mark.parametrize("packing", PACKINGS)
def test_the_first_format_in_one_file(packing: str, as_content: bool, tmp_path: Path) -> None:
    data = first_format(_slim(), pack=PACKINGS[packing], as_content=as_content)
    (path := tmp_path / "inception_v1.ckpt").write_bytes(data)
    found = open_checkpoint(path)
    assert found.provenance.container == "TensorFlow checkpoint of the first format"
    _is_slim(found)


def test_slims_archive_opens_as_it_was_published(tmp_path: Path) -> None:
    data = first_format(_slim())
    with tarfile.open(
        path := tmp_path / "inception_v1_2016_08_28.tar.gz", "w:gz", compresslevel=1
    ) as archive:
        entry = tarfile.TarInfo("inception_v1.ckpt")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    _is_slim(open_checkpoint(path))


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("shards", [1, 3])
def test_the_second_format_by_any_of_its_files(shards: int, packing: str, tmp_path: Path) -> None:
    path = _placed(tmp_path, *bundle(_slim(), shards=shards, pack=PACKINGS[packing]))
    (tmp_path / "model.ckpt-5.meta").write_bytes(
        writing.message(1, writing.text(4, "serve") + writing.text(5, "2"))
    )
    for ending in (".index", f".data-{shards - 1:05d}-of-{shards:05d}", ".meta"):
        found = open_checkpoint(path.with_name(f"model.ckpt-5{ending}"))
        assert found.provenance.container == f"TensorFlow checkpoint in {shards + 1} files"
        _is_slim(found)


def test_a_saved_model_opens_by_its_folder_and_its_files(tmp_path: Path) -> None:
    index = _placed(tmp_path / "variables", *bundle(_slim()), stem="variables")
    meta = writing.message(1, writing.text(4, "serve")) + writing.message(2, b"")
    (tmp_path / "saved_model.pb").write_bytes(writing.number(1, 1) + writing.message(2, meta))
    for path in (tmp_path, tmp_path / "variables", tmp_path / "saved_model.pb", index):
        _is_slim(open_checkpoint(path))


def test_half_precision_and_doubles(tmp_path: Path) -> None:
    state = {
        name: array.astype(np.float16 if array.ndim == 4 else np.float64) for name, array in _slim().items()
    }
    (path := tmp_path / "first.ckpt").write_bytes(first_format(state))
    first, second = open_checkpoint(path), open_checkpoint(_placed(tmp_path, *bundle(state)))
    wanted = state["InceptionV1/Conv2d_1a_7x7/weights"].transpose(3, 2, 0, 1).astype(np.float32)
    for found in (first, second):
        assert np.array_equal(found.tensors["conv1.weight"].numpy(), wanted)


def _trained(state: State) -> dict[str, Array]:
    """With what a training keeps: averages and an optimiser's slots of every variable, a counter."""
    return {
        **state,
        **{f"{name}/ExponentialMovingAverage": array + 1 for name, array in state.items()},
        **{f"{name}/RMSProp{number}": array * 0 for name, array in state.items() for number in ("", "_1")},
        "beta1_power": np.array(0.9, np.float32),
        "global_step": np.array(10**6, np.int64),
    }


@pytest.mark.parametrize("form", ["first", "second"])
def test_a_trainings_state_is_passed_over_and_its_averages_are_offered(form: str, tmp_path: Path) -> None:
    state = _trained(_slim())
    if form == "first":
        (path := tmp_path / "model.ckpt-1000000").write_bytes(first_format(state))
    else:
        path = _placed(tmp_path, *bundle(state))
    found = open_checkpoint(path)
    _is_slim(found)
    assert found.provenance.sets == ("top", "ema")
    counted = {word.rpartition(" ")[2]: number for word, number in found.provenance.beside.items()}
    assert counted == {"weights": 230, "state": 461, "counters": 1}
    averaged = open_checkpoint(path, assume={"weights": "ema"})
    assert np.allclose(averaged.tensors["fc.bias"], found.tensors["fc.bias"] + 1)


def test_tensorflow_2s_objects_are_called_as_their_variables(tmp_path: Path) -> None:
    state = _slim()
    keys = {
        f"layer_with_weights-{place}/v/.ATTRIBUTES/VARIABLE_VALUE": name for place, name in enumerate(state)
    }
    slots = {
        f"{key}/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/VARIABLE_VALUE": name for key, name in keys.items()
    }
    counter = "save_counter/.ATTRIBUTES/VARIABLE_VALUE"
    found = {key: state[name] for key, name in (keys | slots).items()} | {counter: np.array(3, np.int64)}
    objects = object_graph(
        keys | {key: f"Adam/{name}/m" for key, name in slots.items()} | {counter: "save_counter"}
    )
    _is_slim(open_checkpoint(_placed(tmp_path, *bundle(found, objects=objects))))


ROLES = {
    "weights": "kernel",
    "biases": "bias",
    "beta": "beta",
    "moving_mean": "moving_mean",
    "moving_variance": "moving_variance",
}


@pytest.mark.parametrize("told", [True, False])
def test_objects_without_names_are_known_by_structure(told: bool, tmp_path: Path) -> None:
    """``told``: the program's objects are listed, with names that say nothing."""
    paths: dict[str, str] = {}
    keys: dict[str, str] = {}
    for name in _slim():
        layer, _, role = name.rpartition("/")
        path = paths.setdefault(layer, f"layer_with_weights-{len(paths)}")
        keys[name] = f"{path}/{ROLES[role]}/.ATTRIBUTES/VARIABLE_VALUE"
    objects = object_graph({key: key.split("/")[1] for key in keys.values()}) if told else b""
    state = {keys[name]: array for name, array in _slim().items()}
    found = open_checkpoint(_placed(tmp_path, *bundle(state, objects=objects)), assume={"family": "slim"})
    assert found.provenance.recognised_by == "structure"
    assert_same_numbers(found, sample("slim"))


def _table_with(pack: Pack) -> bytes:
    return table([(b"", writing.number(1, 1))], pack=pack)


DAMAGED = {
    "another program's": (table([(b"a", b"b")]), "sorted table of another program"),
    "empty": (table([]), "sorted table of another program"),
    "unknown packing": (_table_with(lambda data: (7, data)), "packed in an unknown way"),
    "no snappy": (_table_with(lambda data: (1, b"\x20" + data)), "cannot be unpacked"),
    "copies of nothing": (_table_with(lambda _: (1, b"\x20\x15\x09")), "cannot be unpacked"),
    "far too much": (_table_with(lambda _: (1, b"\xff\xff\xff\xff\x0f\0a")), "far more memory"),
    "cut in front": (first_format({"a": np.zeros(3, np.float32)})[20:], "damaged|incomplete"),
    "a table's end": (bytes(60) + bytes.fromhex("57fb808b247547db"), "damaged"),
    "the index alone": (bundle({"a": np.zeros(3, np.float32)})[0], "which is not there"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_what_is_no_whole_checkpoint_is_refused_in_a_sentence(kind: str, tmp_path: Path) -> None:
    data, words = DAMAGED[kind]
    (path := tmp_path / "net.index").write_bytes(data)
    with pytest.raises(CheckpointError, match=words):
        open_checkpoint(path)


def test_a_cut_checkpoint_is_called_one(tmp_path: Path) -> None:
    (path := tmp_path / "inception_v1.ckpt").write_bytes(first_format(_slim())[:100_000])
    with pytest.raises(CheckpointError, match=r"beginning of a TensorFlow checkpoint.*Download"):
        open_checkpoint(path)
    index, [numbers] = bundle(_slim())
    path = _placed(tmp_path, index, [numbers[:-5]])
    with pytest.raises(CheckpointError, match=r"damaged.*asks for"):
        open_checkpoint(path)
    path.write_bytes(index[:-60])
    with pytest.raises(CheckpointError, match="beginning of a TensorFlow checkpoint"):
        open_checkpoint(path)


def test_numbers_without_their_index_and_pieces_of_variables_are_named(tmp_path: Path) -> None:
    (path := tmp_path / "model.ckpt.data-00000-of-00001").write_bytes(bytes(9))
    with pytest.raises(CheckpointError, match=r"without their names.*model\.ckpt\.index"):
        open_checkpoint(path)
    entry = writing.number(1, 1) + writing.message(7, b"")
    index = table([(b"", writing.number(1, 1)), (b"logits/weights", entry)])
    with pytest.raises(CheckpointError, match="logits/weights is stored in pieces"):
        open_checkpoint(_placed(tmp_path, index, [b""]))


@pytest.mark.parametrize("header", [writing.number(1, 1) + writing.number(2, 1), writing.number(1, 10**9)])
def test_an_index_that_says_what_none_does_is_damaged(header: bytes, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="damaged"):
        open_checkpoint(_placed(tmp_path, table([(b"", header)]), [b""]))
