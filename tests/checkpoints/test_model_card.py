"""What a file says of itself."""

import json

import pytest
from safetensors import safe_open

from gnet_desktop.checkpoints.describing.model_card import model_card
from gnet_desktop.resources import bundled_checkpoint


def test_texts_stand_in_their_order_on_one_line_each() -> None:
    found = model_card(
        {"license": "MIT", "training": "from  scratch\n60 epochs", "labels": "[]", "limits": ""}
    )
    assert found == (("training", "from scratch 60 epochs"), ("licence", "MIT"))


def test_long_texts_are_cut_visibly() -> None:
    ((_, words),) = model_card({"description": "word " * 1000})
    assert len(words) == 600
    assert words.endswith("…")


def test_what_the_bundled_checkpoint_says_of_itself_is_shown_whole() -> None:
    with safe_open(bundled_checkpoint(), "np") as file:
        metadata = file.metadata()
    words = dict(model_card(metadata))
    assert words["training"] == metadata["training"]
    assert not any("…" in text for text in words.values())


def test_figures_are_told_by_head() -> None:
    heads = {
        "aux1": {"val_top1": 60.04, "val_top5": 85},
        "main": {"val_top1": 72.3, "val_top5": 91.0, "photos_top1": 75.0, "photos_top5": 93.75},
    }
    assert model_card({"figures": json.dumps(heads)}) == (
        (
            "main is right",
            "72.3 % of validation pictures, 91.0 % within five; 75.0 % of photos, 93.8 % within five",
        ),
        ("aux1 is right", "60.0 % of validation pictures, 85.0 % within five"),
    )


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[1]", '{"main": 3}', '{"main": {"val_top1": "many", "val_top5": 5}}'),
        *('{"main": {"val_top1": NaN, "val_top5": 1e999}}', '{"main": {"val_top1": 700, "val_top5": 5}}'),
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_figures_that_are_none_are_left_out(text: str) -> None:
    assert model_card({"figures": text}) == ()
