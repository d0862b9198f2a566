"""The lanes' orders: by statistics, likeness, contributions and effects; what was chosen stays in sight."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.lanes.arrangement import SCROLLER
from gnet_desktop.gui.lanes.painting import count_form
from gnet_desktop.gui.lanes.panel import LanesPanel
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.gui.painting.glyphs import GLYPH
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.network.changes import Change
from gnet_desktop.network.naming import Unit
from tests.gui.answering import make_result
from tests.gui.answering import make_workspace as made_workspace
from tests.gui.lanes.by_hand import lane
from tests.gui.made import Calls, World, show, there
from tests.workspace.workers import Posed


@pytest.mark.parametrize("sort", ["mean", "maximum", "nonzero", "index"])
def test_tiles_stand_in_the_order_that_is_asked_for(panel: LanesPanel, workspace: Posed, sort: str) -> None:
    workspace.change_view(sort=sort)
    maps = there(workspace.result).record["4a/3x3"]
    keys = {
        "mean": maps.astype(np.float64).mean(axis=(1, 2)),
        "maximum": maps.max(axis=(1, 2)),
        "nonzero": (maps != 0).mean(axis=(1, 2)),
        "index": -np.arange(208),
    }[sort]
    shown = keys[there(lane(panel, "3x3").atlas).layout.order]
    assert (np.diff(shown) <= 1e-9).all()


def test_likeness_puts_the_chosen_unit_first(panel: LanesPanel, workspace: Posed) -> None:
    strong = int(there(lane(panel, "3x3").atlas).layout.order[3])
    workspace.choose_unit(Unit("4a", "3x3", strong))
    workspace.change_view(sort="similarity")
    assert there(lane(panel, "3x3").atlas).layout.order[0] == strong


def test_an_order_that_has_nothing_to_go_by_says_which_one_stands_in(
    panel: LanesPanel, workspace: Posed
) -> None:
    workspace.choose_unit(None)
    workspace.change_view(sort="similarity")
    assert panel.area.contents.sort == "mean"
    assert panel.header.sort.text() == "Strongest first"
    assert "Like the chosen unit" in panel.header.sort.toolTip()


def test_contributions_put_first_what_adds_most_to_the_answer(
    panel: LanesPanel, workspace: Posed, calls: Calls
) -> None:
    workspace.choose_module("5b")
    workspace.change_view(sort="contribution")
    calls.get(timeout=10)()
    record, (weights, _) = there(workspace.result).record, there(workspace.network).network.weights("fc")
    best = int(record["logits"].argmax())
    parts = (record["5b"].mean(axis=(1, 2)) * weights[best])[: len(record["5b/1x1"])]
    view = lane(panel, "1x1")
    active = record["5b/1x1"].max(axis=(1, 2)) > 0
    shown = [channel for channel in there(view.atlas).layout.order if active[channel]]
    assert (np.diff(parts[shown]) <= 1e-5).all()


def test_effects_put_first_what_the_answer_misses_most(
    panel: LanesPanel, workspace: Posed, calls: Calls
) -> None:
    """In the last module a unit without which a logit loses what its mean adds through the classifier."""
    workspace.choose_module("5b")
    workspace.explain(2)
    workspace.change_view(sort="effect")
    assert panel.header.sort.text().endswith("%")
    calls.get(timeout=20)()
    record, (weights, _) = there(workspace.result).record, there(workspace.network).network.weights("fc")
    lost = (record["5b"].mean(axis=(1, 2)) * weights[2])[: len(record["5b/1x1"])]
    shown = there(lane(panel, "1x1").atlas).layout.order
    active = record["5b/1x1"].max(axis=(1, 2)) > 0
    assert (np.diff(np.abs(lost)[[one for one in shown if active[one]]]) <= 1e-4).all()
    assert panel.header.sort.text() == f"Missed most by {there(workspace.checkpoint).labels.names[2]}"
    most = int(np.abs(lost).argmax())
    told = panel.area.describe(Unit("5b", "1x1", most))[-1]
    assert told.startswith("without it")
    assert number(float(abs(lost[most]))) in told
    assert ("loses" in told) == (lost[most] > 0)


def test_a_sweep_over_units_gives_way_to_another_picture(
    panel: LanesPanel, workspace: Posed, world: World
) -> None:
    workspace.change_view(sort="effect")
    assert panel.area.sorting.effects.share is not None
    workspace.add_change(Change("4a/1x1"))
    assert panel.area.sorting.effects.share is None


def test_the_class_that_is_explained_is_the_one_that_units_stand_by(
    panel: LanesPanel, workspace: Posed, calls: Calls
) -> None:
    record, (weights, _) = there(workspace.result).record, there(workspace.network).network.weights("fc")
    last = int(record["logits"].argmin())
    workspace.choose_module("5b")
    workspace.change_view(sort="contribution")
    calls.get(timeout=10)()
    workspace.explain(last)
    calls.get(timeout=10)()
    parts = (record["5b"].mean(axis=(1, 2)) * weights[last])[: len(record["5b/1x1"])]
    active = record["5b/1x1"].max(axis=(1, 2)) > 0
    shown = [channel for channel in there(lane(panel, "1x1").atlas).layout.order if active[channel]]
    assert (np.diff(parts[shown]) <= 1e-5).all()
    name = there(workspace.checkpoint).labels.names[last]
    assert panel.header.sort.toolTip().endswith(name)
    most = int(parts.argmax())
    told = panel.area.describe(Unit("5b", "1x1", most))[-1]
    assert told == f"adds {number(float(parts[most]))} to {name}"
    workspace.change_view(sort="mean")
    assert "adds" not in " ".join(panel.area.describe(Unit("5b", "1x1", most)))


def test_the_chosen_tile_stays_in_sight_when_the_lane_is_sorted_anew(
    panel: LanesPanel, workspace: Posed
) -> None:
    view = lane(panel, "3x3")
    channel = view.visible_channels()[4]
    workspace.choose_unit(there(view.lane).unit(channel))
    height = there(view.tile_rectangle(channel)).top()
    for sort in ("index", "energy", "maximum", "mean"):
        workspace.change_view(sort=sort)
        QApplication.processEvents()
        assert channel in view.visible_channels(), sort
        assert QRectF(view.rect()).intersects(there(view.tile_rectangle(channel))), sort
    assert there(view.tile_rectangle(channel)).top() == height


def test_a_unit_chosen_before_there_are_maps_comes_into_sight_with_them(qtbot: QtBot) -> None:
    result = make_result()
    weakest = int(result.record["4a/3x3"].mean(axis=(1, 2)).argmin())
    workspace = made_workspace(None, result.checkpoint)
    workspace.choose_unit(Unit("4a", "3x3", weakest))
    panel = LanesPanel(workspace)
    qtbot.addWidget(panel)
    panel.resize(1047, 372)
    panel.show()
    qtbot.waitExposed(panel)
    workspace.set_convention(result.convention)
    show(workspace, result)
    QApplication.processEvents()
    view = lane(panel, "3x3")
    assert weakest in view.visible_channels()
    workspace.close()


def test_the_chosen_tile_stays_in_sight_when_the_lanes_get_lower(panel: LanesPanel, workspace: Posed) -> None:
    view = lane(panel, "3x3")
    channel = view.visible_channels()[-1]
    workspace.choose_unit(there(view.lane).unit(channel))
    for height in (300, 220, 160, 300):
        panel.resize(1047, height)
        QApplication.processEvents()
        assert channel in view.visible_channels(), height


@pytest.mark.parametrize("width", [370, 460, 560, 700])
def test_low_lanes_keep_their_names_and_give_their_counts_in_one_form(panel: LanesPanel, width: int) -> None:
    panel.resize(width, 180)
    QApplication.processEvents()
    texts = [(view._texts, view.view().area.width()) for view in panel.area.views]
    forms = {len(one.counts) for one, _ in texts}
    assert len(forms) == 1
    for one, wide in texts:
        name = QFontMetricsF(font(13.5, 600)).horizontalAdvance(one.title)
        assert GLYPH + 2 + name <= wide + SCROLLER
        fits = count_form(one, wide)
        assert fits in (0, None)


def test_the_order_and_the_scroll_survive_another_picture(
    panel: LanesPanel, workspace: Posed, world: World
) -> None:
    workspace.change_view(sort="maximum")
    view = lane(panel, "3x3")
    view.scroll_to(200)
    show(workspace, world.results[1])
    maxima = world.results[1].record["4a/3x3"].max(axis=(1, 2))
    assert (np.diff(maxima[there(view.atlas).layout.order]) <= 0).all()
    assert view.scrolled == 200
