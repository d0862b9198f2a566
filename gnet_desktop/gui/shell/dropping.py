"""What is dropped on the window, or pasted: said while it hovers, opened when it is let go."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QObject, QPoint, QRect
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication

from gnet_desktop.errors import GNetError
from gnet_desktop.files import is_folder
from gnet_desktop.gui.actions.shell import Shell
from gnet_desktop.gui.controls.waiting import short_name
from gnet_desktop.gui.shell.drop import SHOWN, DropCard, Dropped, accept_copy, count_pictures, read_mime
from gnet_desktop.gui.shell.halves import Halves
from gnet_desktop.gui.shell.notices import Notice
from gnet_desktop.shown import name_of
from gnet_desktop.workspace.values import Reference


class Dropping(QObject):
    """Takes what comes to a window; ``card`` says what letting go would do."""

    def __init__(self, shell: Shell, notice: Notice) -> None:
        super().__init__(shell.widget)
        self._shell, self._notice = shell, notice
        self._workspace = shell.workspace
        self.card = DropCard(shell.widget)
        self._hovering: Dropped | None = None

    def enter(self, event: QDragEnterEvent) -> None:
        """Light up for whatever comes, and say what letting go would do."""
        if not accept_copy(event):
            return
        dropped = self._hovering = self._read(event.mimeData())
        self.card.show_for(dropped, self._halves(dropped))
        pictures = dropped.files.pictures
        if pictures:
            self._workspace.compute("count", lambda: count_pictures(pictures), partial(self._count, dropped))
        if not dropped.files.checkpoints:
            for path in dropped.files.pictures[:SHOWN]:
                self._workspace.preview(path, partial(self._add_to_card, dropped))

    def move(self, event: QDragMoveEvent) -> None:
        """Still over the window: the same action, whatever keys are held."""
        if accept_copy(event):
            self.card.point_at(event.position().toPoint())

    def _halves(self, dropped: Dropped) -> Halves | None:
        """The photo's halves, where it shows a picture that those of the drop can be compared with."""
        workspace, view = self._workspace, self._shell.panels.photo.view
        entry = workspace.pictures.get(workspace.current or 0)
        count = len(dropped.files.pictures) or int(dropped.picture is not None)
        files = dropped.files
        others = files.checkpoints or files.labels or any(map(is_folder, files.pictures))
        if entry is None or not count or others or self._shell.page != "explore" or not view.isVisible():
            return None
        corner = view.mapTo(self._shell.widget, QPoint(0, 0))
        return Halves(QRect(corner, view.size()), short_name(entry.name), count)

    def _count(self, dropped: Dropped, count: int) -> None:
        if self._hovering is dropped:
            self.card.show_count(dropped, count)

    def _add_to_card(self, dropped: Dropped, pixels: NDArray[np.uint8]) -> None:
        if self._hovering is dropped:
            self.card.add_picture(pixels)

    def leave(self) -> None:
        """It went away."""
        self._hovering = None
        self.card.hide()

    def drop(self, event: QDropEvent) -> None:
        """Open it, or compare with it."""
        self.leave()
        if not accept_copy(event):
            return
        dropped = self._read(event.mimeData())
        halves = self._halves(dropped)
        if halves is not None and halves.compares(event.position().toPoint()):
            self._compare(dropped)
        else:
            self.take(dropped)

    def _compare(self, dropped: Dropped) -> None:
        """What is looked at stays, compared with the first of these pictures."""
        self._notice.dismiss()
        brought = dropped.files.pictures or [one for one in (dropped.picture,) if one is not None]
        added = self._workspace.add_pictures(brought, show=False)
        self._workspace.compare_with(Reference(picture=added[0]))

    def paste(self) -> None:
        """Open what the clipboard holds."""
        # an empty one may have no data object at all
        data = QGuiApplication.clipboard().mimeData() or QMimeData()
        self.take(self._read(data, pasted=True), pasted=True)

    def _read(self, data: QMimeData, *, pasted: bool = False) -> Dropped:
        """What the data carries, and what it means for the page that is shown."""
        dropped, folder = read_mime(data, pasted=pasted), self._shell.judged_folder
        if self._shell.page != "folder" or folder is None:
            return dropped
        from gnet_desktop.folder.truth import is_about

        files = dropped.files.labels + dropped.files.pictures
        return replace(dropped, table=next((file for file in files if is_about(file, folder)), None))

    def take(self, dropped: Dropped, *, pasted: bool = False) -> None:
        """Open what a drop or the clipboard brought; every one of them ends visibly."""
        self._notice.dismiss()
        refusal = dropped.refusal(pasted=pasted)
        if refusal is not None:
            self._shell.show_error(refusal)
            return
        if dropped.table is not None:
            self._shell.judge_by(dropped.table)
            return
        labels = next(iter(dropped.files.labels), None)
        if dropped.files.checkpoints and self._are_directions(dropped.files.checkpoints[0]):
            self._shell.show_directions(dropped.files.checkpoints[0])
        elif dropped.files.checkpoints:
            self._shell.open_checkpoint(dropped.files.checkpoints[0], labels)
        elif labels is not None:
            self._take_labels(labels)
        folders = [path for path in dropped.files.pictures if is_folder(path)]
        if folders and self._shell.page == "folder":
            self._shell.evaluate(folders[0])
        elif folders and self._shell.page == "units":
            self._shell.index(folders[0])
        elif dropped.files.pictures:
            self._shell.take_pictures(list(dropped.files.pictures))
        if dropped.picture is not None:
            self._workspace.add_pictures([dropped.picture])

    def _are_directions(self, path: Path) -> bool:
        """Whether a file on the Units page is a matrix for its cards, and no network."""
        if self._shell.page != "units" or self._workspace.checkpoint is None:
            return False
        from gnet_desktop.checkpoints.directions import holds_directions

        return holds_directions(path)

    def _take_labels(self, path: Path) -> None:
        if self._workspace.checkpoint is not None:
            self._workspace.take_labels(path)
            return
        self._shell.show_error(
            GNetError(
                self.tr("{0} is a list of class names.").format(name_of(path)),
                self.tr("No checkpoint is open that they could belong to."),
                self.tr("Open one first."),
            )
        )
