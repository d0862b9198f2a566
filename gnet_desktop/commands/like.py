"""``gnet-desktop index like``: the pictures of an index that look most like one, to the network."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gnet_desktop.commands.opening import CommandSession, open_session
from gnet_desktop.commands.output import CsvRows, as_json, words
from gnet_desktop.commands.passing import look_at
from gnet_desktop.errors import UsageError

if TYPE_CHECKING:
    from gnet_desktop.folder.lookalikes import Near
    from gnet_desktop.folder.store import Store
    from gnet_desktop.network.record import Array

DIGITS: Final = 6


def like(arguments: argparse.Namespace) -> int:
    """Print the nearest pictures with their likeness; 0."""
    from gnet_desktop.folder.indexing import ANSWERS, IndexingPass
    from gnet_desktop.folder.lookalikes import nearest
    from gnet_desktop.folder.store import Store

    if len(arguments.items) != 1 or arguments.source is None:
        raise UsageError("Give a picture and an index.", "", "Write 'index like PICTURE --from DIR'.")
    session = open_session(arguments)
    recipe = IndexingPass(session.checkpoint, session.network, session.convention).recipe
    Store.recipe_of(arguments.source / ANSWERS)  # raises where there is none, which Store would make
    store = Store(arguments.source / ANSWERS, recipe)
    try:
        own, vector = _asked(store, session, arguments.items[0])
        found = nearest(store, vector, arguments.top, but=own)
        rows = _facts(store, session.checkpoint.labels.names, found)
    finally:
        store.close()
    WRITERS[arguments.format](rows)
    return 0


def _asked(store: "Store", session: CommandSession, picture: str) -> tuple[str | None, "Array"]:
    """The picture's path in the index, if it is one of its own, and its vector."""
    kept = store.pooled_of(picture)
    if kept is not None:
        return picture, kept
    # rounded as those that are kept, so that the same picture is 1
    pooled = look_at(session, Path(picture)).record["global_pool"]
    return None, np.asarray(pooled, np.float16).astype(np.float32)


def _facts(store: "Store", names: Sequence[str], found: "Sequence[Near]") -> list[dict[str, Any]]:
    heads = store.heads()
    first, _ = store.firsts("main" if "main" in heads or not heads else heads[-1])
    says = dict(zip(store.paths(), first.tolist(), strict=True))
    return [
        {
            "rank": rank,
            "likeness": round(one.likeness, DIGITS),
            "picture": one.path,
            "answer": _label(names, says, one.path),
        }
        for rank, one in enumerate(found, 1)
    ]


def _label(names: Sequence[str], says: Mapping[str, int], path: str) -> str | None:
    index = says.get(path)
    return names[index] if index is not None and index < len(names) else None


def _write_json(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        print(as_json(row))


def _write_csv(rows: list[dict[str, Any]]) -> None:
    table = CsvRows("rank", "likeness", "picture", "answer")
    for row in rows:
        table.write([row["rank"], row["likeness"], row["picture"], row["answer"]])


def _write_text(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        answer = f"  {words(row['answer'])}" if row["answer"] else ""
        print(f"{row['rank']:>3}  {row['likeness']:.4f}  {words(row['picture'])}{answer}")
    if not rows:
        print("No picture of this index has a pooled vector: it was made before they were kept.")


WRITERS: Final[dict[str, Callable[[list[dict[str, Any]]], None]]] = {
    "text": _write_text,
    "json": _write_json,
    "csv": _write_csv,
}
