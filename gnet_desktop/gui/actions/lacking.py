"""Why an action has nothing to do now, said instead of doing nothing: a key is never dead without a word."""

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication

from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.state import Workspace

tr = QCoreApplication.translate


def lacking(name: str, workspace: Workspace, unit: Unit | None) -> str:
    """What is missing for an action, and how to get it; empty where it has something to do.

    ``unit`` is the one that is chosen on the page that is shown.
    """
    if name in _ABOUT_UNITS:
        others = _ABOUT_UNITS[name](workspace)
        words = tr("Lacking", "No unit is chosen. Click a tile, then press the key again.")
        return "" if others or unit is not None else words
    look = _LOOKS.get(name)
    return look(workspace) if look is not None else ""


_ABOUT_UNITS: Final[Mapping[str, Callable[[Workspace], object]]] = {
    "switch_unit": lambda workspace: workspace.marked_units,
    "switch_branch": lambda _workspace: None,
    "pin_unit": lambda workspace: workspace.hovered,
}
"""Actions that need a unit, and what else they would be about."""


def _tray(workspace: Workspace) -> str:
    return "" if workspace.tray else tr("Lacking", "The tray is empty. P pins the chosen unit there.")


def _filter(workspace: Workspace) -> str:
    words = tr("Lacking", "Nothing is filtered. Write numbers or names above the maps, such as 0-15.")
    return "" if workspace.view.filter.strip() else words


def _checkpoint(workspace: Workspace) -> str:
    return "" if workspace.checkpoint is not None else tr("Lacking", "Open a checkpoint first.")


def _reference(workspace: Workspace) -> str:
    words = tr(
        "Lacking",
        "Nothing is compared. Switch something off (X), or choose Compare with another picture (Edit).",
    )
    return "" if workspace.reference is not None else words


def _result(workspace: Workspace) -> str:
    return "" if workspace.seen is not None else tr("Lacking", "Open a picture first.")


def _picture(workspace: Workspace) -> str:
    return "" if workspace.current is not None else tr("Lacking", "The list of pictures is empty.")


def _second_picture(workspace: Workspace) -> str:
    return "" if len(workspace.pictures) > 1 else tr("Lacking", "Open a second picture first.")


def _marked(workspace: Workspace) -> str:
    words = tr("Lacking", "No pictures are marked. Ctrl and a click in the list marks one more.")
    return "" if workspace.marks.marked else words


def _groups(workspace: Workspace) -> str:
    return "" if any(workspace.marks.groups) else tr("Lacking", "There are no groups of pictures.")


def _undo(workspace: Workspace) -> str:
    return "" if workspace.can_undo else tr("Lacking", "There is no change to undo.")


def _redo(workspace: Workspace) -> str:
    return "" if workspace.can_redo else tr("Lacking", "There is no change to redo.")


def _changes(workspace: Workspace) -> str:
    return "" if workspace.changes else tr("Lacking", "Nothing in the network is changed.")


def _pins(workspace: Workspace) -> str:
    return "" if workspace.pins else tr("Lacking", "No place is pinned. Click the photo to pin one.")


_LOOKS: Final[Mapping[str, Callable[[Workspace], str]]] = {
    "switch_tray": _tray,
    "switch_filtered": _filter,
    "switch_module": _checkpoint,
    "next_shown": _reference,
    "next_photos": _reference,
    "next_answers": _reference,
    "strongest_unit": _result,
    "remove_picture": _picture,
    "remove_all": _picture,
    "compare_picture": _second_picture,
    "compare_checkpoints": _checkpoint,
    "group A": _marked,
    "group B": _marked,
    "forget_groups": _groups,
    "undo": _undo,
    "redo": _redo,
    "reset_changes": _changes,
    "clear_pins": _pins,
}
