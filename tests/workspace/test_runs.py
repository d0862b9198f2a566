"""Opening, choosing, changing and comparing, with workers that work when they are told to."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.errors import CheckpointError, MachineError, UsageError
from gnet_desktop.network.changes import Change, Values
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace import runs, tasks
from gnet_desktop.workspace.results import Results
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.tasks import Progress
from gnet_desktop.workspace.values import UNCHANGED, Loading, Reference
from tests.gui.made import make_checkpoint
from tests.workspace.workers import Stepping, settle

OFF = Change("4a/5x5")
LATER = Change("5b/1x1")


def photo(seed: int) -> tuple[str, bytes]:
    """A made photo of smooth noise."""
    rough = Image.fromarray(np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8))
    stream = BytesIO()
    rough.resize((160, 130)).save(stream, "PNG")
    return f"photo {seed}.png", stream.getvalue()


@pytest.fixture(scope="module")
def loaded() -> tasks.LoadedNetwork:
    checkpoint = make_checkpoint(heads=True)
    return tasks.LoadedNetwork(checkpoint, GoogLeNet.from_checkpoint(checkpoint), "cpu")


@pytest.fixture(scope="module")
def other() -> tasks.LoadedNetwork:
    """Another file of the same kind, without auxiliary heads."""
    checkpoint = make_checkpoint()
    checkpoint = replace(checkpoint, provenance=replace(checkpoint.provenance, sha256="1" * 64))
    return tasks.LoadedNetwork(checkpoint, GoogLeNet.from_checkpoint(checkpoint), "cpu")


class Desk:
    """A workspace with its two workers, and all that it announced."""

    def __init__(self) -> None:
        self.engine, self.reader, self.opener = Stepping(), Stepping(), Stepping()
        self.workspace = Workspace(
            lambda call: call(), engine=self.engine, reader=self.reader, opener=self.opener
        )
        self.heard: list[str] = []
        for name in (
            "checkpoint",
            "pictures",
            "current",
            "result",
            "reference_result",
            "changes",
            "reference",
        ):
            signal = getattr(self.workspace, f"{name}_changed")
            signal.subscribe(lambda name=name: self.heard.append(name))
        self.errors: list[Exception] = []
        self.workspace.failed.subscribe(self.errors.append)
        self.workspace.bug.subscribe(self.errors.append)

    def settle(self) -> None:
        settle(self.reader, self.opener, self.engine)

    def passes(self) -> list[str]:
        """The purposes of the passes since the last call."""
        found = [purpose for purpose in self.engine.done if purpose.startswith("pass")]
        self.engine.done.clear()
        return found


@pytest.fixture
def desk(loaded: tasks.LoadedNetwork) -> Iterator[Desk]:
    one = Desk()
    one.workspace.use(loaded)
    yield one
    one.workspace.close()


@pytest.fixture
def looked(desk: Desk) -> Desk:
    """Three pictures, all answered, the first one shown."""
    desk.workspace.add_pictures([photo(1), photo(2), photo(3)])
    desk.settle()
    desk.passes()
    desk.heard.clear()
    return desk


# Pictures


def test_every_picture_is_answered_and_the_first_one_is_shown(looked: Desk) -> None:
    workspace = looked.workspace
    assert workspace.result is not None
    assert workspace.result.key == workspace.key
    assert not workspace.stale
    assert set(workspace.peaks) == set(workspace.pictures)
    assert all(entry.best and entry.thumbnail is not None for entry in workspace.pictures.values())


def test_a_run_is_the_networks_own_pass(looked: Desk, loaded: tasks.LoadedNetwork) -> None:
    result = looked.workspace.result
    assert result is not None
    read = tasks.read_and_prepare(photo(1)[1], "", loaded.checkpoint.convention)
    again = loaded.network(read.prepared.tensor())
    assert np.array_equal(result.record["4a"], again["4a"])


def test_the_next_picture_is_there_before_it_is_chosen(looked: Desk) -> None:
    looked.workspace.step_picture(1)
    assert not looked.workspace.stale
    assert looked.heard == ["current", "result"]
    looked.settle()
    assert looked.passes() == ["pass next"]  # the one after it: what is answered in the background isn't kept


def test_a_picture_that_is_kept_is_never_told_of_as_old(looked: Desk) -> None:
    """Panels would paint it grey and at once in colour again."""
    workspace, told = looked.workspace, list[tuple[bool, bool]]()

    def note() -> None:
        result = workspace.result
        told.append((workspace.stale, result is not None and result.key == workspace.key))

    for signal in (workspace.current_changed, workspace.result_changed, workspace.checkpoint_changed):
        signal.subscribe(note)
    workspace.step_picture(1)
    looked.settle()
    workspace.step_picture(-1)
    first, other = workspace.convention, CONVENTIONS["inception"].changed(size=146, crop=128)
    workspace.set_convention(other)
    looked.settle()
    told.clear()
    assert first is not None
    workspace.set_convention(first)
    workspace.step_picture(1)
    workspace.step_picture(-1)
    assert told == [(False, True)] * 6


def test_what_is_shown_stays_until_the_next_is_there_and_is_marked(desk: Desk) -> None:
    workspace = desk.workspace
    first = workspace.add_pictures([photo(1)])[0]
    desk.settle()
    second = workspace.add_pictures([photo(2)])[0]
    assert workspace.stale
    assert workspace.result is not None
    assert workspace.result.key.picture == first
    desk.settle()
    assert not workspace.stale
    assert workspace.result.key.picture == second


def test_a_picture_that_was_left_while_it_was_read_is_answered_in_the_background(desk: Desk) -> None:
    workspace = desk.workspace
    ids = workspace.add_pictures([photo(number) for number in range(1, 6)])
    deliver = desk.reader.begin()  # the first is being decoded
    workspace.choose_picture(ids[3])
    deliver()
    desk.engine.step()
    assert desk.passes() == ["pass others"]
    assert workspace.result is None
    desk.settle()
    assert workspace.result is not None
    assert workspace.result.key.picture == ids[3]
    assert set(workspace.peaks) == set(ids)


def test_a_picture_that_was_read_ahead_is_not_read_again(desk: Desk) -> None:
    workspace = desk.workspace
    workspace.add_pictures([photo(1), photo(2)])
    desk.reader.step()
    deliver = desk.reader.begin()
    workspace.step_picture(1)
    deliver()
    assert desk.engine.step()
    assert not workspace.stale
    desk.settle()
    assert desk.reader.done.count("read this") + desk.reader.done.count("read next") == 2


def test_a_picture_that_cannot_be_read_says_so_and_may_be_tried_again(looked: Desk, tmp_path: Path) -> None:
    workspace, path = looked.workspace, tmp_path / "later.png"
    workspace.add_pictures([path])
    looked.settle()
    entry = workspace.pictures[workspace.current or 0]
    assert entry.error is not None
    assert (workspace.result, workspace.stale, looked.errors) == (None, False, [])
    path.write_bytes(photo(4)[1])
    workspace.retry_picture(entry.id)
    looked.settle()
    assert workspace.result is not None
    assert workspace.pictures[entry.id].error is None


def test_removing_a_picture_shows_its_neighbour(looked: Desk) -> None:
    workspace = looked.workspace
    first, second, third = workspace.pictures
    workspace.choose_picture(second)
    looked.settle()
    workspace.remove_picture(second)
    looked.settle()
    assert workspace.current == third
    assert set(workspace.peaks) == {first, third}
    workspace.remove_picture(third)
    assert workspace.current == first
    workspace.remove_picture(first)
    assert (workspace.current, workspace.result, workspace.key) == (None, None, None)


def test_a_pass_of_a_picture_that_was_removed_is_dropped(desk: Desk) -> None:
    workspace = desk.workspace
    picture = workspace.add_pictures([photo(1)])[0]
    while not desk.reader.idle:
        desk.reader.step()
    deliver = desk.engine.begin()
    workspace.remove_picture(picture)
    deliver()
    assert (workspace.result, dict(workspace.peaks)) == (None, {})


def test_what_the_workspace_holds_cannot_be_written_to(desk: Desk) -> None:
    for name in (
        "checkpoint",
        "convention",
        "device",
        "current",
        "result",
        "stale",
        "changes",
        "view",
        "key",
    ):
        with pytest.raises(AttributeError):
            setattr(desk.workspace, name, None)
    with pytest.raises(TypeError):
        desk.workspace.pictures[1] = None  # type: ignore[index]


# Checkpoints, conventions, devices


@pytest.fixture
def opening(monkeypatch: pytest.MonkeyPatch, other: tasks.LoadedNetwork) -> None:
    """Opening a file gives the other network, unless it is called ``bad``."""

    def read(path: Path, labels: object, progress: Progress, cancelled: object, assume: object) -> Checkpoint:
        progress("Check the file", 0.4)
        if path.name == "bad":
            raise CheckpointError("bad is damaged.", "It ends too soon.", "Fetch it again.")
        return other.checkpoint

    def load(
        checkpoint: Checkpoint, labels: object, device: str, progress: Progress, cancelled: object
    ) -> tasks.LoadedNetwork:
        progress("Build the network", 0.9)
        return other

    monkeypatch.setattr(tasks, "read_checkpoint", read)
    monkeypatch.setattr(tasks, "load_network", load)


@pytest.mark.usefixtures("opening")
def test_opening_tells_how_far_it_is_and_answers_everything_anew(looked: Desk) -> None:
    workspace, seen = looked.workspace, list[Loading | None]()
    workspace.loading_changed.subscribe(lambda: seen.append(workspace.loading))
    workspace.choose_unit(Unit("aux1", "conv", 3))
    workspace.open_checkpoint(Path("new"))
    assert workspace.checkpoint is not None
    assert workspace.checkpoint.provenance.sha256 == "0" * 64
    looked.settle()
    assert workspace.checkpoint.provenance.sha256 == "1" * 64
    stages = ["Read the container", "Check the file", "Build the network", None]
    assert [one.stage if one else None for one in seen] == stages
    assert workspace.result is not None
    assert workspace.result.checkpoint is workspace.checkpoint
    assert set(workspace.peaks) == set(workspace.pictures)
    assert workspace.selection.unit is None  # this file has no aux1


@pytest.mark.usefixtures("opening")
def test_a_file_that_is_refused_leaves_all_as_it_was(looked: Desk) -> None:
    workspace = looked.workspace
    before = workspace.result
    workspace.open_checkpoint(Path("bad"))
    looked.settle()
    assert [str(error.what) for error in looked.errors] == ["bad is damaged."]
    assert workspace.loading is None
    assert workspace.result is before


@pytest.mark.usefixtures("opening")
def test_an_opening_that_was_cancelled_or_replaced_changes_nothing(looked: Desk) -> None:
    workspace = looked.workspace
    workspace.open_checkpoint(Path("bad"))
    deliver = looked.opener.begin()
    workspace.cancel_opening()
    assert workspace.loading is None
    deliver()
    assert looked.errors == []
    workspace.open_checkpoint(Path("bad"))
    workspace.open_checkpoint(Path("new"))
    looked.settle()
    assert looked.errors == []
    assert workspace.checkpoint is not None
    assert workspace.checkpoint.provenance.sha256 == "1" * 64


@pytest.mark.usefixtures("opening")
def test_an_opening_that_is_cancelled_between_reading_and_building_builds_nothing(looked: Desk) -> None:
    looked.workspace.open_checkpoint(Path("new"))
    deliver = looked.opener.begin()
    looked.workspace.cancel_opening()
    deliver()
    looked.engine.done.clear()
    looked.settle()
    assert "checkpoint" not in looked.engine.done
    assert looked.workspace.loading is None


@pytest.mark.usefixtures("opening")
def test_a_pass_of_the_old_network_is_dropped(desk: Desk) -> None:
    workspace = desk.workspace
    workspace.add_pictures([photo(1)])
    desk.reader.step()
    late = desk.engine.begin()
    workspace.open_checkpoint(Path("new"))
    desk.opener.step()
    desk.engine.step()
    late()
    assert workspace.result is None
    assert dict(workspace.peaks) == {}
    desk.settle()
    assert workspace.result is not None
    assert workspace.result.checkpoint is workspace.checkpoint


def test_another_convention_asks_anew_and_the_old_one_is_still_there(looked: Desk) -> None:
    workspace = looked.workspace
    old, first = workspace.convention, workspace.result
    assert old is not None
    assert first is not None
    workspace.set_convention(CONVENTIONS["inception"].changed(size=146, crop=128))
    assert workspace.stale
    assert all(entry.best is None for entry in workspace.pictures.values())
    looked.settle()
    assert workspace.result is not None
    assert not np.array_equal(workspace.result.record["4a"], first.record["4a"])
    workspace.set_convention(old)
    assert workspace.result is first
    assert workspace.pictures[first.key.picture].best is not None
    looked.settle()
    assert set(workspace.peaks) == set(workspace.pictures)


def test_a_convention_that_the_network_cannot_take_is_told_of_once_and_not_used(looked: Desk) -> None:
    workspace = looked.workspace
    before, result = workspace.convention, workspace.result
    for impossible in (CONVENTIONS["d2l"], CONVENTIONS["torchvision"].changed(size=20, crop=8)):
        workspace.set_convention(impossible)
        looked.settle()
        assert len(looked.errors) == 1
        assert isinstance(looked.errors.pop(), UsageError)
        assert workspace.convention is before
        assert workspace.result is result
        assert all(entry.error is None and entry.best for entry in workspace.pictures.values())


def test_pictures_that_another_convention_can_take_are_tried_again(desk: Desk) -> None:
    """Without a fixed size it depends on the picture whether the network can take it."""
    workspace, old = desk.workspace, desk.workspace.convention
    assert old is not None
    small = BytesIO()
    Image.new("RGB", (8, 8), (200, 30, 30)).save(small, "PNG")
    workspace.set_convention(old.changed(resize="none", crop=None))
    workspace.add_pictures([("small.png", small.getvalue())])
    desk.settle()
    assert workspace.pictures[1].error is not None
    assert workspace.result is None
    workspace.set_convention(old)
    desk.settle()
    assert workspace.pictures[1].error is None
    assert workspace.pictures[1].best is not None
    assert workspace.result is not None


def test_answers_stand_though_the_file_goes_away_before_its_thumbnail_is_made(
    desk: Desk, tmp_path: Path
) -> None:
    (path := tmp_path / "photo.png").write_bytes(photo(1)[1])
    workspace = desk.workspace
    workspace.add_pictures([path])
    assert desk.reader.step()  # it is read for its answers first
    path.unlink()
    desk.settle()
    assert workspace.result is not None
    assert workspace.pictures[1].error is None
    assert workspace.pictures[1].best is not None
    assert workspace.pictures[1].thumbnail is None


def test_a_picture_that_cannot_be_read_has_no_result_not_even_an_older_one(
    looked: Desk, tmp_path: Path
) -> None:
    workspace = looked.workspace
    [picture] = workspace.add_pictures([tmp_path / "gone.png"])
    assert workspace.stale
    looked.settle()
    assert workspace.pictures[picture].error is not None
    assert workspace.result is None


def test_class_names_in_their_other_order_give_other_answers(desk: Desk, loaded: tasks.LoadedNetwork) -> None:
    checkpoint = loaded.checkpoint
    names = checkpoint.labels.names
    labels = replace(checkpoint.labels, alternative=tuple(reversed(names)))
    workspace = desk.workspace
    workspace.use(replace(loaded, checkpoint=replace(checkpoint, labels=labels)))
    workspace.add_pictures([photo(1)])
    desk.settle()
    best = workspace.pictures[1].best
    workspace.swap_labels()
    desk.settle()
    swapped = workspace.pictures[1].best
    assert best is not None
    assert swapped == (names[len(names) - 1 - names.index(best[0])], best[1])


def test_a_device_that_is_not_there_leaves_the_old_one(looked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise MachineError("cuda cannot be used.", "No CUDA device was found.", "Choose CPU.")

    monkeypatch.setattr(tasks, "move_network", refuse)
    looked.workspace.set_device("cuda")
    looked.settle()
    assert looked.workspace.device == "cpu"
    assert [str(error.what) for error in looked.errors] == ["cuda cannot be used."]


def test_another_device_computes_anew(looked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "move_network", lambda loaded, device: replace(loaded, device=device))
    looked.workspace.set_device("other")
    looked.settle()
    assert looked.workspace.device == "other"
    assert "pass this" in looked.passes()
    assert not looked.workspace.stale


# Changes


def test_a_changed_run_goes_on_from_the_unchanged_one(looked: Desk, loaded: tasks.LoadedNetwork) -> None:
    workspace, before = looked.workspace, looked.workspace.result
    assert before is not None
    looked.reader.done.clear()
    workspace.add_change(OFF)
    looked.settle()
    result = workspace.result
    assert result is not None
    assert looked.passes() == ["pass this"]
    assert looked.reader.done == []  # nothing is read again
    assert result.key.changes == (OFF,)
    assert not result.record["4a/5x5"].any()
    assert result.record["3b"] is before.record["3b"]  # what lies before is the same memory
    read = tasks.read_and_prepare(photo(1)[1], "", loaded.checkpoint.convention)
    whole = loaded.network(read.prepared.tensor(), changes=(OFF,))
    assert np.allclose(result.record["5b"], whole["5b"], rtol=1e-5, atol=1e-5)


def test_the_unchanged_run_is_computed_first_where_it_is_not_there(desk: Desk) -> None:
    workspace = desk.workspace
    workspace.add_change(OFF)
    workspace.add_pictures([photo(1)])
    desk.settle()
    assert desk.passes() == ["pass this", "pass this"]
    assert workspace.result is not None
    assert workspace.result.key.changes == (OFF,)
    assert workspace.reference_result is not None
    assert workspace.reference_result.key.changes == ()


def test_the_list_tells_what_the_unchanged_network_says(looked: Desk) -> None:
    workspace = looked.workspace
    before = {entry.id: entry.best for entry in workspace.pictures.values()}
    peaks = dict(workspace.peaks)
    workspace.add_change(replace(OFF, part="4a"))
    looked.settle()
    assert {entry.id: entry.best for entry in workspace.pictures.values()} == before
    assert all(workspace.peaks[picture] is peaks[picture] for picture in peaks)


def test_changes_are_undone_and_done_again(looked: Desk) -> None:
    workspace = looked.workspace
    workspace.add_change(OFF)
    workspace.toggle_change(LATER)
    workspace.toggle_change(OFF)
    assert workspace.changes == (LATER,)
    workspace.undo()
    assert workspace.changes == (OFF, LATER)
    workspace.undo()
    workspace.undo()
    assert workspace.changes == ()
    assert not workspace.can_undo
    workspace.redo()
    assert workspace.changes == (OFF,)
    workspace.reset_changes()
    assert not workspace.can_redo
    workspace.undo()
    assert workspace.changes == (OFF,)


def test_a_change_of_the_same_part_and_kind_takes_the_others_place(desk: Desk) -> None:
    workspace = desk.workspace
    workspace.add_change(Change("4a", "scaled", factor=2.0))
    workspace.add_change(OFF)
    workspace.add_change(Change("4a", "scaled", factor=3.0))
    assert workspace.changes == (OFF, Change("4a", "scaled", factor=3.0))


_CHANGES = st.one_of(
    st.builds(
        Change, st.sampled_from(["conv2", "3b/3x3_reduce", "4a/5x5", "4e", "aux1/conv", "5b/pool_proj"])
    ),
    st.builds(Change, st.just("4c"), st.just("scaled"), factor=st.sampled_from([0.5, 2.0])),
    st.builds(Change, st.just("4a/1x1"), st.just("mean"), channels=st.just((3, 5))),
)


_STEPS = st.lists(st.one_of(_CHANGES, st.sampled_from(["undo", "redo", "reset"])), min_size=1, max_size=6)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_STEPS, st.booleans())
def test_any_changes_that_are_undone_or_reset_give_the_first_run_again(
    loaded: tasks.LoadedNetwork, steps: list[Change | str], reset: bool
) -> None:
    desk = Desk()
    workspace = desk.workspace
    workspace.use(loaded)
    workspace.add_pictures([photo(1)])
    desk.settle()
    first = workspace.result
    assert first is not None
    ways = {"undo": workspace.undo, "redo": workspace.redo, "reset": workspace.reset_changes}
    for step in steps:
        workspace.toggle_change(step) if isinstance(step, Change) else ways[step]()
        desk.settle()
    desk.workspace._looking._runs.keep(lambda key: bool(key.changes))  # so that it is computed once more
    if reset:
        workspace.reset_changes()
        desk.settle()
    while workspace.can_undo and not reset:
        workspace.undo()
        desk.settle()
    result = workspace.result
    assert result is not None
    assert result.key == first.key
    assert all(np.array_equal(result.record[name], first.record[name]) for name in first.record)
    assert all(
        np.array_equal(result.record.answers[head].logits, first.record.answers[head].logits)
        for head in ("main", "aux2", "aux1")
    )


def test_a_change_that_fails_is_taken_back_and_says_why(looked: Desk) -> None:
    workspace = looked.workspace
    wrong = Values(np.zeros((48, 3, 3), np.float32), "another size")
    workspace.add_change(Change("4a/5x5", "other", values=wrong))
    looked.settle()
    assert [type(error) for error in looked.errors] == [UsageError]
    assert workspace.changes == ()
    assert all(entry.error is None for entry in workspace.pictures.values())
    assert not workspace.stale


@pytest.mark.usefixtures("opening")
def test_changes_that_another_network_cannot_make_are_forgotten(looked: Desk) -> None:
    workspace = looked.workspace
    numbers = Values(np.zeros(48, np.float32), "zeros")
    for change in (OFF, Change("aux1/conv"), Change("4a/5x5", "usual", values=numbers)):
        workspace.add_change(change)
    workspace.open_checkpoint(Path("new"))
    looked.settle()
    assert workspace.changes == (OFF,)
    workspace.undo()
    assert workspace.changes == ()
    assert not workspace.can_undo


# Memory


@pytest.mark.usefixtures("desk")
def test_where_no_two_runs_fit_into_memory_nothing_is_computed_for_ever(
    loaded: tasks.LoadedNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "Results", lambda: Results(budget=1))
    desk = Desk()
    workspace = desk.workspace
    workspace.use(loaded)
    workspace.add_pictures([photo(1), photo(2), photo(3)])
    desk.settle()
    assert len(desk.passes()) <= 5
    workspace.add_change(OFF)
    desk.settle()
    assert workspace.result is not None
    assert workspace.result.key.changes == (OFF,)
    assert workspace.reference_result is not None
    assert not workspace.stale
    assert len(desk.passes()) <= 4
    workspace.step_picture(1)
    desk.settle()
    assert not workspace.stale
    assert workspace.reference_result.key.picture == workspace.current
    workspace.close()


# The reference


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


# Other work, failures, the end


def test_work_that_fails_is_told(desk: Desk) -> None:
    found: list[int] = []
    desk.workspace.compute("sum", lambda: 6 * 7, found.append)
    desk.workspace.compute("fault", lambda: 1 // 0, found.append)
    desk.settle()
    assert found == [42]
    assert [type(error).__name__ for error in desk.errors] == ["Bug"]


def test_closing_tells_of_a_worker_that_hangs(desk: Desk) -> None:
    assert desk.workspace.idle
    desk.reader.hangs = True
    assert not desk.workspace.close()
