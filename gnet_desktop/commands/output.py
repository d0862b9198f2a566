"""What the commands write: data exactly, and nothing that a terminal would obey.

Names of files may hold line breaks and escape sequences. In JSON they are escaped, in text
they are replaced, in CSV they stay as they are unless a person is reading.
"""

import csv
import json
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

from gnet_desktop.shown import plain, whole

_LONGEST: Final = 4096
_NAMED: Final = 20
_OBEYED: Final = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What JSON lets pass and terminals don't merely show."""


def words(text: str) -> str:
    """A name or a sentence from outside, in a line of text."""
    return plain(text, _LONGEST)


def as_json(facts: Any, *, indent: int | None = None) -> str:
    """One JSON text in Unicode."""
    text = json.dumps(facts, ensure_ascii=False, allow_nan=False, indent=indent)
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def say_failed(failed: Mapping[str, str]) -> None:
    """Name the pictures that could not be read, with their reasons, on stderr; of very many the first."""
    for name, error in list(failed.items())[:_NAMED]:
        print(f"gnet-desktop: {words(name)}: {words(error)}", file=sys.stderr)
    if len(failed) > _NAMED:
        print(f"gnet-desktop: {whole(len(failed) - _NAMED)} more could not be read", file=sys.stderr)


class CsvRows:
    """Rows of CSV on standard output."""

    def __init__(self, *header: str) -> None:
        self._writer = csv.writer(sys.stdout, lineterminator="\n")
        self._read_by_a_person = sys.stdout.isatty()
        self.write(header)

    def write(self, cells: Iterable[Any]) -> None:
        """One row."""
        if self._read_by_a_person:
            cells = [words(cell) if isinstance(cell, str) else cell for cell in cells]
        self._writer.writerow(cells)
