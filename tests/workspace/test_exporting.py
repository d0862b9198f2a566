"""The files of one pass."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.errors import ExportError
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.exporting import save, save_result
from gnet_desktop.workspace.facts import answer_rows, describe, head_states, unit_facts
from tests.gui.answering import make_checkpoint
from tests.gui.made import World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(1)


def test_a_result_becomes_one_array_a_branch_and_a_record(world: World, tmp_path: Path) -> None:
    result = world.results[0]
    folder = tmp_path / "new" / "folder"
    assert save_result(result, folder) == 9 * 4 + 1
    record = json.loads((folder / "record.json").read_text())
    assert sorted([*record["arrays"], "record.json"]) == sorted(path.name for path in folder.iterdir())
    assert record["size"] == [335, 500]
    assert record["sha256"] == "0" * 64
    stored = np.load(folder / "4a_5x5.npy")
    assert stored.dtype == np.float32
    assert stored.flags.c_contiguous
    assert np.array_equal(stored, result.record["4a/5x5"])


def test_units_and_sheets_are_written_where_they_are_asked_for(world: World, tmp_path: Path) -> None:
    result = world.results[0]
    unit = Unit("4a", "3x3", 7)
    architecture = result.checkpoint.architecture
    written = save(tmp_path, ("png",), architecture, result.record, [unit], {})
    assert len(written) == 9 * 4 + 1 + 1
    sheet = Image.open(tmp_path / "4a_3x3.png")
    channels, height, width = result.record["4a/3x3"].shape
    columns = int(np.ceil(np.sqrt(channels)))
    rows = int(np.ceil(channels / columns))
    assert sheet.size == (columns * (width + 1), rows * (height + 1))
    assert Image.open(tmp_path / "4a_3x3_7.png").size == (width + 1, height + 1)


def test_the_largest_value_of_a_module_is_the_brightest_on_its_sheets(world: World, tmp_path: Path) -> None:
    record = world.results[0].record
    save(tmp_path, ("png",), world.loaded.checkpoint.architecture, record, [], {})
    sheets = {
        branch: np.asarray(Image.open(tmp_path / f"4a_{branch}.png").convert("L")).astype(int)
        for branch in ("1x1", "3x3", "5x5", "pool_proj")
    }
    largest = max(sheets, key=lambda branch: float(record[f"4a/{branch}"].max()))
    channel, row, column = np.unravel_index(
        int(record[f"4a/{largest}"].argmax()), record[f"4a/{largest}"].shape
    )
    columns = int(np.ceil(np.sqrt(len(record[f"4a/{largest}"]))))
    height, width = record["4a"].shape[1:]
    at = (channel // columns * (height + 1) + row, channel % columns * (width + 1) + column)
    ground = 255  # gaps are white, and so not among the maps' colours
    maps = [sheet[sheet != ground] for sheet in sheets.values()]
    ends = {min(one.min() for one in maps), max(one.max() for one in maps)}
    assert int(sheets[largest][at]) in ends


def test_a_place_that_cannot_be_written_leaves_nothing(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ExportError, match="Nothing was written"):
        save_result(world.results[0], tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# Facts


def test_facts_of_a_unit_are_plain_numbers() -> None:
    values = np.array([[0, 1, 0], [0, 0, 3]], np.float32)
    assert unit_facts(values) == {
        "mean": pytest.approx(4 / 6, rel=1e-8),
        "max": 3.0,
        "nonzero": pytest.approx(2 / 6, rel=1e-8),
        "peak": [1, 2],
        "shape": [2, 3],
    }


def test_answers_are_ranked_and_absent_heads_are_null() -> None:
    from tests.gui.answering import make_result

    result = make_result(make_checkpoint(heads=("aux2",)))
    rows = answer_rows(result.checkpoint, result.record.answers, 2)
    assert rows["aux1"] is None
    assert [row["label"] for row in rows["main"]] == ["Egyptian cat", "tabby"]
    assert [row["index"] for row in rows["aux2"]] == [0, 1]
    assert rows["main"][0]["probability"] == pytest.approx(0.79, abs=1e-6)


def test_names_that_do_not_fit_a_head_are_numbers() -> None:
    from tests.gui.answering import make_result

    result = make_result()
    few = make_checkpoint(names=("one", "two"))
    rows = answer_rows(few, result.record.answers, 1)
    assert rows["main"][0]["label"] == "class 0"


def test_heads_tell_what_the_file_tells() -> None:
    states = head_states(make_checkpoint(heads=("aux1",), trained=None))
    assert states["aux1"] == {"present": True, "trained": None}
    assert states["aux2"] == {"present": False, "trained": None}


def test_facts_of_a_pass_are_json_and_those_of_the_record(world: World) -> None:
    result = world.results[0]
    unit = Unit("4a", "3x3", 7)
    facts = json.loads(json.dumps(describe(result.checkpoint, result.convention, result.record, [unit])))
    assert list(facts["modules"]) == ["3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"]
    branch = facts["modules"]["4a"]["5x5"]
    values = result.record["4a/5x5"].astype(np.float64)
    assert branch["mean"] == pytest.approx(values.mean(), abs=1e-5)
    assert branch["max"] == pytest.approx(values.max(), abs=1e-5)
    assert branch["nonzero"] == pytest.approx(np.count_nonzero(values) / values.size, abs=1e-5)
    channel, mean = branch["strongest"][0]
    assert channel == int(values.mean(axis=(1, 2)).argmax())
    assert mean == pytest.approx(values[channel].mean(), abs=1e-5)
    assert facts["units"][unit.name]["shape"] == list(values.shape[1:])
    assert facts["input"] == [128, 128]
