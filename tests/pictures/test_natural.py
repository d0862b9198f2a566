"""Orders as people mean them, against natsort, and in pieces."""

import os
import random

from hypothesis import given
from hypothesis import strategies as st
from natsort import natsort_keygen, ns

from gnet_desktop.pictures.natural import gently_sorted, natural_key, natural_order

NAMES = st.lists(st.text("aAbB019.-_ éß", max_size=8), max_size=12)
ORACLE = natsort_keygen(alg=ns.IGNORECASE)


@given(NAMES)
def test_names_sort_as_natsort_sorts_them(names: list[str]) -> None:
    assert [natural_key(one) for one in sorted(names, key=ORACLE)] == sorted(map(natural_key, names))


def test_numbers_are_counted_whatever_their_length() -> None:
    names = [
        "img10.jpg",
        "img2.jpg",
        "img002.jpg",
        "IMG1.jpg",
        "img",
        "img9999999999999999999.jpg",
        "a-b",
    ]
    assert natural_order(names, str) == [
        "a-b",
        "img",
        "IMG1.jpg",
        "img002.jpg",
        "img2.jpg",
        "img10.jpg",
        "img9999999999999999999.jpg",
    ]


def test_a_name_that_is_no_utf8_has_its_place() -> None:
    odd = os.fsdecode(b"b\xe9.jpg")
    assert natural_order(["c.jpg", odd, "a.jpg"], str) == ["a.jpg", odd, "c.jpg"]


def test_many_things_are_in_order_and_alike_ones_in_theirs() -> None:
    numbers = random.Random(1).choices(range(50), k=20_000)
    things = list(enumerate(numbers))
    assert list(gently_sorted(things, lambda thing: thing[1])) == sorted(things, key=lambda thing: thing[1])
