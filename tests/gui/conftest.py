"""What every test of the window may rely on."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QCursor


@pytest.fixture(scope="module", autouse=True)
def as_it_was(qapp) -> Iterator[None]:
    """A module that gives the application a theme takes it off again; the pointer rests nowhere."""
    # where the module before left it, it would hover whatever is shown next
    QCursor.setPos(10_000, 10_000)
    palette, sheet, face = qapp.palette(), qapp.styleSheet(), qapp.font()
    yield
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setFont(face)


def plain_menu_words(text: str) -> str:
    """A menu's words without the mark of their letter."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")
