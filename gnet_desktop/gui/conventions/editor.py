"""The editor of an input convention: every part, from a preset or one's own."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gnet_desktop.convention import CONVENTIONS, Convention, parse_convention
from gnet_desktop.errors import GNetError
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.conventions.chips import Chips
from gnet_desktop.gui.looks.theme import Theme

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "resize": ("short side", "exact", "fit", "none"),
    "order": ("rgb", "bgr", "grey"),
    "interpolation": ("bilinear", "bicubic", "nearest"),
    "long_side": ("truncate", "round"),
    "crop_offset": ("round", "floor"),
    "profile": ("srgb", "stored"),
}
_KEYS: Final = {"resize": "mode"}
"""What a field is called in `parse_convention`, where it differs."""


class ConventionEditor(QDialog):
    """Edits a convention; ``convention`` is the result, None while something doesn't make sense."""

    def __init__(self, start: Convention, channels: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Input convention"))
        self._channels = channels
        self._base = start
        self.convention: Convention | None = start
        self.preset = QComboBox()
        self.boxes = {name: QComboBox() for name in _CHOICES}
        self.side, self.crop = QSpinBox(), QSpinBox()
        self.range, self.mean, self.std = QLineEdit(), QLineEdit(), QLineEdit()
        self.transform = QCheckBox(self.tr("rescale from ImageNet's statistics to −1…1 once more"))
        self.chips, self.error = Chips(), Label()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._fill()
        self._build()
        self._show(start)
        self._listen()

    def _fill(self) -> None:
        words = self._words()
        for name, values in _CHOICES.items():
            for value in values:
                self.boxes[name].addItem(words.get(value, value), value)
        self.preset.addItem(self.tr("custom"), "")
        for convention in CONVENTIONS.values():
            if convention.channels == self._channels:
                self.preset.addItem(convention.name, convention.name)
        self.side.setRange(1, 4096)
        self.crop.setRange(0, 4096)
        self.crop.setSpecialValueText(self.tr("none"))
        self.error.setWordWrap(True)

    def _words(self) -> dict[str, str]:
        return {
            "short side": self.tr("short side, keeps the aspect"),
            "exact": self.tr("exactly, squeezes to a square"),
            "fit": self.tr("fit inside, fills with the mean"),
            "none": self.tr("not at all"),
            "rgb": self.tr("RGB"),
            "bgr": self.tr("BGR"),
            "grey": self.tr("grey, one channel"),
            "srgb": self.tr("convert embedded profiles to sRGB"),
            "stored": self.tr("as stored"),
        }

    def _rows(self) -> list[tuple[str, QWidget]]:
        return [
            (self.tr("Start from"), self.preset),
            (self.tr("Resize"), self.boxes["resize"]),
            (self.tr("To pixels"), self.side),
            (self.tr("Crop"), self.crop),
            (self.tr("Channel order"), self.boxes["order"]),
            (self.tr("Range"), self.range),
            (self.tr("Mean"), self.mean),
            (self.tr("Std"), self.std),
            (self.tr("Input transform"), self.transform),
            (self.tr("Resampling"), self.boxes["interpolation"]),
            (self.tr("Long side"), self.boxes["long_side"]),
            (self.tr("Crop's odd pixel"), self.boxes["crop_offset"]),
            (self.tr("Colour profile"), self.boxes["profile"]),
        ]

    def _build(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        for words, widget in self._rows():
            form.addRow(words, widget)
            widget.setAccessibleName(words)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.chips)
        column.addWidget(self.error)
        column.addWidget(self.buttons)
        self.setMinimumWidth(520)

    def _listen(self) -> None:
        self.preset.activated.connect(self._take_preset)
        for box in self.boxes.values():
            box.currentIndexChanged.connect(self._read)
        for spin in (self.side, self.crop):
            spin.valueChanged.connect(self._read)
        for line in (self.range, self.mean, self.std):
            line.textChanged.connect(self._read)
        self.transform.toggled.connect(self._read)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _take_preset(self) -> None:
        name = self.preset.currentData()
        if name:
            self._show(CONVENTIONS[name])
            self._read()

    def _show(self, convention: Convention) -> None:
        """Fill the fields; they say nothing while they are filled."""
        self._base = convention
        fields: list[QWidget] = [widget for _, widget in self._rows()]
        for field in fields:
            field.blockSignals(True)
        for name, box in self.boxes.items():
            box.setCurrentIndex(box.findData(getattr(convention, name)))
        self.side.setValue(convention.size)
        self.crop.setValue(convention.crop or 0)
        self.range.setText(f"{convention.range:g}")
        self.mean.setText(_joined(convention.mean))
        self.std.setText(_joined(convention.std))
        self.transform.setChecked(convention.transform_input)
        self.preset.setCurrentIndex(max(0, self.preset.findData(convention.name)))
        for field in fields:
            field.blockSignals(False)
        self.convention = convention
        self._tell("")

    def _read(self) -> None:
        """Read the fields; what cannot be used is said, and cannot be accepted."""
        values = {_KEYS.get(name, name): str(box.currentData()) for name, box in self.boxes.items()}
        # the order decides how many values mean and std have, so all go through one reader
        values |= {
            "resize": str(self.side.value()),
            "crop": str(self.crop.value() or "none"),
            "range": self.range.text().strip(),
            "mean": _colons(self.mean.text()),
            "std": _colons(self.std.text()),
            "transform_input": "on" if self.transform.isChecked() else "off",
        }
        text = ",".join(f"{key}={value}" for key, value in values.items())
        try:
            made = parse_convention(text, self._base)
            self.convention = self._named(made)
            self._tell(self._misfit(made))
        except GNetError as error:
            self.convention = None
            self._tell(" ".join(part for part in (error.what, error.why) if part))

    def _named(self, made: Convention) -> Convention:
        """The known convention that it equals, if it equals one."""
        for known in CONVENTIONS.values():
            if made.changed(name=known.name) == known:
                return known
        return made

    def _misfit(self, made: Convention) -> str:
        if made.channels != self._channels:
            self.convention = None
            return self.tr("This network reads {0} channels, this order gives {1}.").format(
                self._channels, made.channels
            )
        return ""

    def _tell(self, error: str) -> None:
        self.error.setText(error)
        self.error.setStyleSheet(f"color: {Theme.now().bad}")
        self.error.setVisible(bool(error))
        self.chips.show_convention(self.convention)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(self.convention is not None)
        name = self.convention.name if self.convention is not None else ""
        place = self.preset.findData(name)
        self.preset.setCurrentIndex(max(0, place))


def _joined(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:g}" for value in values)


def _colons(text: str) -> str:
    return ":".join(text.replace(",", " ").split())
