"""The panels as docks: their places, what gives way in a small window, and the keeping of it all."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QDockWidget, QHBoxLayout, QMainWindow, QTabWidget, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.common import IconButton
from gnet_desktop.gui.controls.plain import tip
from gnet_desktop.gui.looks.theme import STATUS_BAR, TOP_BAR, Theme
from gnet_desktop.gui.panels import TITLES, Panel, Panels

PANELS: Final = tuple(TITLES)
# Below these widths a panel would cut what it shows: numbers lose digits, words overlap.
_LEAST: Final = {"pictures": 72, "photo": 232, "answers": 372, "network": 360, "lanes": 360, "unit": 280}

_BARS: Final = TOP_BAR + STATUS_BAR


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes for windows from ``width`` and ``height`` on; ``shape`` says which panels share a place.

    ``rows``: each has its own. ``tabs``: answers and network share one. ``column``: so do answers,
    network and unit, at the right. ``pile``: and the branches too.
    """

    width: int
    height: int
    pictures: int
    photo: int
    answers: int
    unit: int
    top: int
    network: int
    lanes: int
    shape: str = "rows"


_PLANS: Final = (
    Plan(1500, 560, pictures=216, photo=480, answers=567, unit=335, top=343, network=214, lanes=372),
    Plan(1200, 560, pictures=72, photo=372, answers=539, unit=296, top=236, network=156, lanes=259),
    Plan(
        960, 520, pictures=72, photo=232, answers=374, unit=280, top=262, network=262, lanes=262, shape="tabs"
    ),
    Plan(
        808, 440, pictures=72, photo=436, answers=374, unit=374, top=220, network=0, lanes=180, shape="column"
    ),
    Plan(0, 0, 72, photo=232, answers=374, unit=374, top=300, network=300, lanes=300, shape="pile"),
)
_SHARED: Final = {
    "rows": (),
    "tabs": ("network",),
    "column": ("network", "unit"),
    "pile": ("network", "lanes", "unit"),
}
"""What stands behind Answers, as tabs, in each shape; a panel that has no place in any always does."""


def plan_for(size: QSize) -> Plan:
    """The plan for a window of that size."""
    return next(plan for plan in _PLANS if size.width() >= plan.width and size.height() >= plan.height)


