"""What every test of the window may rely on."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def as_it_was(qapp) -> Iterator[None]:
    """A module that gives the application a theme takes it off again."""
    palette, sheet, face = qapp.palette(), qapp.styleSheet(), qapp.font()
    yield
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setFont(face)
