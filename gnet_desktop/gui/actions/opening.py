"""The actions that open something: pictures, folders, checkpoints, class names."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gnet_desktop.errors import UsageError
from gnet_desktop.gui.actions.asking import Asking
from gnet_desktop.gui.actions.shell import Shell


class Opening(QObject):
    """Asks what to open, and has the window open it."""

    def __init__(self, shell: Shell, asking: Asking) -> None:
        super().__init__(shell.widget)
        self._shell, self._asking = shell, asking

    def open_pictures(self) -> None:
        """Ask for picture files."""
        paths = self._asking.files(self.tr("Open pictures"), "pictures")
        if paths:
            self._shell.take_pictures(paths)

    def open_folder(self) -> None:
        """Ask for a folder of pictures."""
        folder = self._asking.folder(self.tr("Open a folder"), "pictures")
        if folder is not None:
            self._shell.take_pictures([folder])

    def evaluate_folder(self) -> None:
        """Ask for a folder and open it on the Folder page."""
        folder = self._asking.folder(self.tr("Open a folder"), "pictures")
        if folder is not None:
            self._shell.evaluate(folder)

    def judge_by_table(self) -> None:
        """Ask for a table of classes for the folder that is open on the Folder page."""
        if self._shell.judged_folder is None:
            self._shell.show_error(
                UsageError(
                    self.tr("There is nothing to judge."),
                    self.tr("No folder is open on the Folder page."),
                    self.tr("Open one first: File, Evaluate a folder."),
                )
            )
            return
        paths = self._asking.files(self.tr("Open a table of classes"), "tables", many=False)
        if paths:
            self._shell.judge_by(paths[0])

    def index_folder(self) -> None:
        """Ask for a folder whose strongest pictures are shown on the Units page."""
        folder = self._asking.folder(self.tr("Open a folder"), "pictures")
        if folder is not None:
            self._shell.index(folder)

    def open_directions(self) -> None:
        """Ask for a matrix of directions in the layer of the Units page."""
        paths = self._asking.files(self.tr("Open a matrix of directions"), "checkpoints", many=False)
        if paths:
            self._shell.show_directions(paths[0])

    def open_checkpoint(self) -> None:
        """Ask for a checkpoint."""
        paths = self._asking.files(self.tr("Open a checkpoint"), "checkpoints", many=False)
        if paths:
            self._shell.open_checkpoint(paths[0])

    def compare_checkpoint(self, over: QWidget | None = None) -> None:
        """Ask for another checkpoint, to compare with what it says; in ``over``, where that shows it."""
        title = self.tr("Compare with another checkpoint")
        paths = self._asking.files(title, "checkpoints", many=False, over=over)
        if paths:
            self._shell.workspace.open_reference(paths[0])

    def choose_labels(self) -> None:
        """Ask for class names and open the checkpoint again with them."""
        paths = self._asking.files(self.tr("Choose class names"), "labels", many=False)
        if paths:
            self._shell.workspace.take_labels(paths[0])

    def choose_label_folder(self) -> None:
        """Ask for a folder of class folders and open the checkpoint again with their names."""
        folder = self._asking.folder(self.tr("Choose a folder of class folders"), "labels")
        if folder is not None:
            self._shell.workspace.take_labels(folder)
