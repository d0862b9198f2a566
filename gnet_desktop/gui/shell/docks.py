"""The panels as docks: their places, what gives way in a small window, and the keeping of it all."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QDockWidget, QHBoxLayout, QMainWindow, QTabWidget, QWidget

from gnet_desktop.gui.controls.common import IconButton
from gnet_desktop.gui.controls.plain import tip
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.panels import Panel, Panels

PANELS: Final = ("pictures", "photo", "answers", "network", "lanes", "unit")
# Below these widths a panel would cut what it shows: numbers lose digits, words overlap.
_LEAST: Final = {"pictures": 72, "photo": 232, "answers": 372, "network": 360, "lanes": 360, "unit": 280}


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes for windows from ``width`` on; ``tabs``: answers and network share one place."""

    width: int
    pictures: int
    photo: int
    answers: int
    unit: int
    top: int
    network: int
    lanes: int
    tabs: bool = False


_PLANS: Final = (
    Plan(1500, pictures=216, photo=480, answers=567, unit=335, top=343, network=214, lanes=372),
    Plan(1200, pictures=72, photo=372, answers=539, unit=296, top=236, network=156, lanes=259),
    Plan(0, pictures=72, photo=232, answers=374, unit=280, top=262, network=262, lanes=262, tabs=True),
)


def plan_for(width: int) -> Plan:
    """The plan for a window of that width."""
    return next(plan for plan in _PLANS if width >= plan.width)


class _Dock(QDockWidget):
    """A dock that has a frame while it floats: a desktop gives none to a window with a title of its own."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame, on all sides of title and contents."""
        super().paintEvent(event)
        if self.isFloating():
            painter = QPainter(self)
            painter.setPen(QPen(Theme.now().colour("text3"), 2))
            painter.drawRect(self.rect())
            painter.end()


