"""`ablate` and `explain`: what they print holds against the pass and against each other."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.cli import main
from gnet_desktop.inspection.attribution import trust as trusting
from tests.once import once


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main([*arguments, "--format", "json", "--device", "cpu"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def goldfish(shared: Path) -> str:
    return str(shared / "images" / "goldfish.jpg")


def test_without_says_what_a_pass_without_the_part_says(
    goldfish: str, bundled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """torchvision's own network with a hook that writes zeros."""
    import torch
    from safetensors.torch import load_file
    from torchvision.models import GoogLeNet as Torchvision

    from gnet_desktop.checkpoints.reading import open_checkpoint
    from gnet_desktop.pictures.decoding import read_picture
    from gnet_desktop.pictures.preparation import prepare

    (found,) = printed(capsys, "ablate", goldfish, "--part", "4e/5x5", "--top", "3")
    checkpoint = open_checkpoint(bundled)
    model = Torchvision(num_classes=checkpoint.architecture.classes, aux_logits=True, init_weights=False)
    model.load_state_dict({name: value.float() for name, value in load_file(bundled).items()})
    model.eval()
    model.inception4e.branch3.register_forward_hook(lambda layer, given, output: torch.zeros_like(output))
    prepared = prepare(read_picture(Path(goldfish)), checkpoint.convention)
    with torch.inference_mode():
        logits = model(prepared.tensor())[0] / checkpoint.heads["main"].temperature
    expected = torch.softmax(logits, 0)
    for row in found["answers"]["main"]:
        assert row["without"] == pytest.approx(float(expected[row["index"]]), abs=1e-4)
        assert row["difference"] == pytest.approx(row["without"] - row["probability"], abs=2e-6)
    assert all(row["difference"] == 0 for row in found["answers"]["aux1"])
    assert found["changes"][0]["altered"] > 0


