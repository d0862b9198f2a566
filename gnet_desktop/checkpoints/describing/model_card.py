"""What a file says of itself in its metadata: words of its makers, shown as such and as plain text."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gnet_desktop.network.architecture import HEADS
from gnet_desktop.plain_json import parsed

Rows = tuple[tuple[str, str], ...]

_LONGEST: Final = 600  # letters: seven or eight lines of the card
# (keys in the metadata, what the card calls it)
_TEXTS: Final = (
    (("description",), "what it is"),
    (("training",), "training"),
    (("limits", "limitations"), "limits"),
    (("licence", "license"), "licence"),
)
_FIGURES: Final = "figures"
# (keys of a head's figures, what they are of)
_MEASURED: Final = (("val", "validation pictures"), ("photos", "photos"))


def model_card(metadata: Mapping[str, str]) -> Rows:
    """(name, words) for each known key of the metadata; nothing where there is none.

    ``figures`` is JSON: by head percentages ``val_top1``, ``val_top5``, ``photos_top1``,
    ``photos_top5``.
    """
    return (*_texts(metadata), *_figures(metadata.get(_FIGURES, "")))


def _texts(metadata: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for keys, name in _TEXTS:
        text = next((metadata[key] for key in keys if key in metadata), "")
        words = " ".join(text.split())
        if words:
            yield name, words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def _figures(text: str) -> Iterator[tuple[str, str]]:
    try:
        heads = parsed(text)
    except ValueError:
        return
    if not isinstance(heads, dict):
        return
    for head in HEADS:
        found = heads.get(head)
        words = list(_shares(found)) if isinstance(found, dict) else []
        if words:
            yield f"{head} is right", "; ".join(words)


def _shares(figures: Mapping[str, Any]) -> Iterator[str]:
    for key, of in _MEASURED:
        shares = [figures.get(f"{key}_{top}") for top in ("top1", "top5")]
        if all(isinstance(share, int | float) and 0 <= share <= 100 for share in shares):
            first, five = shares
            yield f"{first:.1f} % of {of}, {five:.1f} % within five"