class _Dock(QDockWidget):
    """A dock that has a frame while it floats: a desktop gives none to a window with a title of its own."""

    @override
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
        self._panels = panels
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        empty = QWidget()
        empty.setMaximumSize(0, 0)
        self.setCentralWidget(empty)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.docks: dict[str, QDockWidget] = {}
        for name in PANELS:
            dock = _Dock(QCoreApplication.translate("actions", TITLES[name].text), self)
            dock.setObjectName(name)
            panel: Panel = panels[name]
            panel.setAutoFillBackground(True)
            dock.setWidget(panels[name])
            for part in (panel, panel.header):
                part.setMinimumWidth(_LEAST.get(name, _LEAST["answers"]))
            dock.setTitleBarWidget(panel.header)
            panel.header.add(_Afloat(dock))
            panel.header.pressed.connect(partial(panel.setFocus, Qt.FocusReason.MouseFocusReason))
            dock.topLevelChanged.connect(self._take_over)
            dock.topLevelChanged.connect(partial(self._keep_keyboard, name))
            dock.dockLocationChanged.connect(self._take_over)
            self.docks[name] = dock
        self._plan: Plan | None = None
        self._by_hand, self._noted, self._needs = "", "", QSize()
        self._behind: QDockWidget | None = None
        self._arranging = False
        self._before: dict[str, QSize] = {}
        self._arrange(_PLANS[0])

    def _arrange(self, plan: Plan) -> None:
        docks, across, down = self.docks, Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self._arranging = True
        for dock in docks.values():
            dock.setFloating(False)
            dock.show()
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, docks["pictures"])
        self.splitDockWidget(docks["pictures"], docks["photo"], across)
        right = "answers" if "unit" in _SHARED[plan.shape] else "unit"
        self.splitDockWidget(docks["photo"], docks[right], across)
        if "lanes" not in _SHARED[plan.shape] and plan.shape != "rows":
            self.splitDockWidget(docks["photo"], docks["lanes"], down)
        if plan.shape == "rows":
            self.splitDockWidget(docks["photo"], docks["network"], down)
            self.splitDockWidget(docks["network"], docks["lanes"], down)
        if plan.shape in ("rows", "tabs"):
            self.splitDockWidget(docks["photo"], docks["answers"], across)
        elsewhere = [name for name in docks if name not in _LEAST]
        for behind in (*_SHARED[plan.shape], *elsewhere):
            self.tabifyDockWidget(docks["answers"], docks[behind])
        docks["answers"].raise_()
        self._arranging = False

    def _take_over(self) -> None:
        """A hand moved or floated a panel: the arrangement is that person's from now on."""
        if not self._arranging:
            self._plan, self._by_hand = None, ""
            # once the layouts have heard of it
            QTimer.singleShot(0, self._note)

    def _keep_keyboard(self, name: str, _floats: bool) -> None:
        """A hand floated a panel, or put it back: it is hidden in between, and lost the keyboard by that."""
        dock, panel = self.docks[name], self._panels[name]

        def give() -> None:
            dock.window().activateWindow()
            panel.setFocus(Qt.FocusReason.MouseFocusReason)

        if not self._arranging:
            QTimer.singleShot(0, give)

    @override
    def event(self, event: QEvent) -> bool:
        """A hand let go of a line between panels."""
        done = super().event(event)
        if event.type() == QEvent.Type.MouseButtonRelease:
            self._note()
        return done

    def _note(self) -> None:
        """Know what a hand arranged, before a smaller window presses it together."""
        if self._plan is None and not self._by_hand:
            self._noted, self._needs = self.state(), self.minimumSizeHint()

    def reset(self, size: QSize) -> None:
        """Every panel back in its place, in the sizes that fit a window of that size."""
        self.follow(size, anew=True)

    def follow(self, size: QSize, *, anew: bool = False) -> None:
        """Arrange for a window of that size, if its plan is another one and no hand arranged it.

        What a hand arranged gives way where it has no room, and is back when it has.
        """
        if anew:
            self._by_hand = ""
        elif self._plan is None:
            if _fits(self.minimumSizeHint(), size):
                self._note()
                return
            self._by_hand = self._noted or self.state()
        elif self._by_hand and _fits(self._needs, size):
            self._bring_back()
            return
        elif plan_for(size) is self._plan:
            return
        self._follow(plan_for(size), size.width(), anew=anew)

    def _bring_back(self) -> None:
        """What a hand had arranged."""
        state, self._by_hand, self._plan = self._by_hand, "", None
        self._arranging = True
        self.restoreState(QByteArray.fromBase64(state.encode("ascii")))
        self._arranging = False

    def _follow(self, plan: Plan, width: int, *, anew: bool) -> None:
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
        wide = docks[{"rows": "network", "pile": "photo"}.get(plan.shape, "lanes")]
        right = docks["answers" if "unit" in _SHARED[plan.shape] else "unit"]
        self.resizeDocks([docks["pictures"], wide, right], [plan.pictures, middle, plan.unit], across)
        if right is docks["unit"]:
            photo = round(middle * plan.photo / (plan.photo + plan.answers))
            self.resizeDocks([docks["photo"], docks["answers"]], [photo, middle - photo], across)
        rows = [name for name in ("photo", "network", "lanes") if name not in _SHARED[plan.shape]]
        heights = {"photo": plan.top, "network": plan.network, "lanes": plan.lanes}
        self.resizeDocks([docks[name] for name in rows], [heights[name] for name in rows], down)

    def reveal(self, name: str) -> bool:
        """Bring a panel before those that share its place; False if it was there, or is hidden."""
        dock = self.docks[name]
        if dock.isHidden() or self.is_in_sight(name):
            return False
        dock.raise_()
        return True

    def is_in_sight(self, name: str) -> bool:
        """Whether a panel is neither hidden nor behind another."""
        dock = self.docks[name]
        behind = bool(self.tabifiedDockWidgets(dock)) and dock.visibleRegion().isEmpty()
        return not (dock.isHidden() or behind)

    def shares(self, one: str, other: str) -> bool:
        """Whether two panels share a place, so that one of them is out of sight."""
        return self.docks[other] in self.tabifiedDockWidgets(self.docks[one])

    def lend(self, *, lent: bool) -> None:
        """The network is about to want more room, or no longer: then all get back what they had."""
        network = self.docks["network"]
        if lent:
            others = self.tabifiedDockWidgets(network)
            front = next((dock for dock in others if self.is_in_sight(dock.objectName())), None)
            self._behind = front if self.reveal("network") else None
            layout = self.layout()
            assert layout is not None
            layout.activate()  # what has only just been shown has its sizes only then
            self._before = {name: dock.size() for name, dock in self.docks.items() if dock.isVisible()}
        else:
            if self._behind is not None and self._behind in self.tabifiedDockWidgets(network):
                self._behind.raise_()
            # once the layouts have heard that less is wanted
            QTimer.singleShot(0, self._give_back)

    def _give_back(self) -> None:
        there = {self.docks[name]: size for name, size in self._before.items()}
        network = self.docks["network"]
        # behind a tab it isn't laid out, and would still want what it wanted while it was in front
        for widget in (network.widget(), network, self):
            layout = widget.layout()
            if layout is not None:
                layout.invalidate()
                layout.activate()
        # a dock with tabs is lower than its place by their height
        docks = [dock for dock in there if dock.isVisible() and not self.tabifiedDockWidgets(dock)]
        self.resizeDocks(docks, [there[dock].width() for dock in docks], Qt.Orientation.Horizontal)
        self.resizeDocks(docks, [there[dock].height() for dock in docks], Qt.Orientation.Vertical)
        if not self._before and self._plan is not None:
            self._apply_sizes(self._plan, self.width())
        self._before = {}

    def state(self) -> str:
        """The layout as text for the settings: what a hand arranged, even where it has no room now."""
        return self._by_hand or bytes(self.saveState().toBase64().data()).decode("ascii")

    @property
    def follows(self) -> int | None:
        """The width from which on the arrangement is meant; None where a hand arranged it."""
        return None if self._plan is None or self._by_hand else self._plan.width

    def restore(self, state: str, size: QSize, follows: int | None = None) -> bool:
        """Bring a kept layout back, and what `follows` was; False if it doesn't fit this version.

        ``size`` is the window's: a layout that has no room there gives way.
        """
        self._plan = None
        restored = self.restoreState(QByteArray.fromBase64(state.encode("ascii", "ignore")))
        if restored:
            self._plan = next((plan for plan in _PLANS if plan.width == follows), None)
            self.follow(size)
        return restored


def _fits(needed: QSize, size: QSize) -> bool:
    """Whether panels that need so much have room in a window of that size."""
    return needed.width() <= size.width() and needed.height() + _BARS <= size.height()