def test_the_effect_of_each_branch_is_that_of_switching_it_off_alone(
    goldfish: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = printed(capsys, "ablate", goldfish, "--each", "branch")
    main_rows = [row for row in rows if row["head"] == "main"]
    assert len(main_rows) == 36
    sizes = [abs(row["logit_difference"]) for row in main_rows]
    assert sizes == sorted(sizes, reverse=True)
    strongest = main_rows[0]
    (alone,) = printed(
        capsys, "ablate", goldfish, "--part", strongest["part"], "--class", str(strongest["class"])
    )
    row = alone["answers"]["main"][0]
    assert row["logit_difference"] == pytest.approx(strongest["logit_difference"], abs=1e-4)
    assert row["difference"] == pytest.approx(strongest["probability_difference"], abs=1e-5)


def test_units_of_a_module_and_scaling(goldfish: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = printed(capsys, "ablate", goldfish, "--each", "unit", "--within", "5b")
    mine = {row["part"]: row for row in rows if row["head"] == "main"}
    explained = printed(capsys, "explain", goldfish, "--method", "contributions")[0]
    assert sum(-row["logit_difference"] for row in mine.values()) == pytest.approx(explained["sum"], rel=1e-3)
    (same,) = printed(capsys, "ablate", goldfish, "--part", "4a:3,11", "conv2", "--how", "scale=1")
    assert all(row["difference"] == 0 for row in same["answers"]["main"])


def test_what_another_picture_has_behind_all_modules_answers_as_that_picture(
    shared: Path, goldfish: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """From it alone, or as the mean over that one picture."""
    pizza = str(shared / "images" / "pizza.jpg")
    (said,) = printed(capsys, "classify", pizza, "--top", "1000")
    expected = {row["label"]: row["probability"] for row in said["answers"]["main"]}
    for how in ([f"from={pizza}"], ["usual", "--over", pizza]):
        (found,) = printed(capsys, "ablate", goldfish, "--part", "global_pool", "--how", *how)
        for row in found["answers"]["main"]:
            assert row["without"] == pytest.approx(expected[row["label"]], abs=2e-5)


def test_two_parts_changed_differently_show_how_far_both_differ_from_the_sum_of_each(
    goldfish: str, bundled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """torchvision's own network with hooks: zeros in one part, one and a half times itself in the other."""
    import torch
    from safetensors.torch import load_file
    from torchvision.models import GoogLeNet as Torchvision

    from gnet_desktop.checkpoints.reading import open_checkpoint
    from gnet_desktop.pictures.decoding import read_picture
    from gnet_desktop.pictures.preparation import prepare

    changed = ["--part", "4e/5x5", "5a/1x1", "--how", "off", "--how", "scale=1.5"]
    (found,) = printed(capsys, "ablate", goldfish, *changed)
    assert [one["how"] for one in found["changes"]] == ["off", "scale=1.5"]
    checkpoint = open_checkpoint(bundled)
    model = Torchvision(num_classes=checkpoint.architecture.classes, aux_logits=True, init_weights=False)
    model.load_state_dict({name: value.float() for name, value in load_file(bundled).items()})
    model.eval()
    given = prepare(read_picture(Path(goldfish)), checkpoint.convention).tensor()
    factors = {model.inception4e.branch3: 0.0, model.inception5a.branch1: 1.5}
    index = found["interaction"]["main"]["class"]

    def logit(*layers: torch.nn.Module) -> float:
        hooks = [
            layer.register_forward_hook(lambda layer, _, output: factors[layer] * output) for layer in layers
        ]
        with torch.inference_mode():
            said = float(model(given)[0, index])
        for hook in hooks:
            hook.remove()
        return said

    before = logit()
    each = [logit(layer) - before for layer in factors]
    assert found["interaction"]["main"]["both"] == pytest.approx(logit(*factors) - before, abs=1e-3)
    assert found["interaction"]["main"]["sum"] == pytest.approx(sum(each), abs=1e-3)
    assert found["interaction"]["aux1"] | {"class": 0, "label": ""} == {
        "class": 0,
        "label": "",
        "both": 0,
        "sum": 0,
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["--part", "4a", "4b", "4c", "--how", "off", "--how", "mean"],
        ["--part", "4a", "--how", "usual"],
        ["--part", "4a", "--over", "nowhere.png"],
        [],
        ["--part", "4a", "--each", "branch"],
        ["--part", "4z"],
        ["--part", "4a/5x5:9999"],
        ["--part", "4a", "--how", "scale=9"],
        ["--part", "4a", "--how", "gone"],
        ["--each", "unit"],
        ["--each", "branch", "--within", "4z"],
        ["--part", "4a", "--class", "no such thing"],
        ["--part", "4a", "--class", "100000"],
    ],
)
def test_what_cannot_be_asked_is_one_sentence_and_status_2(
    arguments: list[str], goldfish: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ablate", goldfish, *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_csv_and_text_hold_the_same_numbers(goldfish: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["ablate", goldfish, "--part", "5b", "--format", "csv", "--top", "1"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["head"] for row in rows} == {"main", "aux2", "aux1"}
    main(["ablate", goldfish, "--part", "5b", "--top", "1"])
    assert rows[0]["label"] in capsys.readouterr().out


def test_a_map_at_5b_sums_with_the_bias_to_the_logit(
    goldfish: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for method in ("contributions", "grad-cam"):
        (found,) = printed(capsys, "explain", goldfish, "--method", method)
        assert found["exact"]
        assert found["completeness_error"] < 1e-4
        assert found["label"] == "goldfish"
    (elsewhere,) = printed(capsys, "explain", goldfish, "--at", "4d", "--head", "aux2", "--class", "goldfish")
    assert not elsewhere["exact"]
    assert (elsewhere["head"], elsewhere["at"]) == ("aux2", "4d")


def test_integrated_gradients_say_how_complete_they_are(
    goldfish: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    array = tmp_path / "map.npy"
    (found,) = printed(capsys, "explain", goldfish, "--method", "integrated-gradients", "--out", str(array))
    values = np.load(array)
    assert list(values.shape) == found["map"]
    assert values.sum() == pytest.approx(found["sum"], rel=1e-3)
    assert found["completeness_error"] < 0.01
    assert found["randomisation"] is None


def test_trust_is_two_areas_and_correlations_under_shuffled_weights(
    goldfish: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("trust", "randomisation"):  # what takes long is worked out for the first of the two forms
        monkeypatch.setattr(trusting, name, once(getattr(trusting, name)))
    (found,) = printed(capsys, "explain", goldfish, "--trust")
    assert found["deletion"] < found["random_deletion"]
    assert list(found["randomisation"]) == ["fc", "5b", "4e", "4c", "4a"]
    assert all(-1 <= rank < 0.99 for rank in found["randomisation"].values())
    assert main(["explain", goldfish, "--trust"]) == 0
    assert "with shuffled weights, correlation with this map: fc " in capsys.readouterr().out


def test_the_map_over_the_photo_is_as_large_as_the_photo(goldfish: str, tmp_path: Path) -> None:
    out = tmp_path / "map.png"
    assert main(["explain", goldfish, "--out", str(out)]) == 0
    with Image.open(out) as written, Image.open(goldfish) as photo:
        assert written.size == photo.size


@pytest.mark.parametrize(
    "arguments",
    [["--at", "9z"], ["--head", "aux1", "--at", "5b"], ["--out", "a.gif"], ["--class", "nothing"]],
)
def test_what_cannot_be_explained_is_one_sentence_and_status_2(
    arguments: list[str], goldfish: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", goldfish, *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1
