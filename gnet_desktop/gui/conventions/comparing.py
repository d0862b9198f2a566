"""One picture under two conventions, as values and sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from PIL import Image
from PySide6.QtCore import QCoreApplication

from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError
from gnet_desktop.gui.answers.values import apart, class_name, filled_rows
from gnet_desktop.inspection.answers import percent, valid
from gnet_desktop.network.record import Answers
from gnet_desktop.pictures.geometry import Geometry
from gnet_desktop.shown import whole
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.values import ListedPicture


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A picture under a convention: what of it was seen and what main answered, or why not.

    ``shown`` is what the network saw; ``photo`` the whole picture, at most `PHOTO` wide.
    """

    convention: Convention
    answers: Answers | None = None
    geometry: Geometry | None = None
    shown: Image.Image | None = None
    photo: Image.Image | None = None
    error: GNetError | None = None


@dataclass(frozen=True, slots=True)
class ComparedClass:
    """A class in both columns; None where a column has no answer. ``change`` is right − left."""

    index: int
    left: float | None
    right: float | None
    first_left: bool
    first_right: bool

    @property
    def change(self) -> float | None:
        """What lies between the two as they are written."""
        return None if self.left is None or self.right is None else apart(self.right, self.left)


PHOTO = 720


def try_convention(network: tasks.LoadedNetwork, entry: ListedPicture, convention: Convention) -> Preview:
    """Answer a picture under a convention; runs on the engine's thread, never raises a GNetError."""
    try:
        read = tasks.read_and_prepare(entry.source, entry.name, convention)
        record = network.network(read.prepared.tensor(), detail="answers")
    except GNetError as error:
        return Preview(convention, error=error)
    photo = read.picture.image.copy()
    photo.thumbnail((PHOTO, PHOTO))
    answers = record.answers.get("main")
    sound = answers if answers is not None and valid(answers) else None
    return Preview(convention, sound, read.prepared.geometry, read.prepared.shown, photo)


def first_answer(
    network: tasks.LoadedNetwork, entry: ListedPicture, conventions: tuple[Convention, ...]
) -> tuple[int, ...]:
    """The first answer's class under each convention; empty if one of them cannot be used."""
    firsts = []
    for convention in conventions:
        tried = try_convention(network, entry, convention)
        if tried.answers is None:
            return ()
        firsts.append(tried.answers.top(1)[0][0])
    return tuple(firsts)


def compare(left: Preview | None, right: Preview | None, rows: int = 7) -> list[ComparedClass]:
    """Rows for both columns: the left one's first answers, then what the right one adds."""
    sides: dict[str, Answers] = {}
    if left is not None and left.answers is not None:
        sides["main"] = left.answers
    if right is not None and right.answers is not None:
        sides["aux2"] = right.answers
    return [
        ComparedClass(
            row.index,
            row.probabilities.get("main"),
            row.probabilities.get("aux2"),
            "main" in row.first_of,
            "aux2" in row.first_of,
        )
        for row in filled_rows(sides, rows)
    ]


def change_words(change: float | None) -> str:
    """``−71.6``, ``+1.9``, ``0``: percentage points."""
    if change is None:
        return ""
    points = 100 * change
    if abs(points) < 0.05:
        return "0"
    return f"{points:+.1f}".replace("-", "−")


def verdict_words(left: Preview | None, right: Preview | None, names: tuple[str, ...]) -> str:
    """What the two say, as a sentence with emphasis; empty until both are there."""
    if left is None or right is None or left.answers is None or right.answers is None:
        return ""
    (one, first), (other, second) = left.answers.top(1)[0], right.answers.top(1)[0]
    if one == other:
        words = _tr("<b>They agree.</b> Both say <b>{0}</b>, {1} % and {2} %.")
        return words.format(escape(class_name(names, one)), percent(first), percent(second))
    words = _tr("<b>They disagree.</b> <i>{0}</i> says <b>{1}</b>, <i>{2}</i> says <b>{3}</b>.")
    return words.format(
        escape(left.convention.name),
        escape(class_name(names, one)),
        escape(right.convention.name),
        escape(class_name(names, other)),
    )


def count_words(firsts: Mapping[int, tuple[int, ...]], total: int) -> str:
    """``Over the 15 open pictures: the same first answer for 14, another for 1.``"""
    done = [pair for pair in firsts.values() if pair]
    same = sum(len(set(pair)) == 1 for pair in done)
    failed = len(firsts) - len(done)
    words = (
        _tr("Over the {0} open pictures")
        if len(firsts) == total
        else _tr("Over {1} of {0} open pictures so far")
    )
    words = words.format(whole(total), whole(len(firsts))) + ": "
    words += _tr("the same first answer for {0}, another for {1}.").format(
        whole(same), whole(len(done) - same)
    )
    return words + (" " + _tr("{0} could not be answered.").format(failed) if failed else "")


def _tr(text: str) -> str:
    return QCoreApplication.translate("TryBoth", text)
