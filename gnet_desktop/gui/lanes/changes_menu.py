"""The menus of what may become of a part of the network, a unit, or several units at once."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QApplication, QMenu

from gnet_desktop.gui.controls.factor import open_factor_slider
from gnet_desktop.gui.controls.plain import menu_words
from gnet_desktop.network.changes import Change, Changes, off_together
from gnet_desktop.network.naming import Unit
from gnet_desktop.shown import whole
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.taking import from_another, made_usual, take_usual, usual_pictures

_FACTORS: Final = (0.5, 2.0, 4.0)

translate = QCoreApplication.translate


def fill_changes_menu(menu: QMenu, workspace: Workspace, part: str, channel: int | None = None) -> None:
    """What may become of a part of the network, and of one of its units."""
    whole_part, unit = Change(part), Change(part, "off", None if channel is None else (channel,))
    for one in dict.fromkeys((unit, whole_part)):
        _add(menu, workspace, (one,), _off_words(one.name))
    submenu = menu.addMenu(translate("Changes", "Change {0}").format(unit.name))
    _fill_kinds(submenu, workspace, (unit,))


def fill_marked_menu(menu: QMenu, workspace: Workspace) -> None:
    """What may become of the marked units at once, and that none is marked any more."""
    marked = workspace.marked_units
    named = (
        translate("Changes", "the {0} marked units")
        if len(marked) > 1
        else translate("Changes", "the marked unit")
    )
    fill_units_menu(menu, workspace, marked, named.format(whole(len(marked))))
    menu.addAction(translate("Changes", "Take the marks off")).triggered.connect(
        lambda _=False: workspace.mark_units(())
    )
    menu.addSeparator()


def fill_units_menu(menu: QMenu, workspace: Workspace, units: Sequence[Unit], named: str) -> None:
    """What may become of several units at once, which are called ``named``."""
    checkpoint = workspace.checkpoint
    targets = off_together(checkpoint.architecture, units) if checkpoint is not None else ()
    if not targets:
        return
    _add(menu, workspace, targets, _off_words(named))
    _fill_kinds(menu.addMenu(translate("Changes", "Change {0}").format(named)), workspace, targets)


def _off_words(named: str) -> str:
    return translate("Changes", "Switch {0} off").format(named)


def _fill_kinds(menu: QMenu, workspace: Workspace, targets: Changes) -> None:
    """Everything but off."""
    mean = tuple(replace(one, kind="mean") for one in targets)
    _add(menu, workspace, mean, translate("Changes", "To its mean", "", len(targets)))
    for factor in _FACTORS:
        scaled = tuple(replace(one, kind="scaled", factor=factor) for one in targets)
        _add(menu, workspace, scaled, translate("Changes", "× {0}").format(f"{factor:g}"))
    by_hand = menu.addAction(translate("Changes", "× … by a slider"))
    by_hand.triggered.connect(partial(_slide, workspace, targets))
    _add_usual(menu, workspace, targets)
    other = from_another(workspace, targets)
    if other and other[0].values is not None:
        words = translate("Changes", "From {0}").format(other[0].values.source)
        _add(menu, workspace, other, menu_words(words))


def _slide(workspace: Workspace, targets: Changes) -> None:
    window = QApplication.activeWindow()
    if window is not None:
        open_factor_slider(window, workspace, targets, QCursor.pos())


def _add_usual(menu: QMenu, workspace: Workspace, targets: Changes) -> None:
    """To the mean over the marked pictures, or the list's; one picture has nothing that is usual."""
    made, count = bool(made_usual(workspace, targets)), len(usual_pictures(workspace))
    words = translate("Changes", "As usual: mean of {0} pictures")
    if workspace.marks.marked:
        words = translate("Changes", "As usual: mean of {0} marked pictures")
    action = _checkable(menu, words.format(count), made)
    action.setEnabled(made or count > 1)
    action.triggered.connect(lambda: take_usual(workspace, targets))


def _add(menu: QMenu, workspace: Workspace, changes: Changes, words: str) -> None:
    action = _checkable(menu, words, set(changes) <= set(workspace.changes))
    action.triggered.connect(lambda: workspace.toggle_changes(changes))


def _checkable(menu: QMenu, words: str, on: bool) -> QAction:
    action = menu.addAction(words)
    action.setCheckable(True)
    action.setChecked(on)
    return action
