"""Pictures of what units want, made a slice at a time: what comes first, what is kept, what is dropped."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gnet_desktop.inspection.visualisation.recipe import Made, Recipe
from gnet_desktop.inspection.visualisation.store import Kept
from gnet_desktop.inspection.visualisation.wanted import unit_wants
from gnet_desktop.network.record import LOGITS
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.units import wanting as module
from gnet_desktop.workspace.units.wanting import Job, Wanting
from tests.gui.made import World, make_world
from tests.inspection.visualisation.whole import visualised
from tests.workspace.workers import Asleep, Stepping

RECIPE = Recipe(steps=12, size=16)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(1)


@pytest.fixture
def engine() -> Stepping:
    return Stepping()


@pytest.fixture
def workspace(world: World, engine: Stepping) -> Workspace:
    made = Workspace(lambda call: call(), engine=engine, reader=Asleep(), opener=Asleep(), finder=Asleep())
    made.use(world.loaded)
    return made


@pytest.fixture
def jobs(world: World) -> list[Job]:
    wants = unit_wants(world.loaded.checkpoint.architecture, "3a/1x1")[:4]
    return [Job(wanted, RECIPE) for wanted in wants]


@pytest.fixture(autouse=True)
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice is one look: four steps."""
    monkeypatch.setattr(module, "SLICE", 0.0)


def begun(workspace: Workspace, folder: Path, jobs: list[Job], reader: Stepping | None = None) -> Wanting:
    wanting = Wanting(workspace, Kept(folder), reader or Stepping())
    wanting.want(jobs)
    return wanting


def run(engine: Stepping, times: int = 100) -> None:
    for _ in range(times):
        if not engine.step():
            return


def made_of(wanting: Wanting, job: Job) -> Made:
    found = wanting.get(job)
    assert found is not None
    return found


def test_all_are_made_in_their_order_and_are_what_the_recipe_gives(
    workspace: Workspace, engine: Stepping, jobs: list[Job], world: World, tmp_path: Path
) -> None:
    finished: list[str] = []
    wanting = begun(workspace, tmp_path, jobs)
    wanting.grown.subscribe(
        lambda job: finished.append(job.wanted.name) if made_of(wanting, job).done else None
    )
    run(engine)
    assert wanting.made == (4, 4)
    assert finished == [job.wanted.name for job in jobs]
    convention = world.loaded.checkpoint.convention
    alone = visualised(world.loaded.network, convention, jobs[2].wanted, RECIPE)
    np.testing.assert_array_equal(made_of(wanting, jobs[2]).pictures, alone.pictures)


def test_a_picture_grows_before_the_eyes(
    workspace: Workspace, engine: Stepping, jobs: list[Job], tmp_path: Path
) -> None:
    wanting = begun(workspace, tmp_path, jobs)
    seen = []
    wanting.grown.subscribe(lambda job: seen.append(made_of(wanting, job).step))
    run(engine, 3)
    assert seen == [4, 8, 12]


def test_what_comes_on_the_screen_goes_first_and_what_was_half_made_is_not_lost(
    workspace: Workspace, engine: Stepping, jobs: list[Job], tmp_path: Path
) -> None:
    wanting = begun(workspace, tmp_path, jobs)
    order = []
    wanting.grown.subscribe(lambda job: order.append((jobs.index(job), made_of(wanting, job).step)))
    run(engine, 1)
    wanting.look_at([jobs[3]])
    run(engine, 7)
    # the slice that was asked for already goes through, then the one on the screen, then the rest
    assert order == [(0, 4), (0, 8), (3, 4), (3, 8), (3, 12), (0, 12), (1, 4), (1, 8)]


def test_a_pause_stops_after_the_slice_and_goes_on_where_it_was(
    workspace: Workspace, engine: Stepping, jobs: list[Job], tmp_path: Path
) -> None:
    wanting = begun(workspace, tmp_path, jobs)
    run(engine, 1)
    wanting.pause()
    run(engine)
    assert made_of(wanting, jobs[0]).step == 8
    assert wanting.made == (0, 4)
    wanting.go_on()
    run(engine)
    assert wanting.made == (4, 4)


def test_the_program_may_be_killed_between_two_pictures(
    workspace: Workspace, engine: Stepping, jobs: list[Job], tmp_path: Path
) -> None:
    first = begun(workspace, tmp_path, jobs)
    run(engine, 4)
    first.close()
    before = len(list(tmp_path.iterdir()))
    again = begun(workspace, tmp_path, jobs)
    engine.step()
    assert before == 1
    assert made_of(again, jobs[0]).done  # at the first turn: it came from the disk


def test_what_is_kept_is_shown_while_the_making_is_paused(
    workspace: Workspace, engine: Stepping, jobs: list[Job], tmp_path: Path
) -> None:
    begun(workspace, tmp_path, jobs[:1])
    run(engine)
    reader = Stepping()
    paused = Wanting(workspace, Kept(tmp_path), reader)
    paused.pause()
    paused.want(jobs)
    assert paused.get(jobs[0]) is None
    while reader.step():
        pass
    assert made_of(paused, jobs[0]).done
    assert paused.made == (1, 4)


def test_a_full_disk_takes_nothing_away_from_what_is_shown(
    workspace: Workspace, engine: Stepping, jobs: list[Job], tmp_path: Path
) -> None:
    in_the_way = tmp_path / "no folder"
    in_the_way.write_text("a file")
    wanting = begun(workspace, in_the_way, jobs)
    run(engine)
    assert wanting.made == (4, 4)
    assert all(made_of(wanting, job).done for job in jobs)


def test_what_cannot_be_made_says_why_and_the_rest_goes_on(
    workspace: Workspace, engine: Stepping, jobs: list[Job], tmp_path: Path
) -> None:
    # this network has no aux1
    wrong = Job(replace(jobs[0].wanted, part=LOGITS["aux1"]), RECIPE)
    wanting = begun(workspace, tmp_path, [wrong, jobs[1]])
    run(engine)
    assert "aux1 gives no answer" in wanting.failure(wrong)
    assert made_of(wanting, jobs[1]).done


def test_another_network_forgets_what_the_one_before_wanted(
    workspace: Workspace, engine: Stepping, jobs: list[Job], world: World, tmp_path: Path
) -> None:
    wanting = begun(workspace, tmp_path, jobs)
    run(engine)
    checkpoint = world.loaded.checkpoint
    other = replace(checkpoint, provenance=replace(checkpoint.provenance, sha256="1" * 64))
    workspace.use(replace(world.loaded, checkpoint=other))
    assert wanting.made == (0, 0)
    assert wanting.get(jobs[0]) is None


def test_emptied_pictures_are_made_again(
    workspace: Workspace, engine: Stepping, jobs: list[Job], tmp_path: Path
) -> None:
    wanting = begun(workspace, tmp_path, jobs)
    run(engine)
    wanting.kept.empty()
    wanting.forget()
    assert wanting.made == (0, 4)
    run(engine)
    assert wanting.made == (4, 4)
