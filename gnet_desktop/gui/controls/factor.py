"""How many times itself a part is, by a slider: the network follows the hand."""

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.changing import factor_words, targets_words
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.network.changes import Changes
from gnet_desktop.workspace.state import Workspace

_STEPS = 20
"""Steps of the slider for each 1."""
_MOST = 4
_WIDTH, _VALUE = 180, 48

translate = QCoreApplication.translate


_KEYS = (
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End),
)


class _Slider(QSlider):
    """A slider that has its keys before the window's shortcuts."""

    @override
    def event(self, event: QEvent) -> bool:
        """Ask for the keys that move it."""
        asked = event.type() == QEvent.Type.ShortcutOverride
        if asked and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            event.accept()
            return True
        return super().event(event)


class FactorSlider(QWidget):
    """0 … 4 times itself. The first move makes the change, further ones go on with it: one step of undo."""

    def __init__(self, workspace: Workspace, targets: Changes) -> None:
        super().__init__()
        self._workspace, self._targets = workspace, targets
        self._moved = False
        name = targets_words(targets)
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _MOST * _STEPS)
        self.slider.setPageStep(_STEPS // 2)
        self.slider.setFixedWidth(_WIDTH)
        self.slider.setAccessibleName(translate("Changes", "How many times itself {0} is").format(name))
        self.value = Label("")
        self.value.setFont(font(12.5))
        self.value.setFixedWidth(_VALUE)
        self.slider.setValue(round(_STEPS * factor_of(workspace, targets)))
        self._say()
        self.slider.valueChanged.connect(self._move)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 10, 6)
        row.addWidget(self.slider)
        row.addWidget(self.value)
        self.setFocusProxy(self.slider)

    @property
    def factor(self) -> float:
        """Where the slider stands."""
        return self.slider.value() / _STEPS

    def _move(self) -> None:
        self._workspace.scale(self._targets, self.factor, goes_on=self._moved)
        self._moved = True
        self._say()

    def _say(self) -> None:
        self.value.setText(factor_words(self.factor))
        self.slider.setAccessibleDescription(self.value.text())


def factor_of(workspace: Workspace, targets: Changes) -> float:
    """What the first of some parts is times itself now: 0 where it is off, 1 where nothing scales it."""
    for change in workspace.changes:
        if change.name == targets[0].name and change.kind in ("off", "scaled"):
            return 0.0 if change.kind == "off" else change.factor
    return 1.0


def open_factor_slider(owner: QWidget, workspace: Workspace, targets: Changes, place: QPoint) -> FactorSlider:
    """A slider of its own at a place of the screen, for what ``targets`` name; a click beside it or Esc
    closes it.
    """
    slider = FactorSlider(workspace, targets)
    slider.setParent(owner, Qt.WindowType.Popup)
    slider.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    slider.move(place)
    slider.show()
    slider.slider.setFocus(Qt.FocusReason.PopupFocusReason)
    return slider
