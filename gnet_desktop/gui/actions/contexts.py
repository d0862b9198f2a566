"""The menus of a right click: on a picture of the list, on the photo, on an answer."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from gnet_desktop.gui.answers.values import class_name
from gnet_desktop.gui.controls.plain import menu_words
from gnet_desktop.gui.panels import Panels
from gnet_desktop.gui.system.desktop import show_in_folder
from gnet_desktop.gui.why.asking import method_words
from gnet_desktop.inspection.attribution.methods import METHODS
from gnet_desktop.workspace.choices import Point
from gnet_desktop.workspace.marking import LETTERS
from gnet_desktop.workspace.sifting import Sieve
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import ListedPicture, Reference

_EVIDENCE: Final = "grad-cam"
"""How the evidence for a class is looked for, unless another method is in use."""


class Contexts(QObject):
    """Opens the menus that the panels ask for; ``copied`` says that something was, ``groups_wanted``
    asks what tells two groups of pictures apart.
    """

    groups_wanted = Signal()

    def __init__(
        self, workspace: Workspace, panels: Panels, parent: QWidget, copied: Callable[[], None]
    ) -> None:
        super().__init__(parent)
        self._workspace, self._panels, self._parent, self._copied = workspace, panels, parent, copied
        panels.pictures.menu_wanted.connect(self._on_picture)
        panels.photo.view.menu_wanted.connect(self._on_photo)
        panels.answers.table.menu_wanted.connect(self._on_answer)

    def _on_picture(self, picture: int, place: QPoint) -> None:
        menu = self._menu()
        self._fill_picture(menu, picture)
        _open(menu, place)

    def _on_photo(self, point: Point | None, place: QPoint) -> None:
        menu, workspace = self._menu(), self._workspace
        if point is not None:
            menu.addAction(self.tr("Keep this place")).triggered.connect(
                lambda _=False: workspace.pin_point(point)
            )
        if workspace.pins:
            menu.addAction(self.tr("Forget pinned places")).triggered.connect(workspace.clear_pins)
        if workspace.result is not None:
            self._fill_evidence(menu.addMenu(self.tr("Where is the evidence")))
        menu.addSeparator()
        if workspace.current is not None:
            self._fill_picture(menu, workspace.current)
        _open(menu, place)

    def _on_answer(self, index: int | None, place: QPoint) -> None:
        menu, checkpoint = self._menu(), self._workspace.checkpoint
        if index is not None and checkpoint is not None:
            self._fill_class(menu, index, class_name(checkpoint.labels.names, index))
            menu.addSeparator()
        self._copying(menu, self.tr("Copy the answers"), self._panels.answers.copy_numbers)
        _open(menu, place)

    # What they offer

    def _fill_picture(self, menu: QMenu, picture: int) -> None:
        entry = self._workspace.pictures.get(picture)
        if entry is None:
            return
        if picture in self._workspace.marks.marked or any(self._workspace.marks.groups):
            self._fill_groups(menu, picture)
            menu.addSeparator()
        if picture != self._workspace.current:
            menu.addAction(self.tr("Show it")).triggered.connect(
                lambda _=False: self._workspace.choose_picture(picture)
            )
            compare = menu.addAction(self.tr("Compare with it"))
            compare.setEnabled(self._workspace.current is not None)
            compare.triggered.connect(
                lambda _=False: self._workspace.compare_with(Reference(picture=picture))
            )
        if isinstance(entry.source, Path):
            path = entry.source
            menu.addAction(self.tr("Show in folder")).triggered.connect(lambda _=False: show_in_folder(path))
            self._copying(menu, self.tr("Copy the path"), lambda: str(path))
        if picture == self._shown_picture():
            self._copying(menu, self.tr("Copy the answers"), self._panels.answers.copy_numbers)
        elif entry.best is not None:
            self._copying(menu, self.tr("Copy the answer"), partial(_best, entry))
        if entry.best is not None:
            only = Sieve(answer=entry.best[0])
            menu.addAction(self.tr("Only pictures with this answer")).triggered.connect(
                lambda _=False: self._workspace.sift_pictures(only)
            )
        menu.addSeparator()
        menu.addAction(self.tr("Take off the list")).triggered.connect(
            lambda _=False: self._workspace.remove_picture(picture)
        )

    def _fill_groups(self, menu: QMenu, picture: int) -> None:
        """What can be done with the pictures that are marked, and with the groups made of them."""
        marks = self._workspace.marks
        if picture in marks.marked:
            for letter in LETTERS:
                words = self.tr("These {0} pictures are group {1}").format(len(marks.marked), letter)
                menu.addAction(words).triggered.connect(lambda _=False, letter=letter: marks.gather(letter))
        apart = menu.addAction(self.tr("What tells A and B apart…"))
        apart.setEnabled(marks.complete)
        apart.triggered.connect(self.groups_wanted)
        if any(marks.groups):
            menu.addAction(self.tr("Forget the groups")).triggered.connect(marks.forget_groups)

    def _fill_evidence(self, menu: QMenu) -> None:
        now = self._workspace.view.why
        choices = [("", self.tr("Only the unit's map")), *((one, method_words(one)) for one in METHODS)]
        for method, words in choices:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(method == now)
            action.triggered.connect(partial(self._look_for, method))

    def _fill_class(self, menu: QMenu, index: int, name: str) -> None:
        words = menu_words(name)
        menu.addAction(self.tr("Which units add to {0}").format(words)).triggered.connect(
            lambda _=False: self._explain(index)
        )
        menu.addAction(self.tr("Where is the evidence for {0}").format(words)).triggered.connect(
            lambda _=False: self._find_evidence(index)
        )
        self._copying(menu, self.tr("Copy {0}").format(words), lambda: name)

    def _explain(self, index: int) -> None:
        self._workspace.explain(index)
        self._workspace.change_view(sort="contribution")

    def _find_evidence(self, index: int) -> None:
        self._workspace.explain(index)
        self._look_for(self._workspace.view.why or _EVIDENCE)

    def _look_for(self, method: str, _checked: bool = False) -> None:
        self._workspace.change_view(why=method)

    def _shown_picture(self) -> int | None:
        result = self._workspace.result
        return None if result is None else result.key.picture

    def _copying(self, menu: QMenu, words: str, text: Callable[[], str]) -> None:
        def copy() -> None:
            QGuiApplication.clipboard().setText(text())
            self._copied()

        menu.addAction(words).triggered.connect(lambda _=False: copy())

    def _menu(self) -> QMenu:
        menu = QMenu(self._parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu


def _open(menu: QMenu, place: QPoint) -> None:
    if not menu.isEmpty():
        menu.popup(place)


def _best(entry: ListedPicture) -> str:
    name, probability = entry.best or ("", 0.0)
    return f"{entry.name}\t{name}\t{probability:.4f}"
