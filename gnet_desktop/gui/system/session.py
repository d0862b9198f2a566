"""What is remembered from one start to the next, in one JSON file."""

import json
import os
from collections.abc import Container, Mapping
from contextlib import suppress
from dataclasses import asdict, fields
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from gnet_desktop.errors import ExportError
from gnet_desktop.files import is_folder, why_unwritten, write_whole
from gnet_desktop.inspection.colour_maps import OFFERED
from gnet_desktop.inspection.quantities import QUANTITIES
from gnet_desktop.inspection.ranking import SORTS
from gnet_desktop.shown import path_words
from gnet_desktop.workspace.values import ViewOptions

RECENT: Final = 9

# What a number may be; others would be painted as nothing, or as far too much.
_RANGES: Final = {
    "gamma": (0.1, 10.0),
    "clip": (50.0, 100.0),
    "tile": (24, 256),
    "overlay_opacity": (0.0, 1.0),
}

# What is kept for each checkpoint, by its hash.
_BY_CHECKPOINT: Final = ("conventions", "calibrations")

# The tables that an option must name an entry of.
_TABLES: Final[Mapping[str, Container[str]]] = {
    "colour_map": OFFERED,
    "sort": SORTS,
    "quantity": QUANTITIES,
}


class Session:
    """A dictionary with a file: read once, written whole or not at all.

    A damaged file is set aside as ``….damaged`` and defaults are used. ``path`` None
    remembers nothing. What another running copy of the program wrote meanwhile is kept:
    recent files and what is kept for checkpoints are put together.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._passing: TemporaryDirectory[str] | None = None
        self._values: dict[str, Any] = self._read()
        self._opened: list[tuple[str, str]] = []
        self._chosen: dict[tuple[str, str], dict[str, Any] | None] = {}

    @property
    def cache(self) -> Path:
        """Where what is computed for folders is kept; ends with a session that remembers nothing."""
        if self._path is not None:
            return cache_path()
        if self._passing is None:
            self._passing = TemporaryDirectory(prefix="gnet-desktop-", ignore_cleanup_errors=True)
        return Path(self._passing.name)

    def end(self) -> None:
        """The program ends: what was computed for a session that remembers nothing goes with it."""
        if self._passing is not None:
            self._passing.cleanup()
            self._passing = None

    def _read(self) -> dict[str, Any]:
        if self._path is None:
            return {}
        values = self._stored()
        if values is None:
            with suppress(OSError):
                os.replace(self._path, self._path.with_name(self._path.name + ".damaged"))
        return values or {}

    def _stored(self) -> dict[str, Any] | None:
        """What the file holds; None if it is damaged."""
        assert self._path is not None
        try:
            values = json.loads(self._path.read_text("utf-8", "surrogateescape"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError):
            return None
        return values if isinstance(values, dict) else None

    def _take_in(self, stored: Mapping[str, Any]) -> None:
        """Put together what the file holds now and what was opened and chosen here."""
        for name, value in stored.items():
            if name.startswith("recent ") or name in _BY_CHECKPOINT or name not in self._values:
                self._values[name] = value
        for kind, path in self._opened:
            self._put_first(kind, path)
        for (name, sha256), chosen in self._chosen.items():
            self._keep(name, sha256, chosen)

    def save(self) -> None:
        """Write everything beside and move it in; a folder that cannot be written is no failure."""
        if self._path is None:
            return
        self._take_in(self._stored() or {})
        with suppress(OSError, ExportError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, json.dumps(self._values, indent=1).encode())

    def unkept(self) -> ExportError | None:
        """Why nothing can be remembered where settings lie; None where it can, or isn't meant to be."""
        if self._path is None:
            return None
        folder = self._path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            TemporaryFile(dir=folder).close()
        except OSError as error:
            todo = f"Make the folder {path_words(folder)} writable."
            return ExportError("Settings will not be kept.", why_unwritten(error)[0], todo)
        return None

    def get(self, name: str, default: Any = None) -> Any:
        """A remembered value of the default's type; the default for anything else."""
        value = self._values.get(name, default)
        return value if default is None or isinstance(value, type(default)) else default

    def set(self, name: str, value: Any) -> None:
        """Remember a value that JSON can hold."""
        self._values[name] = value

    # What the values mean

    def view(self) -> ViewOptions:
        """The view options; unknown or wrong ones are left at their defaults."""
        stored = self.get("view", {})
        known = {one.name: getattr(ViewOptions(), one.name) for one in fields(ViewOptions)}
        return ViewOptions(
            **{
                name: value
                for name, value in stored.items()
                if name in known and type(value) is type(known[name]) and _makes_sense(name, value)
            }
        )

    def set_view(self, view: ViewOptions) -> None:
        """Remember the view options, except what was typed into the filter and what is compared."""
        self.set("view", {**asdict(view), "filter": "", "show": "this"})

    def folder(self, kind: str) -> Path:
        """The folder last used for a kind of file, or its nearest ancestor that is still there."""
        stored = self.get("folders", {}).get(kind)
        folder = Path(stored) if isinstance(stored, str) and stored else Path.home()
        while not is_folder(folder) and folder != folder.parent:
            folder = folder.parent
        return folder

    def set_folder(self, kind: str, path: Path) -> None:
        """Remember where a file of this kind was."""
        path = path.absolute()  # the next start may be from another folder
        folders: Mapping[str, str] = self.get("folders", {})
        self.set("folders", {**folders, kind: os.fspath(path if is_folder(path) else path.parent)})

    def recent(self, kind: str) -> list[Path]:
        """Files of a kind that were opened, the last one first."""
        return [Path(one) for one in self.get(f"recent {kind}", []) if isinstance(one, str)]

    def add_recent(self, kind: str, path: Path) -> None:
        """Put a file first among the recent ones."""
        self._opened.append((kind, os.fspath(path.absolute())))
        self._put_first(*self._opened[-1])

    def _put_first(self, kind: str, path: str) -> None:
        others = [os.fspath(one) for one in self.recent(kind) if os.fspath(one) != path]
        self.set(f"recent {kind}", [path, *others][:RECENT])

    def calibration_of(self, sha256: str) -> dict[str, Any] | None:
        """The calibration that a person keeps with this checkpoint."""
        return self._kept("calibrations", sha256)

    def set_calibration(self, sha256: str, calibration: dict[str, Any] | None) -> None:
        """Keep a person's calibration with a checkpoint; None forgets it."""
        self._choose("calibrations", sha256, calibration)

    def convention_of(self, sha256: str) -> dict[str, Any] | None:
        """The input convention that a person chose for this checkpoint."""
        return self._kept("conventions", sha256)

    def set_convention(self, sha256: str, convention: dict[str, Any] | None) -> None:
        """Keep a person's convention for a checkpoint; None forgets it."""
        self._choose("conventions", sha256, convention)

    def _kept(self, name: str, sha256: str) -> dict[str, Any] | None:
        kept = self.get(name, {}).get(sha256)
        return kept if isinstance(kept, dict) else None

    def _choose(self, name: str, sha256: str, chosen: dict[str, Any] | None) -> None:
        self._chosen[name, sha256] = chosen
        self._keep(name, sha256, chosen)

    def _keep(self, name: str, sha256: str, chosen: dict[str, Any] | None) -> None:
        others = {key: value for key, value in self.get(name, {}).items() if key != sha256}
        self.set(name, others | ({sha256: chosen} if chosen else {}))


def _makes_sense(name: str, value: Any) -> bool:
    """Whether a stored option of the right type is also one that can be shown."""
    if name in _RANGES:
        low, high = _RANGES[name]
        return isfinite(value) and low <= value <= high
    if name in _TABLES:
        return value in _TABLES[name]
    kind = get_type_hints(ViewOptions)[name]
    return get_origin(kind) is not Literal or value in get_args(kind)


def cache_path() -> Path:
    """The folder of what can be computed again."""
    from platformdirs import user_cache_path

    return user_cache_path("gnet-desktop", appauthor=False)


def settings_path() -> Path:
    """Where this user's settings lie."""
    from platformdirs import user_config_path

    return user_config_path("gnet-desktop", appauthor=False) / "session.json"
