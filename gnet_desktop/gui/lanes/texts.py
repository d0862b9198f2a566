"""What the lanes say in words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QCoreApplication

from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.lanes.model import Lane
from gnet_desktop.gui.lanes.painting import Texts, count_form, zero_word
from gnet_desktop.gui.painting.numbers import number, percent

_WIDE: Final = 200

translate = QCoreApplication.translate


def header_texts(lane: Lane, shown: int, width: float) -> Texts:
    """A lane's header; shorter in a lane of few columns, where the rest is in the tooltip."""
    count = translate("Lanes", "{0} of {1}").format(shown, len(lane))
    silent = _silent(lane)
    if width > _WIDE:
        count = " · ".join([count, *silent])
    if lane.broken:
        count += " · " + translate("Lanes", "{0} NaN").format(lane.broken)
    energy = ""
    if lane.share is not None:
        energy = percent(lane.share)
        if width > _WIDE:
            energy = translate("Lanes", "energy {0}").format(energy)
    short = str(shown) if shown == len(lane) else f"{shown}/{len(lane)}"
    counts = (count, " · ".join([short, *silent]), short, str(shown))
    return Texts(lane.title, counts, lane.path, energy, header_tooltip(lane, shown))


def in_one_form(texts: Sequence[Texts], widths: Sequence[float]) -> list[Texts]:
    """Headers that stand side by side give their counts in the same form: the longest that fits all."""
    forms = [count_form(one, width) for one, width in zip(texts, widths, strict=True)]
    form = max(
        (len(one.counts) - 1 if fits is None else fits) for one, fits in zip(texts, forms, strict=True)
    )
    return [replace(one, counts=one.counts[form:]) for one in texts]


def header_tooltip(lane: Lane, shown: int) -> str:
    """Everything that a header can say."""
    lines = [f"{lane.part} · {lane.path}", translate("Lanes", "{0} of {1} maps").format(shown, len(lane))]
    lines[1] = " · ".join([lines[1], *_silent(lane)])
    if lane.broken:
        lines.append(translate("Lanes", "{0} maps hold values that are not numbers").format(lane.broken))
    if lane.share is not None:
        share = percent(lane.share)
        lines.append(translate("Lanes", "{0} of the module's energy").format(share))
    return (
        explained(*lines)
        + explained(word=_word_of(lane))
        + (explained(word="energy") if lane.share is not None else "")
    )


def _silent(lane: Lane) -> list[str]:
    """How many maps are 0 everywhere, by what makes them so: ``3 zero``, ``192 off``."""
    made = Counter(lane.made.values())
    own = {zero_word(lane): lane.zeros} if lane.zeros else {}
    return [f"{count} {words}" for words, count in {**own, **made}.items()]


def _word_of(lane: Lane) -> str:
    """The glossary's word for what a lane shows."""
    if lane.share is not None:
        return "branch"
    return "reduction" if lane.branch.endswith("_reduce") else "pool"


def tip_lines(lane: Lane, channel: int) -> tuple[str, ...]:
    """A unit's name; ``max``, ``mean``, share of active cells; its number in the module, if it has one."""
    unit = lane.units.of(channel)
    numbers = [
        translate("Lanes", "max {0}").format(number(unit.maximum)),
        translate("Lanes", "mean {0}").format(number(unit.mean)),
        translate("Lanes", "{0} active").format(percent(unit.nonzero)),
    ]
    if unit.minimum < 0:
        numbers.insert(1, translate("Lanes", "min {0}").format(number(unit.minimum)))
    if channel in lane.made:
        numbers.append(lane.made[channel])
    lines = [lane.unit(channel).name, " · ".join(numbers)]
    if unit.non_finite:
        lines.append(translate("Lanes", "{0} cells not a number").format(unit.non_finite))
    if lane.offset is not None:
        module = lane.part.partition("/")[0]
        lines.append(translate("Lanes", "channel {0} of {1}").format(lane.offset + channel, module))
    return tuple(lines)
