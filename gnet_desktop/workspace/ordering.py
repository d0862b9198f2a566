"""Orders of the list of pictures."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from gnet_desktop.pictures.natural import gently_sorted, natural_order
from gnet_desktop.workspace.values import ListedPicture


def _surest(entry: ListedPicture) -> float:
    return -entry.best[1] if entry.best else 1.0


def _least_sure(entry: ListedPicture) -> float:
    return entry.best[1] if entry.best else 2.0


def _answer(entry: ListedPicture) -> Any:
    """Class by class, the surest first; what has no answer last."""
    return (False, entry.best[0].casefold(), -entry.best[1]) if entry.best else (True, "", 0.0)


_KEYS: Final[Mapping[str, Callable[[ListedPicture], Any]]] = {
    "added": lambda entry: entry.id,
    "answer": _answer,
    "surest": _surest,
    "least sure": _least_sure,
}
ORDERS: Final = ("added", "name", "answer", "surest", "least sure")


def in_order(entries: Iterable[ListedPicture], order: str) -> list[ListedPicture]:
    """The pictures in one of `ORDERS`; those that are alike keep their places."""
    if order == "name":
        return natural_order(entries, lambda entry: entry.name)
    return list(gently_sorted(entries, _KEYS[order]))
