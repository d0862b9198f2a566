"""What stands in the way of a picture's pass: the same words in every panel, at the same time."""

from typing import Final

from PySide6.QtCore import QCoreApplication

from gnet_desktop.shown import name_of
from gnet_desktop.workspace.state import Workspace

_LONGEST: Final = 24


def tr(text: str) -> str:
    """Words about waiting in the window's language."""
    return QCoreApplication.translate("Waiting", text)


def obstacle(workspace: Workspace) -> str:
    """Why no picture can be computed: a checkpoint is being opened, or there is none. Else empty."""
    if workspace.checkpoint is not None:
        return ""
    loading = workspace.loading
    if loading is None:
        return tr("No checkpoint is open.")
    return tr("Opening {0}: {1}").format(name_of(loading.path), loading.stage)


def of_which(workspace: Workspace) -> str:
    """``of egyptian_cat.jpg``: whose what is shown still is, while another picture is chosen; else empty."""
    old = _shown_name(workspace)
    if not workspace.stale:
        return ""
    return tr("of {0}").format(old) if old else tr("being computed anew")


def of_which_run(workspace: Workspace) -> str:
    """`of_which`; and of maps that aren't this run's: the reference's, or the difference from it."""
    words = {"reference": tr("of the reference"), "difference": tr("difference")}
    return of_which(workspace) or words.get(workspace.shows, "")


def of_which_and_next(workspace: Workspace) -> str:
    """The same with what comes next: ``of egyptian_cat.jpg, monarch.jpg is next``."""
    old, entry = _shown_name(workspace), workspace.pictures.get(workspace.current or 0)
    if not old or entry is None or not workspace.stale:
        return of_which(workspace)
    return tr("of {0}, {1} is next").format(old, short_name(entry.name))


def _shown_name(workspace: Workspace) -> str:
    """The picture of what is shown, if that is another one than is looked at."""
    result = workspace.result
    if result is None or result.key.picture == workspace.current:
        return ""
    entry = workspace.pictures.get(result.key.picture)
    return short_name(entry.name) if entry is not None else ""


def short_name(name: str) -> str:
    """A file's name, cut in its middle."""
    return name if len(name) <= _LONGEST else f"{name[:12]}…{name[-10:]}"


def reference_words(workspace: Workspace) -> str:
    """What the run is compared with; empty for nothing."""
    reference = workspace.reference
    if reference is None:
        return ""
    if reference.picture is not None and reference.picture in workspace.pictures:
        return short_name(workspace.pictures[reference.picture].name)
    if reference.checkpoint is not None:
        network = workspace.reference_network
        name = name_of(network.checkpoint.provenance.path) if network is not None else "…"
        return tr("{0}, another checkpoint").format(short_name(name))
    if reference.convention is not None:
        return tr("this picture under {0}").format(reference.convention.name)
    return tr("this picture, unchanged")
