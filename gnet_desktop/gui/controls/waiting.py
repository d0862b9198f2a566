"""What stands in the way of a picture's pass: the same words in every panel, at the same time."""

from PySide6.QtCore import QCoreApplication

from gnet_desktop.workspace.state import Workspace


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
    return tr("Opening {0}: {1}").format(loading.path.name, loading.stage)
