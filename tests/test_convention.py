"""Input conventions: names, --preprocess, words."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnet_desktop.convention import CONVENTIONS, Convention, describe, parse_convention
from gnet_desktop.errors import GNetError, UsageError


@pytest.mark.parametrize("name", CONVENTIONS)
def test_every_name_is_its_convention(name: str) -> None:
    assert parse_convention(name) == CONVENTIONS[name]


@pytest.mark.parametrize("mean", ["104:117:123", "104,117,123", "104 117 123"])
def test_pairs_change_a_named_convention(mean: str) -> None:
    parsed = parse_convention(
        f"resize=256,crop=224,mean={mean},std=1,order=bgr,range=255,mode=exact,profile=stored"
    )
    assert parsed == CONVENTIONS["caffe"].changed()
    assert parsed.name == "custom"


def test_one_value_stands_for_all_channels() -> None:
    assert parse_convention("mean=0.5,std=0.5").mean == (0.5, 0.5, 0.5)


def test_pairs_after_a_name_change_that_one() -> None:
    parsed = parse_convention("torchvision,transform_input=on", CONVENTIONS["caffe"])
    assert parsed == CONVENTIONS["torchvision"].changed(transform_input=True)


@pytest.mark.parametrize(
    "text",
    ["no such", "mean=1:2", "std=0", "std=-1", "range=nan", "crop=0", "resize=99999", "order=gbr",
     "colour=red", "mode=exact,resize=200,crop=224", "transform_input=maybe", "mean="],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_words(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_convention(text)
    assert str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_a_convention_or_a_sentence(text: str) -> None:
    with suppress(GNetError):
        assert isinstance(parse_convention(text), Convention)


def test_words_for_the_caffe_convention() -> None:
    assert describe(CONVENTIONS["caffe"]) == [
        ("resize", "256 × 256"),
        ("crop", "224"),
        ("order", "BGR"),
        ("range", "255"),
        ("mean", "104 117 123"),
        ("std", "1"),
        ("colours", "as stored"),
    ]
