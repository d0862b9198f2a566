"""Orders of the list of pictures."""

import pytest

from gnet_desktop.workspace.ordering import ORDERS, in_order
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import ListedPicture

ENTRIES = [
    ListedPicture(1, b"", "photo10.jpg", best=("cat", 0.6)),
    ListedPicture(2, b"", "Photo2.jpg", best=("bee", 0.9)),
    ListedPicture(3, b"", "lost\udcff.jpg"),
    ListedPicture(4, b"", "photo1.jpg", best=("cat", 0.8)),
]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("added", [1, 2, 3, 4]),
        ("name", [3, 4, 2, 1]),
        ("answer", [2, 4, 1, 3]),
        ("surest", [2, 4, 1, 3]),
        ("least sure", [1, 4, 2, 3]),
    ],
)
def test_orders(order: str, expected: list[int]) -> None:
    assert order in ORDERS
    assert [entry.id for entry in in_order(reversed(ENTRIES), order)] == expected


def test_sorting_keeps_the_current_picture_and_new_ones_come_last() -> None:
    workspace = Workspace(lambda call: None)
    ids = workspace.add_pictures([(name, b"") for name in ("c", "a", "b")])
    changes: list[int] = []
    workspace.pictures_changed.subscribe(lambda: changes.append(1))
    workspace.sort_pictures("name")
    assert [entry.name for entry in workspace.pictures.values()] == ["a", "b", "c"]
    assert workspace.current == ids[0]
    assert changes == [1]
    workspace.add_pictures([("aa", b"")], show=False)
    assert [entry.name for entry in workspace.pictures.values()] == ["a", "b", "c", "aa"]
    workspace.close()


def test_all_pictures_can_be_taken_off_at_once() -> None:
    workspace = Workspace(lambda call: None)
    workspace.add_pictures([(name, b"") for name in ("c", "a", "b")])
    workspace.remove_all_pictures()
    assert (workspace.pictures, workspace.current, workspace.result, workspace.stale) == (
        {},
        None,
        None,
        False,
    )
    workspace.close()
