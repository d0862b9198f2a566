"""Counting piece by piece finds what counting at once does."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnet_desktop import counting
from gnet_desktop.counting import has_digits_in_a_row, how_often


@pytest.fixture(autouse=True)
def _short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_PIECE", 5)


@given(st.text(alphabet=",[{ab9", max_size=60))
def test_marks_are_counted_across_the_pieces(text: str) -> None:
    assert how_often(text, ",[", most=1000) == text.count(",") + text.count("[")


def test_counting_ends_a_piece_after_there_are_too_many() -> None:
    assert 12 < how_often("," * 1000, ",", most=12) <= 20


@given(st.text(alphabet="19a", max_size=60))
def test_digits_in_a_row_are_found_wherever_they_begin(text: str) -> None:
    for count in (2, 4, 5, 9):
        assert has_digits_in_a_row(text, count) == (re.search(f"[0-9]{{{count}}}", text) is not None)
