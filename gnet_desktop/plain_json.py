"""JSON from a file, within bounds: values, nesting and the digits of numbers are limited.

The decoder takes its turn without a pause, so that what it will make is counted before.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from gnet_desktop.budget import current
from gnet_desktop.counting import has_digits_in_a_row, how_often
from gnet_desktop.shown import whole

MOST_VALUES: Final = 120_000
"""The header of a GoogLeNet has some 4,000; 22,000 class names with their numbers 90,000."""

_MARKS: Final = (",", "[", "{", ":")
_DIGITS: Final = 19
_MOST_DIGITS: Final = 4300
"""In a row, texts included: beyond these Python itself makes no number of them."""

Pairs = list[tuple[str, Any]]


def parsed(text: str, *, pairs: Callable[[Pairs], Any] | None = None) -> Any:
    """The value of a JSON text; ``pairs`` makes something else than a dictionary of an object's.

    Raises ValueError for what is no JSON, or is more than anyone writes.
    """
    count = how_often(text, _MARKS, most=MOST_VALUES)
    if count > MOST_VALUES:
        raise ValueError(f"it holds more than {whole(MOST_VALUES)} values")
    if has_digits_in_a_row(text, _MOST_DIGITS):
        raise ValueError(f"it has {whole(_MOST_DIGITS)} digits in a row")
    current().steps(count)
    try:
        return json.loads(text, object_pairs_hook=pairs, parse_int=_whole)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError(f"a number in it has {whole(len(digits))} digits")
    return int(digits)
