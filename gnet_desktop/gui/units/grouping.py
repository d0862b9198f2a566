"""The button that puts the chosen unit into groups, and exports and imports them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu

from gnet_desktop.errors import ExportError, GNetError, UsageError
from gnet_desktop.files import why_unreadable, write_whole
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.plain import menu_words
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.workspace.units.groups import LONGEST, Groups

KEY = "groups of units"


class Memory(Protocol):
    """What groups are remembered in."""

    def get(self, name: str, default: object = None) -> object:
        """What is remembered under a name."""

    def set(self, name: str, value: object) -> None:
        """Remember something."""


class Grouping(Button):
    """``changed()`` when a unit joined or left a group, ``failed(error)`` where a file could not be used."""

    changed, failed = Signal(), Signal(object)

    def __init__(self, unit: Callable[[], str]) -> None:
        super().__init__()
        self.setText(self.tr("Groups"))
        self.setFont(font(12))
        self.setToolTip(self.tr("Name sets of units; they are kept with this checkpoint"))
        self._unit = unit
        self._memory: Memory | None = None
        self.groups = Groups("")
        menu = QMenu(self)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.setMenu(menu)

    def remember_in(self, memory: Memory) -> None:
        """Keep groups there, and show what it has."""
        self._memory = memory
        self.show_checkpoint(self.groups.sha256)

    def show_checkpoint(self, sha256: str) -> None:
        """Show the groups of a checkpoint."""
        known = self._known().get(sha256, {})
        units = {name: tuple(found) for name, found in known.items()}
        self.groups = Groups(sha256, units)
        self.changed.emit()

    def put(self, name: str) -> None:
        """Put the chosen unit into a group, or take it out."""
        if name.strip() and self._unit():
            self._use(self.groups.toggled(name.strip()[:LONGEST], self._unit()))

    def export(self, path: Path) -> None:
        """Write all groups of this checkpoint."""
        try:
            write_whole(path, self.groups.as_json().encode())
        except ExportError as error:
            self.failed.emit(error)

    def take(self, path: Path) -> None:
        """Add the groups of a file."""
        try:
            self._use(self.groups.joined(Groups.from_json(path.read_text("utf-8"), self.groups.sha256)))
        except (OSError, UnicodeDecodeError) as error:
            why = why_unreadable(error)[0] if isinstance(error, OSError) else "It is not text."
            self.failed.emit(UsageError("The groups could not be read.", why))
        except GNetError as error:
            self.failed.emit(error)

    def _known(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        known = self._memory.get(KEY) if self._memory is not None else None
        return known if isinstance(known, dict) else {}

    def _use(self, groups: Groups) -> None:
        self.groups = groups
        if self._memory is not None:
            own = {name: list(units) for name, units in groups.units.items()}
            self._memory.set(KEY, {**self._known(), groups.sha256: own})
        self.changed.emit()

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        mine = self.groups.of(self._unit())
        for name, units in self.groups.units.items():
            action = menu.addAction(f"{menu_words(name)} ({len(units)})")
            action.setCheckable(True)
            action.setChecked(name in mine)
            action.triggered.connect(lambda _=False, name=name: self.put(name))
        menu.addAction(self.tr("New group…")).triggered.connect(self._ask_name)
        menu.addSeparator()
        menu.addAction(self.tr("Export…")).triggered.connect(self._ask_export)
        menu.addAction(self.tr("Import…")).triggered.connect(self._ask_import)

    def _ask_name(self) -> None:
        name, chosen = QInputDialog.getText(self, self.tr("New group"), self.tr("Name of the group"))
        if chosen:
            self.put(name)

    def _ask_export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Export"), "groups.json", "*.json")
        if name:
            self.export(Path(name))

    def _ask_import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Import"), "", "*.json")
        if name:
            self.take(Path(name))
