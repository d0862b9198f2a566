"""What a run is compared with, with workers that work when they are told to."""

from dataclasses import replace
from pathlib import Path

import pytest

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.workspace.values import UNCHANGED, Reference
from tests.workspace.desk import OFF, Desk


def test_the_unchanged_run_is_the_reference_as_soon_as_there_are_changes(looked: Desk) -> None:
    workspace, first = looked.workspace, looked.workspace.result
    assert (workspace.reference, workspace.reference_result) == (None, None)
    workspace.add_change(OFF)
    looked.settle()
    assert workspace.reference == UNCHANGED
    assert workspace.reference_result is first
    workspace.reset_changes()
    assert (workspace.reference, workspace.reference_result) == (None, None)
    assert workspace.result is first


def test_another_picture_is_a_reference(looked: Desk) -> None:
    workspace = looked.workspace
    _, second, third = workspace.pictures
    workspace.compare_with(Reference(picture=third))
    looked.settle()
    assert workspace.reference_result is not None
    assert workspace.reference_result.key.picture == third
    reference = workspace.reference_result
    workspace.choose_picture(second)
    looked.settle()
    assert workspace.reference_result is reference
    workspace.remove_picture(third)
    assert (workspace.reference, workspace.reference_result) == (None, None)


def test_another_convention_is_a_reference_of_every_picture(looked: Desk) -> None:
    workspace = looked.workspace
    other = CONVENTIONS["inception"].changed(size=146, crop=128)
    workspace.compare_with(Reference(convention=other))
    for picture in workspace.pictures:
        workspace.choose_picture(picture)
        looked.settle()
        assert workspace.reference_result is not None
        assert workspace.key is not None
        assert workspace.reference_result.key == replace(workspace.key, convention=other)
        assert workspace.result is not None
        assert workspace.result.convention == workspace.convention


@pytest.mark.usefixtures("opening")
def test_another_checkpoint_is_a_reference_until_it_is_not_compared_any_more(looked: Desk) -> None:
    workspace = looked.workspace
    mine = workspace.checkpoint
    workspace.open_reference(Path("new"))
    assert workspace.loading is not None
    looked.settle()
    assert workspace.checkpoint is mine
    assert workspace.reference_network is not None
    assert workspace.reference_result is not None
    assert workspace.reference_result.checkpoint is workspace.reference_network.checkpoint
    assert workspace.reference_result.checkpoint.provenance.sha256 == "1" * 64
    assert looked.heard == ["reference", "reference_result"]
    workspace.compare_with(None)
    assert (workspace.reference_network, workspace.reference_result) == (None, None)


def test_a_reference_that_fails_is_given_up_and_says_why(looked: Desk) -> None:
    workspace = looked.workspace
    workspace.compare_with(Reference(convention=CONVENTIONS["d2l"]))  # one channel: this network reads three
    looked.settle()
    assert len(looked.errors) == 1
    assert workspace.reference is None
    assert not workspace.stale


def test_the_pair_is_always_of_one_picture(looked: Desk) -> None:
    """What lags is compared with what it was compared with, never with the new picture's reference."""
    workspace, pairs = looked.workspace, list[tuple[int, int]]()

    def note() -> None:
        if workspace.result is not None and workspace.reference_result is not None:
            pairs.append((workspace.result.key.picture, workspace.reference_result.key.picture))

    for signal in (workspace.result_changed, workspace.reference_result_changed, workspace.current_changed):
        signal.subscribe(note)
    workspace.add_change(OFF)
    for picture in (*workspace.pictures, *reversed(list(workspace.pictures))):
        workspace.choose_picture(picture)
        looked.settle()
    assert len(pairs) > 6
    assert all(this == reference for this, reference in pairs)
