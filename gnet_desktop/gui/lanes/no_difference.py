"""Why a part of two runs that are compared has no difference to show, in the same words everywhere."""

from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from gnet_desktop.gui.painting.numbers import size
from gnet_desktop.network.record import Array
from gnet_desktop.workspace.state import Workspace


def tr(text: str) -> str:
    """Words about what is compared in the window's language."""
    return QCoreApplication.translate("Compare", text)


def no_difference(workspace: Workspace, part: str) -> str:
    """Why a part has no difference to show, as a sentence; empty where it has, or none is wanted."""
    reason = why_no_difference(workspace, part)
    if not reason:
        return ""
    return tr("{0}, so there is no difference.").format(reason[0].upper() + reason[1:])


def same_run(workspace: Workspace) -> str:
    """That what is compared is one and the same, as a sentence; empty where it isn't."""
    run, other = workspace.key, workspace.reference_key
    if run is None or other is None:
        return ""
    named = (replace(one, convention=one.convention.changed(name="")) for one in (run, other))
    return tr("The reference is the same run: nothing can differ.") if len(set(named)) == 1 else ""


def why_no_difference(workspace: Workspace, part: str) -> str:
    """Only the reason: ``the maps of 4a differ in size (9 × 9 and 14 × 14)``."""
    result, reference = workspace.result, workspace.reference_result
    if result is None or reference is None or workspace.shows != "difference":
        return ""
    this, other = result.record.get(part), reference.record.get(part)
    if this is None or other is None:
        return tr("only one of the two runs has {0}").format(part)
    if this.shape == other.shape:
        return ""
    if this.ndim != 3 or other.ndim != 3 or this.shape[1:] == other.shape[1:]:
        words = tr("{0} has {1} channels here and {2} in the reference")
        return words.format(part, len(this), len(other))
    words = tr("the maps of {0} differ in size ({1} and {2})")
    return words.format(part, _cells(this), _cells(other))


def _cells(maps: Array) -> str:
    """``14 × 14``, which no line breaks."""
    return size(maps.shape[2], maps.shape[1]).replace(" ", "\N{NO-BREAK SPACE}")
