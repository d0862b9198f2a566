"""Arrays that share one block of memory are whole, apart and well placed."""

import numpy as np

from gnet_desktop.checkpoints.containers.stored import Room
from gnet_desktop.checkpoints.recognition.layering import _by_numbers


def test_arrays_of_one_block_do_not_touch_each_other() -> None:
    counts = [1, 16, 0, 17, 1000, 3]
    room = Room(sum(counts), len(counts))
    arrays = [room.take(count) for count in counts]
    for number, array in enumerate(arrays):
        array[:] = number
    assert [array.tolist() for array in arrays] == [[number] * count for number, count in enumerate(counts)]


def test_each_begins_at_a_line_of_the_processors_cache() -> None:
    room = Room(100, 3)
    places = [room.take(count).__array_interface__["data"][0] for count in (33, 33, 34)]
    assert [place % 64 for place in places] == [0, 0, 0]


def test_an_array_by_itself_has_room_of_its_own() -> None:
    first, second = Room(5).take(5), Room(5).take(5)
    assert not np.shares_memory(first, second)
    assert first.flags.c_contiguous


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["a10.w", "a9.w", "b", "a9", "10", "9", "a09.w", "a" + "1" * 5000]
    assert sorted(names, key=_by_numbers)[:5] == ["9", "10", "a9", "a9.w", "a09.w"]