class _Afloat(QWidget):
    """What a panel that floats as a window of its own needs: back into the window, and away."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for sign, words, act in (
            ("window", self.tr("Back into the window"), lambda: dock.setFloating(False)),
            ("close", self.tr("Close; the View menu brings it back"), dock.close),
        ):
            button = IconButton(sign)
            button.setToolTip(tip(words))
            button.setAccessibleName(words)
            button.clicked.connect(act)
            row.addWidget(button)
        dock.topLevelChanged.connect(self.setVisible)
        self.hide()


class DockArea(QMainWindow):
    """A window inside the window that holds nothing but docks.

    Every panel's header is its dock's title bar: it is moved and floated by it.
    """

    def __init__(self, panels: Panels, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        titles = self._titles()
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        empty = QWidget()
        empty.setMaximumSize(0, 0)
        self.setCentralWidget(empty)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.docks: dict[str, QDockWidget] = {}
        for name in PANELS:
            dock = _Dock(titles[name], self)
            dock.setObjectName(name)
            panel: Panel = panels[name]
            panel.setAutoFillBackground(True)
            dock.setWidget(panels[name])
            for part in (panel, panel.header):
                part.setMinimumWidth(_LEAST[name])
            dock.setTitleBarWidget(panel.header)
            panel.header.add(_Afloat(dock))
            panel.header.pressed.connect(partial(panel.setFocus, Qt.FocusReason.MouseFocusReason))
            dock.topLevelChanged.connect(self._take_over)
            dock.dockLocationChanged.connect(self._take_over)
            self.docks[name] = dock
        self._plan: Plan | None = None
        self._arranging = False
        self._before: dict[str, QSize] = {}
        self._arrange(_PLANS[0])

    def _titles(self) -> dict[str, str]:
        return {
            "pictures": self.tr("Pictures"),
            "photo": self.tr("Photo"),
            "answers": self.tr("Answers"),
            "network": self.tr("Network"),
            "lanes": self.tr("Branches"),
            "unit": self.tr("Unit"),
        }

    def _arrange(self, plan: Plan) -> None:
        docks, across, down = self.docks, Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self._arranging = True
        for dock in docks.values():
            dock.setFloating(False)
            dock.show()
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, docks["pictures"])
        self.splitDockWidget(docks["pictures"], docks["photo"], across)
        self.splitDockWidget(docks["photo"], docks["unit"], across)
        if plan.tabs:
            self.splitDockWidget(docks["photo"], docks["lanes"], down)
            self.splitDockWidget(docks["photo"], docks["answers"], across)
            self.tabifyDockWidget(docks["answers"], docks["network"])
            docks["answers"].raise_()
        else:
            self.splitDockWidget(docks["photo"], docks["network"], down)
            self.splitDockWidget(docks["network"], docks["lanes"], down)
            self.splitDockWidget(docks["photo"], docks["answers"], across)
        self._arranging = False

    def _take_over(self) -> None:
        """A hand moved or floated a panel: the arrangement is that person's from now on."""
        if not self._arranging:
            self._plan = None

    def reset(self) -> None:
        """Every panel back in its place, in the sizes that fit this window."""
        self.follow(self.width(), anew=True)

    def follow(self, width: int, *, anew: bool = False) -> None:
        """Arrange for a window of that width, if its plan is another one and no hand arranged it."""
        plan = plan_for(width)
        if not anew and (self._plan is None or plan is self._plan):
            return
        focus = QApplication.focusWidget()
        hidden = [] if anew else [dock for dock in self.docks.values() if dock.isHidden()]
        self._arranging = True
        for dock in self.docks.values():
            # while it floats, removing it would leave it floating
            dock.setFloating(False)
            self.removeDockWidget(dock)
        self._arrange(plan)
        for dock in hidden:
            dock.hide()
        self._plan = plan
        self._apply_sizes(plan, width)
        if focus is not None:
            focus.setFocus(Qt.FocusReason.OtherFocusReason)

    def _apply_sizes(self, plan: Plan, width: int) -> None:
        docks, across, down = self.docks, Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        middle = max(300, width - plan.pictures - plan.unit - 2)
        wide = docks["lanes" if plan.tabs else "network"]
        self.resizeDocks([docks["pictures"], wide, docks["unit"]], [plan.pictures, middle, plan.unit], across)
        photo = round(middle * plan.photo / (plan.photo + plan.answers))
        self.resizeDocks([docks["photo"], docks["answers"]], [photo, middle - photo], across)
        if plan.tabs:
            self.resizeDocks([docks["photo"], docks["lanes"]], [plan.top, plan.lanes], down)
        else:
            rows = [docks["photo"], docks["network"], docks["lanes"]]
            self.resizeDocks(rows, [plan.top, plan.network, plan.lanes], down)

    def lend(self, *, lent: bool) -> None:
        """A panel is about to want more room, or no longer: then all get back what they had."""
        if lent:
            self._before = {name: dock.size() for name, dock in self.docks.items() if dock.isVisible()}
        else:
            # once the layouts have heard that less is wanted
            QTimer.singleShot(0, self._give_back)

    def _give_back(self) -> None:
        there = {self.docks[name]: size for name, size in self._before.items()}
        # a dock with tabs is lower than its place by their height
        docks = [dock for dock in there if dock.isVisible() and not self.tabifiedDockWidgets(dock)]
        self.resizeDocks(docks, [there[dock].width() for dock in docks], Qt.Orientation.Horizontal)
        self.resizeDocks(docks, [there[dock].height() for dock in docks], Qt.Orientation.Vertical)
        if not self._before and self._plan is not None:
            self._apply_sizes(self._plan, self.width())
        self._before = {}

    def state(self) -> str:
        """The layout as text for the settings."""
        return bytes(self.saveState().toBase64().data()).decode("ascii")

    @property
    def follows(self) -> int | None:
        """The width from which on the arrangement is meant; None where a hand arranged it."""
        return None if self._plan is None else self._plan.width

    def restore(self, state: str, follows: int | None = None) -> bool:
        """Bring a kept layout back, and what `follows` was; False if it doesn't fit this version."""
        self._plan = None
        restored = self.restoreState(QByteArray.fromBase64(state.encode("ascii", "ignore")))
        if restored and follows is not None:
            self._plan = plan_for(follows)
            self.follow(self.width())
        return restored
