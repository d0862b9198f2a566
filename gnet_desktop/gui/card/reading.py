"""In the card's place while it is made: what is done, how far, and a way to stop and to go on."""

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.looks.theme import font

_WIDE = 320

translate = QCoreApplication.translate


class Reading(QWidget):
    """Every number of a file is looked at; ``pressed`` stops it, or goes on."""

    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = Label()
        self.words.setFont(font(13))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 100)
        self.bar.setFixedWidth(_WIDE)
        self.bar.setAccessibleName(translate("CheckpointCard", "How far it is"))
        self.button = Button()
        self.button.clicked.connect(self.pressed)
        column = QVBoxLayout(self)
        column.setSpacing(14)
        column.addStretch(1)
        for part in (self.words, self.bar, self.button):
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def show_share(self, name: str, share: float | None) -> None:
        """How far it is with the file of that name, 0…1; None where it was stopped."""
        stopped = share is None
        self.words.setText(
            translate("CheckpointCard", "The numbers of {0} were not all looked at.").format(name)
            if stopped
            else translate("CheckpointCard", "Reading every number of {0}…").format(name)
        )
        self.bar.setVisible(not stopped)
        self.bar.setValue(round(100 * (share or 0.0)))
        self.button.setText(
            translate("CheckpointCard", "Go on") if stopped else translate("CheckpointCard", "Stop")
        )
