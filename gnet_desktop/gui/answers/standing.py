"""What can be said of a head on a picture: one table of its states and their words."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from PySide6.QtCore import QCoreApplication

Standing = Literal["answers", "untrained", "absent", "silent", "not a number"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """``shows``: its numbers are shown; ``counts``: it has a say in what the heads answer together."""

    shows: bool = False
    counts: bool = False


STANDINGS: Final = MappingProxyType[Standing, Meaning](
    {
        "answers": Meaning(shows=True, counts=True),
        "untrained": Meaning(shows=True),
        "absent": Meaning(),
        "silent": Meaning(),
        "not a number": Meaning(),
    }
)


def tr(text: str) -> str:
    """A head's state in the window's language."""
    return QCoreApplication.translate("Heads", text)


def standing_words(standing: Standing) -> str:
    """A state in words that follow a head's name."""
    return {
        "answers": tr("answers"),
        "untrained": tr("untrained"),
        "absent": tr("not in this file"),
        "silent": tr("no answer at this size"),
        "not a number": tr("not a number"),
    }[standing]


def trained_words(trained: bool | None) -> str:
    """Whether a head was ever trained; None where nothing tells."""
    return {
        True: tr("trained"),
        False: standing_words("untrained"),
        None: tr("trained or not: the file does not say"),
    }[trained]
