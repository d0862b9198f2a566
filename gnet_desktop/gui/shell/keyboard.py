"""Which panel has the keyboard, and giving it to the next."""

import math
import time
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from gnet_desktop.gui.panels import Panels
from gnet_desktop.gui.shell.docks import PANELS, DockArea

_TWICE: Final = 1.0
"""Seconds within which a second Esc belongs to the first."""


class PanelFocus(QObject):
    """Follows the keyboard among panels; ``menus`` is the bar of menus, which borrows it."""

    def __init__(self, panels: Panels, area: DockArea, menus: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._panels, self._area, self._menus = panels, area, menus
        self._before_menus: QWidget | None = None
        self._escaped = -math.inf
        QApplication.instance().focusChanged.connect(self._focus_changed)  # type: ignore[union-attr]

    def is_second_escape(self) -> bool:
        """Whether Esc, which was pressed now, was pressed a moment ago, too."""
        before, self._escaped = self._escaped, time.monotonic()
        if self._escaped - before > _TWICE:
            return False
        self._escaped = -math.inf
        return True

    def panel(self) -> str | None:
        """The panel that has the keyboard."""
        focus = QApplication.focusWidget()
        focus = self._before_menus if focus is self._menus else focus
        return next((name for name, panel in self._panels.items() if _is_in(focus, panel)), None)

    def _focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        """The menus take the keyboard for a moment; what they do is meant for where it was."""
        if new is self._menus:
            self._before_menus = old

    def step(self, step: int) -> None:
        """Give the keyboard to the next panel that is shown; backwards with -1."""
        shown = [name for name in PANELS if not self._area.docks[name].isHidden()]
        now = self.panel()
        place = shown.index(now) if now in shown else min(0, -step)
        for away in range(1, len(shown) + 1):
            name = shown[(place + away * step) % len(shown)]
            panel = self._panels[name]
            behind = self._front(name)
            self._area.reveal(name)
            panel.window().activateWindow()
            panel.setFocus(Qt.FocusReason.ShortcutFocusReason)
            # a panel that has nothing to work on takes no keyboard
            if _is_in(panel.window().focusWidget(), panel):
                return
            self._area.reveal(behind)

    def _front(self, name: str) -> str:
        """The panel that is seen in the place that this one has, itself or another tab of it."""
        places = [other for other in PANELS if self._area.shares(name, other)]
        return next((one for one in places if self._area.is_in_sight(one)), name)


def _is_in(focus: QWidget | None, panel: QWidget) -> bool:
    return focus is not None and (panel is focus or panel.isAncestorOf(focus))
