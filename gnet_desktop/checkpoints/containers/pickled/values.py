"""What a pickle describes, as inert values: nothing of it is imported, built or run."""

from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from gnet_desktop.budget import current


@dataclass(frozen=True, slots=True)
class Global:
    """The name of a class or function in some program."""

    module: str
    name: str

    @override
    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(slots=True, eq=False, repr=False)
class Instance:
    """An object of a class that isn't known here: what it was made from.

    ``kind`` is what was called, usually a `Global`; ``args`` its arguments, ``state``
    what was set on it, ``items`` what was put into it as (key, value).
    """

    kind: Any
    args: tuple[Any, ...] = ()
    state: Any = None
    items: list[tuple[Any, Any]] = field(default_factory=list)

    @property
    def attributes(self) -> dict[str, Any]:
        """Its attributes by name, a fresh dictionary; a state of (attributes, slots) is joined."""
        parts = self.state[:2] if isinstance(self.state, tuple) else (self.state,)
        found: dict[str, Any] = {}
        for part in parts:
            if isinstance(part, dict):
                current().steps(len(part))
                found.update((key, value) for key, value in part.items() if isinstance(key, str))
        return found

    @property
    def kind_name(self) -> str:
        """The name of its class; "?" where what was called is no class's name."""
        return str(self.kind) if isinstance(self.kind, Global) else "?"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Opaque:
    """A key that cannot be one here (a list, an object, a huge number); equal only to itself."""

    value: Any


def key_of(value: Any) -> Any:
    """A value as a key of a dictionary: texts and small numbers as they are.

    Numbers beyond 64 bits are not used: a file could choose many with the same hash.
    """
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return Opaque(value)
    return value if value is None or isinstance(value, str | int | float | Global) else Opaque(value)


def key_text(value: Any) -> str:
    """The key or name that a file gives to one of its parts; raises TypeError for other values."""
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    if isinstance(value, str | int):
        return str(value)
    raise TypeError("no key")


def put(target: Any, key: Any, value: Any) -> None:
    """``target[key] = value`` where the target takes items."""
    if isinstance(target, dict):
        target[key_of(key)] = value
    elif isinstance(target, Instance):
        target.items.append((key, value))


def add(target: Any, value: Any) -> None:
    """``target.append(value)`` where the target takes members."""
    if isinstance(target, list):
        target.append(value)
    elif isinstance(target, Instance):
        target.items.append((None, value))
