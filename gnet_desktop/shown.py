"""What comes from outside as a few plain letters: file names, and whatever stands in a file.

Nothing from a file reaches a sentence in any other way. A list may hold itself, or one
list a million times: only texts and numbers are written out, and of these only a beginning.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

THIN: Final = "\u2009"
"""Parts thousands, and a number from its unit's prefix."""

LONGEST: Final = 80
"""Letters of a value that are shown."""

_LONGEST_NAME, _LONGEST_PATH = 255, 1000
_MOST: Final = 5
_LARGEST: Final = 10**18

# Control characters, halves of letters, and marks that turn the direction of what follows.
_UNPRINTABLE: Final = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066-\u2069]")


def plain(text: str, most: int = LONGEST) -> str:
    """At most so many letters of a text, without any that would do more than be read."""
    cut = text if len(text) <= most else f"{text[: most - 1]}…"
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", cut)


def shown(value: object, most: int = LONGEST) -> str:
    """A value from a file: a text or a number as it is, of anything else only what it is."""
    if isinstance(value, str):
        return plain(value, most)
    if isinstance(value, bytes):
        return plain(value[:most].decode("utf-8", "replace"), most)
    if isinstance(value, int) and abs(value) >= _LARGEST:
        return f"about {'-' if value < 0 else ''}2^{value.bit_length()}"
    if value is None or isinstance(value, bool | float):
        return str(value)
    if isinstance(value, int):
        return whole(value)
    return f"a {type(value).__name__}"


def name_of(path: Path) -> str:
    """The name of a file or folder as it may stand in a sentence, a title or a list."""
    return plain(path.name or str(path), _LONGEST_NAME)


def path_words(path: Path | str) -> str:
    """A whole path in the same way."""
    return plain(str(path), _LONGEST_PATH)


def name_words(name: str) -> str:
    """A part's or unit's name as people read it, whatever the font: ``4a/3×3:115``."""
    return re.sub(r"(?<=\d)x(?=\d)", "×", name)


def thin(number: str) -> str:
    """A number whose thousands Python parted by commas, parted as everywhere here."""
    return number.replace(",", THIN)


def whole(value: int) -> str:
    """A whole number with its thousands parted by thin spaces: ``12 443 648``."""
    return thin(f"{value:,}")


def counted(count: int, one: str, more: str = "") -> str:
    """A number of things: ``1 picture``, ``2 000 pictures``."""
    return f"{whole(count)} {one if count == 1 else more or f'{one}s'}"


def listed(names: Iterable[str], most: int = _MOST) -> str:
    """The first few of many names, and how many more there are: ``a, b and 3 more``."""
    found = list(names)
    more = f" and {whole(len(found) - most)} more" if len(found) > most else ""
    return ", ".join(map(plain, found[:most])) + more
