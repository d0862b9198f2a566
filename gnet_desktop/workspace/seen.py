"""What panels draw of a run and its reference: the one, the other, or what lies between them."""

from dataclasses import replace
from typing import Final

from gnet_desktop.network.record import Record
from gnet_desktop.workspace.values import Result, ViewOptions

SHOWN: Final[tuple[str, ...]] = ("this", "reference", "difference")
"""The values of `ViewOptions.show`."""
_SIGNED: Final = "tide"


class Seen:
    """The result to draw, kept while the pair and the choice are the same."""

    def __init__(self) -> None:
        self._pair: tuple[Result, Result] | None = None
        self._difference: Result | None = None

    def of(self, result: Result | None, reference: Result | None, show: str) -> Result | None:
        """``this``, the ``reference``, or the ``difference`` this − reference; this without a reference."""
        if result is None or reference is None or show == "this":
            return result
        if show == "reference":
            return reference
        if self._pair is None or self._pair[0] is not result or self._pair[1] is not reference:
            self._pair = result, reference
            self._difference = replace(result, record=difference(result.record, reference.record))
        return self._difference


def difference(this: Record, other: Record) -> Record:
    """This less the other, part by part; the answers and the input are this one's.

    A part that the other hasn't, or has in another size, has no difference and isn't there.
    """
    less = {name: this[name] - other[name] for name in this if comparable(this, other, name)}
    return replace(this, activations=less, between=True)


def comparable(this: Record, other: Record, part: str) -> bool:
    """Whether a part's values can be taken from each other."""
    return part in this and part in other and this[part].shape == other[part].shape


def signed(view: ViewOptions) -> ViewOptions:
    """The options under which differences are drawn: a colour map with 0 in its middle."""
    return view.changed(colour_map=_SIGNED)
