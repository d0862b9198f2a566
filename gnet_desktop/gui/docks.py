"""The panels as docks: their places, what gives way in a small window, and the keeping of it all."""

from typing import Final

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

PANELS: Final = ("pictures", "photo", "answers", "network", "lanes", "unit")
# width of the outer columns and heights of the middle one by the window's width (tokens 7)
_SIZES: Final = (
    (
        1500,
        {
            "pictures": 216,
            "photo": 480,
            "answers": 567,
            "unit": 335,
            "top": 343,
            "network": 214,
            "lanes": 372,
        },
    ),
    (
        1200,
        {"pictures": 72, "photo": 372, "answers": 539, "unit": 296, "top": 236, "network": 156, "lanes": 259},
    ),
    (
        0,
        {"pictures": 72, "photo": 360, "answers": 300, "unit": 240, "top": 236, "network": 140, "lanes": 200},
    ),
)


class DockArea(QMainWindow):
    """A window inside the window that holds nothing but docks.

    Every panel's header is its dock's title bar: it is moved and floated by it.
    """

    def __init__(
        self, panels: dict[str, QWidget], titles: dict[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        empty = QWidget()
        empty.setMaximumSize(0, 0)
        self.setCentralWidget(empty)
        self.docks: dict[str, QDockWidget] = {}
        for name in PANELS:
            dock = QDockWidget(titles[name], self)
            dock.setObjectName(name)
            panels[name].setAutoFillBackground(True)
            header = getattr(panels[name], "header", None)
            dock.setWidget(panels[name])
            if isinstance(header, QWidget):
                dock.setTitleBarWidget(header)
            self.docks[name] = dock
        self._arrange()

    def _arrange(self) -> None:
        docks = self.docks
        for dock in docks.values():
            dock.setFloating(False)
            dock.show()
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, docks["pictures"])
        self.splitDockWidget(docks["pictures"], docks["photo"], Qt.Orientation.Horizontal)
        self.splitDockWidget(docks["photo"], docks["unit"], Qt.Orientation.Horizontal)
        self.splitDockWidget(docks["photo"], docks["network"], Qt.Orientation.Vertical)
        self.splitDockWidget(docks["network"], docks["lanes"], Qt.Orientation.Vertical)
        self.splitDockWidget(docks["photo"], docks["answers"], Qt.Orientation.Horizontal)

    def reset(self) -> None:
        """Every panel back in its place, in the sizes that fit this window."""
        for dock in self.docks.values():
            self.removeDockWidget(dock)
        self._arrange()
        self.apply_sizes(self.width())

    def apply_sizes(self, width: int) -> None:
        """The usual sizes for a window of that width."""
        sizes = next(sizes for least, sizes in _SIZES if width >= least)
        docks = self.docks
        across = Qt.Orientation.Horizontal
        down = Qt.Orientation.Vertical
        middle = max(300, width - sizes["pictures"] - sizes["unit"] - 2)
        self.resizeDocks(
            [docks["pictures"], docks["network"], docks["unit"]],
            [sizes["pictures"], middle, sizes["unit"]],
            across,
        )
        share = sizes["photo"] / (sizes["photo"] + sizes["answers"])
        self.resizeDocks(
            [docks["photo"], docks["answers"]], [round(middle * share), round(middle * (1 - share))], across
        )
        self.resizeDocks(
            [docks["photo"], docks["network"], docks["lanes"]],
            [sizes["top"], sizes["network"], sizes["lanes"]],
            down,
        )

    def state(self) -> str:
        """The layout as text for the settings."""
        return bytes(self.saveState().toBase64().data()).decode("ascii")

    def restore(self, state: str) -> bool:
        """Bring a kept layout back; False if it doesn't fit this version."""
        return self.restoreState(QByteArray.fromBase64(state.encode("ascii", "ignore")))
