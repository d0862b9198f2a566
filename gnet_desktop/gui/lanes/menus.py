"""The two menus of the lanes: how maps are shown, and what can be done with a unit."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from gnet_desktop.errors import GNetError
from gnet_desktop.gui.answers.values import class_name
from gnet_desktop.gui.lanes.changes_menu import fill_changes_menu, fill_marked_menu
from gnet_desktop.inspection.colour_maps import COLOUR_MAPS, OFFERED
from gnet_desktop.inspection.ranking import SORTS
from gnet_desktop.network.naming import Unit, channel_in_module
from gnet_desktop.workspace.exporting import file_name, save_array, save_picture
from gnet_desktop.workspace.state import Workspace

_GAMMAS: Final = (1.0, 0.7, 0.5, 0.35)
_CLIPS: Final = (100.0, 99.9, 99.0, 95.0)
_SAVED_SIDE: Final = 512

translate = QCoreApplication.translate

AskPath = Callable[[str], Path | None]
"""Where to save a file of a suggested name; None: nowhere."""


SORT_WORDS: Final[Mapping[str, str]] = {
    "mean": "Strongest first",
    "maximum": "Highest peak first",
    "nonzero": "Most active first",
    "energy": "Most energy first",
    "index": "By number",
    "similarity": "Like the chosen unit",
    "contribution": "Adds most to the answer",
    "effect": "Missed most by the answer",
}
"""The sort orders in words."""
COLOUR_WORDS: Final[Mapping[str, str]] = {
    "ember": "Ember",
    "lagoon": "Lagoon",
    "grey": "Grey",
    "tide": "Tide, 0 in the middle",
}
"""The colour maps in words."""


def sort_words(sort: str, explained: str = "") -> str:
    """A sort order in words; ``explained`` is the name of the class that was chosen."""
    named = {
        "contribution": translate("Lanes", "Adds most to {0}"),
        "effect": translate("Lanes", "Missed most by {0}"),
    }
    if explained and sort in named:
        return named[sort].format(explained)
    return translate("actions", SORT_WORDS[sort])


def explained_name(workspace: Workspace) -> str:
    """The name of the class that is explained; empty for whichever is the first answer."""
    checkpoint, index = workspace.checkpoint, workspace.explained
    return class_name(checkpoint.labels.names, index) if checkpoint and index is not None else ""


def colour_map_words(name: str) -> str:
    """A colour map in words."""
    return translate("actions", COLOUR_WORDS[name])


def fill_sort_menu(menu: QMenu, workspace: Workspace) -> None:
    """The sort orders, the one in use checked."""
    choices = [(sort_words(sort, explained_name(workspace)), sort) for sort in SORTS]
    _choose_one(menu, choices, workspace.view.sort, lambda sort: workspace.change_view(sort=sort))


def fill_options_menu(menu: QMenu, workspace: Workspace, *, reset_zoom: Callable[[], None] | None) -> None:
    """Colours, contrast, clipping, reductions, large tiles; ``reset_zoom`` None: nothing is zoomed."""
    view = workspace.view
    submenu = menu.addMenu(translate("Lanes", "Colours"))
    names = [(colour_map_words(name), name) for name in OFFERED]
    _choose_one(submenu, names, view.colour_map, lambda name: workspace.change_view(colour_map=name))
    submenu = menu.addMenu(translate("Lanes", "Contrast"))
    curves = [
        (translate("Lanes", "Linear") if gamma == 1 else translate("Lanes", "Power {0}").format(gamma), gamma)
        for gamma in _GAMMAS
    ]
    _choose_one(submenu, curves, view.gamma, lambda gamma: workspace.change_view(gamma=gamma))
    submenu = menu.addMenu(translate("Lanes", "Brightest"))
    clips = [
        (
            translate("Lanes", "Maximum")
            if clip == 100
            else translate("Lanes", "{0} % of active cells").format(f"{clip:g}"),
            clip,
        )
        for clip in _CLIPS
    ]
    _choose_one(submenu, clips, view.clip, lambda clip: workspace.change_view(clip=clip))
    menu.addSeparator()
    reductions = _checkable(menu, translate("Lanes", "Show reductions and the pool"), view.reductions)
    reductions.toggled.connect(lambda on: workspace.change_view(reductions=on))
    large = _checkable(menu, translate("Lanes", "Large tiles (256)"), view.tile >= 256)
    large.toggled.connect(lambda on: workspace.change_view(tile=256 if on else 48))
    whole = menu.addAction(translate("Lanes", "Show whole maps again"))
    whole.setEnabled(reset_zoom is not None)
    if reset_zoom is not None:
        whole.triggered.connect(reset_zoom)


def fill_unit_menu(menu: QMenu, workspace: Workspace, unit: Unit, numbers: str, ask: AskPath) -> None:
    """What can be done with a unit: keep it, copy its names and numbers, save it where ``ask`` says."""
    result = workspace.seen
    pinned = unit in workspace.tray
    pin = menu.addAction(
        translate("Lanes", "Take out of the tray") if pinned else translate("Lanes", "Pin to the tray")
    )
    pin.triggered.connect(lambda: workspace.toggle_in_tray(unit))
    menu.addSeparator()
    if result is not None:
        if unit in workspace.marked_units:
            fill_marked_menu(menu, workspace)
        fill_changes_menu(menu, workspace, unit.part, unit.channel)
        menu.addSeparator()
    _copying(menu, translate("Lanes", "Copy {0}").format(unit.name), unit.name)
    if result is not None:
        channel = channel_in_module(result.checkpoint.architecture, unit)
        if channel is not None:
            other = f"{unit.module}:{channel}"
            _copying(menu, translate("Lanes", "Copy {0}").format(other), other)
    if result is not None and unit.part in result.record:
        _copying(menu, translate("Lanes", "Copy numbers"), numbers)
        menu.addSeparator()
        _saving(menu, workspace, unit, ask)


def _saving(menu: QMenu, workspace: Workspace, unit: Unit, ask: AskPath) -> None:
    result, view = workspace.seen, workspace.look
    assert result is not None
    scaling = COLOUR_MAPS[view.colour_map].scaling("map", view.clip, view.gamma)
    values = result.record[unit.part][unit.channel]
    name = file_name(unit.name)
    choices: list[tuple[str, str, Callable[[Path], None]]] = [
        (
            translate("Lanes", "Save map as .npy…"),
            f"{name}.npy",
            lambda path: save_array(path, result, unit.part, unit.channel),
        ),
        (
            translate("Lanes", "Save map as .png…"),
            f"{name}.png",
            lambda path: save_picture(path, values, view.colour_map, scaling, _SAVED_SIDE),
        ),
        (
            translate("Lanes", "Save all of {0} as .npy…").format(unit.part),
            f"{unit.part.replace('/', '_')}.npy",
            lambda path: save_array(path, result, unit.part),
        ),
    ]
    for words, file, write in choices:
        action = menu.addAction(words)
        action.triggered.connect(lambda _=False, file=file, write=write: _save(workspace, ask(file), write))


def _save(workspace: Workspace, path: Path | None, write: Callable[[Path], None]) -> None:
    if path is None:
        return
    try:
        write(path)
    except GNetError as error:
        workspace.failed.emit(error)


def ask_path(parent: QWidget, name: str) -> Path | None:
    """Ask a person where to save a file of that name; None if they don't want to."""
    kind = f"*{Path(name).suffix}"
    chosen, _ = QFileDialog.getSaveFileName(parent, translate("Lanes", "Save"), name, kind)
    return Path(chosen) if chosen else None


def _copying(menu: QMenu, words: str, text: str) -> None:
    menu.addAction(words).triggered.connect(lambda: QGuiApplication.clipboard().setText(text))


def _checkable(menu: QMenu, words: str, on: bool) -> QAction:
    action = menu.addAction(words)
    action.setCheckable(True)
    action.setChecked(on)
    return action


def _choose_one(
    menu: QMenu, choices: Sequence[tuple[str, Any]], now: object, choose: Callable[[Any], None]
) -> None:
    group = QActionGroup(menu)
    for words, value in choices:
        action = _checkable(menu, words, value == now)
        group.addAction(action)
        action.triggered.connect(lambda _=False, value=value: choose(value))
