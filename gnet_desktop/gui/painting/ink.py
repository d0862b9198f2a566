"""Text colours that read well on any ground."""

from typing import Final

from PySide6.QtGui import QColor

_INKS: Final = ("#FFFFFF", "#0A0C10")


def luminance(colour: QColor) -> float:
    """Relative luminance 0…1 (WCAG 2)."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(value) for value in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio of two colours, 1…21 (WCAG 2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(ground: QColor) -> QColor:
    """White where it reads well on a ground, else near-black."""
    white, black = (QColor(ink) for ink in _INKS)
    return white if contrast(white, ground) >= 4.5 else black


def mixed(ground: QColor, colour: QColor, share: float) -> QColor:
    """A colour laid over a ground with this opacity."""
    return QColor.fromRgbF(
        ground.redF() + (colour.redF() - ground.redF()) * share,
        ground.greenF() + (colour.greenF() - ground.greenF()) * share,
        ground.blueF() + (colour.blueF() - ground.blueF()) * share,
    )
