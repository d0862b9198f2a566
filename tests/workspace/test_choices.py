"""What a person chose: history, tray, pins, view options."""

from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.choices import Choices

EYE = Unit("4a", "3x3", 129)
WHEEL = Unit("4b", "5x5", 11)


def test_back_and_forward_walk_what_was_visited() -> None:
    choices = Choices()
    start = choices.selection
    choices.choose_unit(EYE)
    choices.choose_module("5b")
    choices.back()
    assert choices.selection.unit == EYE
    choices.back()
    assert choices.selection == start
    assert not choices.can_go_back
    choices.forward()
    assert choices.selection.unit == EYE


def test_a_new_choice_after_going_back_forgets_what_lay_ahead() -> None:
    choices = Choices()
    choices.choose_module("3a")
    choices.choose_module("3b")
    choices.back()
    choices.choose_module("5a")
    assert not choices.can_go_forward
    choices.back()
    assert choices.selection.module == "3a"


def test_a_unit_stays_chosen_only_in_its_own_module() -> None:
    choices = Choices()
    choices.choose_unit(EYE)
    choices.choose_module("4a")
    assert choices.selection.unit == EYE
    choices.choose_module("4b")
    assert choices.selection.unit is None


def test_a_signal_comes_once_a_change_and_never_without_one() -> None:
    choices, seen = Choices(), []
    choices.selection_changed.subscribe(lambda: seen.append("selection"))
    choices.hover_changed.subscribe(lambda: seen.append("hover"))
    choices.view_changed.subscribe(lambda old: seen.append(old.scale))
    choices.choose_module("3a")
    choices.choose_module("3a")
    choices.hover(EYE)
    choices.hover(EYE)
    choices.change_view(scale="module")
    choices.change_view(scale="map")
    assert seen == ["selection", "hover", "module"]


def test_an_ended_subscription_is_silent() -> None:
    choices, seen = Choices(), []
    end = choices.hover_changed.subscribe(lambda: seen.append(1))
    choices.hover(EYE)
    end()
    end()
    choices.hover(None)
    assert seen == [1]


def test_the_tray_toggles_and_keeps_its_order() -> None:
    choices = Choices()
    for unit in (EYE, WHEEL, EYE, EYE):
        choices.toggle_in_tray(unit)
    assert choices.tray == (WHEEL, EYE)


def test_at_most_two_places_are_compared() -> None:
    choices = Choices()
    choices.pin_point((1, 1))
    choices.pin_point((2, 2), compare=True)
    choices.pin_point((3, 3), compare=True)
    assert choices.pins == ((1, 1), (3, 3))
    choices.pin_point((4, 4))
    assert choices.pins == ((4, 4),)


def test_units_that_another_network_lacks_are_forgotten_everywhere() -> None:
    choices = Choices()
    choices.choose_unit(WHEEL)
    choices.choose_unit(EYE)
    choices.toggle_in_tray(EYE)
    choices.toggle_in_tray(WHEEL)
    choices.keep_units(lambda unit: unit != EYE)
    assert choices.selection.unit is None
    assert choices.selection.module == "4a"
    assert choices.tray == (WHEEL,)
    choices.back()
    assert choices.selection.unit == WHEEL
