"""The answers for a folder, kept in one SQLite file, so that work goes on where it stopped.

A picture is known by its path relative to the folder, its size and its time; one that
changed is answered anew. Everything that belongs together is written in one transaction:
a program that is killed at any moment leaves what was complete, once.
"""

import errno
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.errors import ExportError, UsageError
from gnet_desktop.files import why_unwritten
from gnet_desktop.network.record import Answers
from gnet_desktop.shown import path_words

Array = NDArray[np.float32]

VERSION: Final = "1"
CHUNK: Final = 512
"""Pictures whose logits are in memory at once."""
_PRAGMAS: Final = "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
"""Pages that take several rows of logits or pooled vectors: on the usual ones each would fill one alone."""
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pictures (
    path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, time INTEGER NOT NULL,
    width INTEGER, height INTEGER, error TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    path TEXT NOT NULL REFERENCES pictures ON DELETE CASCADE, head TEXT NOT NULL,
    first INTEGER NOT NULL, confidence REAL NOT NULL, logits BLOB NOT NULL,
    PRIMARY KEY (path, head)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS firsts ON answers (head, path, first, confidence);
CREATE TABLE IF NOT EXISTS incomplete (
    path TEXT PRIMARY KEY REFERENCES pictures ON DELETE CASCADE, note TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pooled (
    path TEXT PRIMARY KEY REFERENCES pictures ON DELETE CASCADE, vector BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blocks (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
"""

_PATH: Final = "CAST(? AS TEXT)"
"""A path in a statement: given as `_stored`, since a name may be any bytes and text for Python may not."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells whether a file is still the same: its size in bytes and its time in nanoseconds."""

    bytes: int
    time: int

    @classmethod
    def of(cls, path: Path) -> Self:
        """The stamp of a file; raises OSError."""
        status = path.stat()
        return cls(status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Answered:
    """One picture as it is kept: its size and logits by head, or the sentence of its error.

    ``incomplete`` is the note that only a part of it could be read; `Store.incomplete` tells it.
    ``pooled`` is the vector that the main classifier reads; kept as 16-bit floats.
    """

    path: str
    stamp: Stamp
    size: tuple[int, int] | None = None
    logits: Mapping[str, Array] | None = None
    error: str | None = None
    incomplete: str | None = None
    pooled: Array | None = None


@dataclass(frozen=True, slots=True)
class AnsweringRecipe:
    """What answers depend on: they are comparable only where all of it is equal."""

    sha256: str
    convention: str
    classes: int


def _stored(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _is_full(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def _not_kept(file: Path, error: sqlite3.Error) -> ExportError:
    why = why_unwritten(OSError(errno.ENOSPC if _is_full(error) else None, str(error)))
    return ExportError(f"The answers could not be kept in {path_words(file.parent)}.", *why)


class Store:
    """The kept answers of one folder, one checkpoint and one convention.

    Made anew if the file isn't there. One thread uses it at a time. ``temperatures`` divide
    the logits of a head where a probability is kept; what was kept with others is counted anew
    (None: it stays). Raises UsageError if the file is no
    such store or belongs to another recipe.
    """

    def __init__(
        self, file: Path, recipe: AnsweringRecipe, temperatures: Mapping[str, float] | None = None
    ) -> None:
        self.file = file
        self.recipe = recipe
        self._temperatures = temperatures or {}
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
            self._base.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
            self._base.executescript(_PRAGMAS + _TABLES)
            self._check()
            if temperatures is not None:
                self._recount(temperatures)
        except OSError as error:
            raise UsageError(
                f"The index {path_words(file)} cannot be used.", *why_unwritten(error)
            ) from error
        except sqlite3.Error as error:
            if _is_full(error):
                raise _not_kept(file, error) from error
            raise UsageError(
                f"The index {path_words(file)} cannot be used.",
                f"{error}.",
                "Choose another folder for it, or remove it.",
            ) from error

    @staticmethod
    def recipe_of(file: Path) -> AnsweringRecipe:
        """The recipe of a store that is there; raises UsageError if there is none."""
        try:
            with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as base:
                about = dict(base.execute("SELECT key, value FROM about"))
            return AnsweringRecipe(about["sha256"], about["convention"], int(about["classes"]))
        except (sqlite3.Error, KeyError, ValueError) as error:
            raise UsageError(f"{file.parent} holds no index.", f"{error}.") from error

    def _check(self) -> None:
        about = {
            "version": VERSION,
            "sha256": self.recipe.sha256,
            "convention": self.recipe.convention,
            "classes": str(self.recipe.classes),
        }
        found = dict(self._base.execute("SELECT key, value FROM about"))
        if not found:
            with self._base:
                self._base.executemany("INSERT OR IGNORE INTO about VALUES (?, ?)", about.items())
            return
        different = [key for key, value in about.items() if found.get(key) != value]
        if different:
            raise UsageError(
                f"{self.file.parent.name} holds answers of another {_WORDS[different[0]]}.",
                "Answers of different networks or conventions are not mixed.",
                "Choose another folder for the index.",
            )

    def _recount(self, temperatures: Mapping[str, float]) -> None:
        """Count the kept probabilities anew if they were counted with other temperatures."""
        now = json.dumps({head: value for head, value in sorted(temperatures.items()) if value != 1})
        row = self._base.execute("SELECT value FROM about WHERE key = 'temperatures'").fetchone()
        if row is not None and row[0] == now:
            return
        counted = [
            share for head in self.heads() for share in self._confidences(head, temperatures.get(head, 1.0))
        ]
        with self._transaction() as cursor:
            where = f"path = {_PATH} AND head = ?"
            cursor.executemany(f"UPDATE answers SET confidence = ? WHERE {where}", counted)
            cursor.execute("INSERT OR REPLACE INTO about VALUES ('temperatures', ?)", (now,))

    def _confidences(self, head: str, temperature: float) -> Iterator[tuple[float, bytes, str]]:
        for paths, logits in self.logits(head):
            for path, values in zip(paths, logits, strict=True):
                yield Answers.from_logits(values, temperature).top(1)[0][1], _stored(path), head

    def close(self) -> None:
        """Write what is open and let go of the file."""
        self._base.close()

    def stamps(self) -> dict[str, Stamp]:
        """What is known: {path: stamp}."""
        rows = self._base.execute("SELECT path, bytes, time FROM pictures")
        return {path: Stamp(size, time) for path, size, time in rows}

    def put(self, answered: Iterable[Answered], blocks: Mapping[str, bytes] | None = None) -> None:
        """Keep pictures, and named blocks of bytes that belong to them, all at once or not at all."""
        with self._transaction() as cursor:
            for one in answered:
                self._put(cursor, one)
            for name, value in (blocks or {}).items():
                cursor.execute("INSERT OR REPLACE INTO blocks VALUES (?, ?)", (name, value))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        """Changes that are made all at once or not at all; raises ExportError where they cannot be kept."""
        try:
            with closing(self._base.cursor()) as cursor:
                cursor.execute("BEGIN IMMEDIATE")
                try:
                    yield cursor
                except BaseException:
                    with suppress(sqlite3.Error):  # it may have been taken back already
                        cursor.execute("ROLLBACK")
                    raise
                cursor.execute("COMMIT")
        except sqlite3.Error as error:
            raise _not_kept(self.file, error) from error

    def _put(self, cursor: sqlite3.Cursor, one: Answered) -> None:
        width, height = one.size or (None, None)
        cursor.execute(f"DELETE FROM answers WHERE path = {_PATH}", (_stored(one.path),))
        cursor.execute(
            f"INSERT OR REPLACE INTO pictures VALUES ({_PATH}, ?, ?, ?, ?, ?)",
            (_stored(one.path), one.stamp.bytes, one.stamp.time, width, height, one.error),
        )
        cursor.execute(f"DELETE FROM incomplete WHERE path = {_PATH}", (_stored(one.path),))
        if one.incomplete is not None:
            note = (_stored(one.path), one.incomplete)
            cursor.execute(f"INSERT INTO incomplete VALUES ({_PATH}, ?)", note)
        cursor.execute(f"DELETE FROM pooled WHERE path = {_PATH}", (_stored(one.path),))
        if one.pooled is not None:
            vector = np.ascontiguousarray(one.pooled, "<f2").tobytes()
            cursor.execute(f"INSERT INTO pooled VALUES ({_PATH}, ?)", (_stored(one.path), vector))
        for head, logits in (one.logits or {}).items():
            said = Answers.from_logits(logits, self._temperatures.get(head, 1.0))
            first, confidence = said.top(1)[0]
            data = np.ascontiguousarray(logits, "<f4").tobytes()
            cursor.execute(
                f"INSERT INTO answers VALUES ({_PATH}, ?, ?, ?, ?)",
                (_stored(one.path), head, first, confidence, data),
            )

    def paths(self) -> list[str]:
        """Of the pictures that were answered, in order; as `firsts` and `logits` have them."""
        rows = self._base.execute(
            "SELECT path FROM answers WHERE head = (SELECT min(head) FROM answers) ORDER BY path"
        )
        return [path for (path,) in rows]

    def firsts(self, head: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """First answers of a head and their probabilities, by path; without the logits."""
        rows = self._base.execute(
            "SELECT first, confidence FROM answers WHERE head = ? ORDER BY path", (head,)
        )
        pairs = np.fromiter(chain.from_iterable(rows), np.float64).reshape(-1, 2)
        return pairs[:, 0].astype(np.int64), pairs[:, 1].copy()

    def size_of(self, path: str) -> tuple[int, int] | None:
        """(width, height) of a kept picture; None if it isn't there or could not be read."""
        row = self._base.execute(
            f"SELECT width, height FROM pictures WHERE path = {_PATH}", (_stored(path),)
        ).fetchone()
        return (row[0], row[1]) if row and row[0] is not None else None

    def block(self, name: str) -> bytes | None:
        """A block kept by `put`; None if there is none."""
        row = self._base.execute("SELECT value FROM blocks WHERE name = ?", (name,)).fetchone()
        return bytes(row[0]) if row else None

    def forget(self, paths: Iterable[str]) -> None:
        """Pictures that are no longer there."""
        with self._transaction() as cursor:
            for path in paths:
                cursor.execute(f"DELETE FROM answers WHERE path = {_PATH}", (_stored(path),))
                cursor.execute(f"DELETE FROM incomplete WHERE path = {_PATH}", (_stored(path),))
                cursor.execute(f"DELETE FROM pooled WHERE path = {_PATH}", (_stored(path),))
                cursor.execute(f"DELETE FROM pictures WHERE path = {_PATH}", (_stored(path),))

    def failed(self) -> dict[str, str]:
        """{path: sentence} of the pictures that could not be read."""
        return dict(
            self._base.execute("SELECT path, error FROM pictures WHERE error IS NOT NULL ORDER BY path")
        )

    def incomplete(self) -> dict[str, str]:
        """{path: note} of the pictures of which only a part could be read."""
        return dict(self._base.execute("SELECT path, note FROM incomplete ORDER BY path"))

    def answered(self) -> Iterator[Answered]:
        """Everything that is kept, by path; not to be changed while it is read."""
        rows = self._base.execute(
            "SELECT p.path, bytes, time, width, height, error, note, vector, head, logits FROM pictures p"
            " LEFT JOIN answers a ON a.path = p.path LEFT JOIN pooled v ON v.path = p.path"
            " LEFT JOIN incomplete i ON i.path = p.path"
            " ORDER BY p.path, head"
        )
        last: Answered | None = None
        logits: dict[str, Array] = {}
        for path, size, time, width, height, error, note, vector, head, values in rows:
            if last is None or path != last.path:
                if last is not None:
                    yield last
                logits = {}
                shown = (width, height) if width is not None else None
                kept = None if error is not None else logits
                pooled = None if vector is None else np.frombuffer(vector, "<f2").astype(np.float32)
                last = Answered(path, Stamp(size, time), shown, kept, error, note, pooled)
            if head is not None:
                logits[head] = np.frombuffer(values, "<f4")
        if last is not None:
            yield last

    def logits(self, head: str, at_once: int = CHUNK) -> Iterator[tuple[list[str], Array]]:
        """Paths, and the logits (pictures, classes) of a head, by path, so many pictures at once."""
        rows = self._base.execute("SELECT path, logits FROM answers WHERE head = ? ORDER BY path", (head,))
        while chunk := rows.fetchmany(at_once):
            yield [path for path, _ in chunk], np.stack([np.frombuffer(blob, "<f4") for _, blob in chunk])

    def pooled(self, at_once: int = 8 * CHUNK) -> Iterator[tuple[list[str], Array]]:
        """Paths, and their pooled vectors (pictures, channels), by path, so many at once."""
        rows = self._base.execute("SELECT path, vector FROM pooled ORDER BY path")
        while chunk := rows.fetchmany(at_once):
            vectors = np.frombuffer(b"".join(blob for _, blob in chunk), "<f2")
            yield [path for path, _ in chunk], vectors.reshape(len(chunk), -1).astype(np.float32)

    def pooled_of(self, path: str) -> Array | None:
        """A picture's pooled vector; None where none is kept."""
        row = self._base.execute(
            f"SELECT vector FROM pooled WHERE path = {_PATH}", (_stored(path),)
        ).fetchone()
        return np.frombuffer(row[0], "<f2").astype(np.float32) if row else None

    def heads(self) -> list[str]:
        """The heads that answered anything."""
        return [head for (head,) in self._base.execute("SELECT DISTINCT head FROM answers ORDER BY head")]


_WORDS: Final = {
    "version": "version of this program",
    "sha256": "checkpoint",
    "convention": "input convention",
    "classes": "number of classes",
}
