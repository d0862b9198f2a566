"""Menus, keys, words and what is remembered come from one table for each kind of thing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import Any

import pytest
from PySide6.QtWidgets import QMenu

from gnet_desktop.gui.actions.table import ACTIONS
from gnet_desktop.gui.answers.standing import STANDINGS, standing_words, trained_words
from gnet_desktop.gui.lanes.menus import (
    COLOUR_WORDS,
    SORT_WORDS,
    colour_map_words,
    fill_options_menu,
    fill_sort_menu,
    sort_words,
)
from gnet_desktop.gui.network_map.words import quantity_words
from gnet_desktop.gui.panels import TITLES, Panels
from gnet_desktop.gui.system.session import Session
from gnet_desktop.inspection.colour_maps import OFFERED
from gnet_desktop.inspection.quantities import QUANTITIES
from gnet_desktop.inspection.ranking import SORTS
from gnet_desktop.workspace.ordering import ORDERS
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import ViewOptions

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    one = Workspace(lambda call: None)
    yield one
    one.close()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (SORTS, sort_words),
        (OFFERED, colour_map_words),
        (QUANTITIES, quantity_words),
        (STANDINGS, standing_words),
        ((True, False, None), trained_words),
    ],
    ids=["sort", "colour map", "quantity", "standing", "trained"],
)
def test_every_entry_has_words_of_its_own(table: Iterable[Any], words: Callable[[Any], str]) -> None:
    said = [words(name) for name in table]
    assert all(said)
    assert len(set(said)) == len(said)


def test_menus_offer_every_entry_and_check_the_one_in_use(workspace: Workspace) -> None:
    sorts, options = QMenu(), QMenu()
    fill_sort_menu(sorts, workspace)
    assert [action.text() for action in sorts.actions()] == [sort_words(name) for name in SORTS]
    assert [action.text() for action in sorts.actions() if action.isChecked()] == [sort_words("mean")]
    fill_options_menu(options, workspace, reset_zoom=None)
    colours = options.findChildren(QMenu)[0].actions()
    assert [action.text() for action in colours] == [colour_map_words(name) for name in OFFERED]
    colours[-1].trigger()
    assert workspace.view.colour_map == OFFERED[-1]


def test_words_stand_in_the_order_of_what_they_are_for() -> None:
    assert list(SORT_WORDS) == list(SORTS)
    assert list(COLOUR_WORDS) == list(OFFERED)
    assert list(TITLES) == [one.name for one in fields(Panels)]


def test_the_orders_of_pictures_are_actions() -> None:
    offered = [action.name.removeprefix("sort ") for action in ACTIONS if action.name.startswith("sort ")]
    assert offered == list(ORDERS)


@pytest.mark.parametrize(
    ("option", "table"), [("sort", SORTS), ("colour_map", OFFERED), ("quantity", QUANTITIES)]
)
def test_only_an_entry_of_the_table_is_remembered(option: str, table: Iterable[str]) -> None:
    session = Session(None)
    for name in table:
        session.set_view(ViewOptions().changed(**{option: name}))
        assert getattr(session.view(), option) == name
    session.set_view(ViewOptions().changed(**{option: "of another version"}))
    assert session.view() == ViewOptions()
