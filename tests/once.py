"""Work that takes long and is asked for again only to be written in another form."""

from collections.abc import Callable
from typing import Any


def once(work: Callable[..., Any]) -> Callable[..., Any]:
    """What ``work`` gave the first time, whatever is asked."""
    kept: list[Any] = []

    def again(*given: Any, **options: Any) -> Any:
        if not kept:
            kept.append(work(*given, **options))
        return kept[0]

    return again
