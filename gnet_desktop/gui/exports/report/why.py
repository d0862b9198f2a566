"""Why the answer is what it is: the map over the photo with its check, and the way back to the picture."""

from collections.abc import Sequence
from html import escape
from typing import Final

from gnet_desktop.gui.exports.report.markup import image, note, section, tr
from gnet_desktop.gui.exports.report.pictures import photo_under
from gnet_desktop.gui.exports.report.seen import Exploration
from gnet_desktop.gui.painting.numbers import number, signed
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.gui.unit.path_view import colour_words
from gnet_desktop.gui.why.asking import capital, target_words
from gnet_desktop.gui.why.layer import layer_of, shown_as
from gnet_desktop.inspection.attribution.attribution import Target
from gnet_desktop.inspection.scaling import Limits
from gnet_desktop.inspection.tracing import Inflow, Spot, Step
from gnet_desktop.shown import name_words

_NAMED: Final = 3
"""Inputs of a step that a row names."""


def why_of(seen: Exploration) -> str:
    """The section; nothing where no head answered, or nobody asked."""
    told = seen.why
    if told is None:
        return ""
    layer = layer_of(told.found, told.asked, seen.result)
    about, method, check = layer.caption
    shown, colours = shown_as(layer, "map", seen.view.colour_map)
    limits = Scale.linear(shown.values, colours).limits
    data = photo_under(seen.result, shown, limits, colours, smooth=seen.view.smooth)
    words = escape(_scale_words(limits))
    over = f"<figure>{image(data, 'jpeg', f'{about}, {method}')}<figcaption>{words}</figcaption></figure>"
    says = f"{capital(method)}: {check}"
    facts = f"<h3>{escape(capital(about))}</h3><p>{escape(says)}</p>{note(told.found.note)}"
    return section(
        "why",
        tr("Why this answer"),
        f'<div class="over">{over}<div>{facts}</div></div>',
        _way(seen, told.way),
    )


def _scale_words(limits: Limits) -> str:
    words = tr("What speaks for it, from {0} to {1}.")
    if limits.low < 0:
        words = tr("Warm colours speak for it, cold ones against it, from {0} to {1}.")
    return words.format(number(limits.low), number(limits.high))


def _way(seen: Exploration, steps: Sequence[Step]) -> str:
    """The steps back, a row each; each is exactly the sum of what its row names."""
    rows = "".join(_row(seen, step) for step in steps)
    head = "".join(f"<th>{escape(one)}</th>" for one in ("", *_titles()))
    how = tr(
        "Each value, before its rectifier, is the sum of its row. The next row is the unit that adds most,"
        " at the cell that gives most of it: one strand of many."
    )
    body = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    table = f'<div class="wide"><table class="way">{body}</table></div>'
    return f"<h3>{escape(tr('Followed back to the picture'))}</h3>{note(how)}{table}"


def _titles() -> tuple[str, ...]:
    return tr("value"), tr("made of"), tr("others"), tr("bias")


def _row(seen: Exploration, step: Step) -> str:
    named, left = step.inflows[:_NAMED], step.inflows[_NAMED:]
    rest, others = step.rest + sum(one.value for one in left), step.others + len(left)
    parts = "<br>".join(escape(_part(seen, step, one)) for one in named)
    more = tr("{0} from {1}").format(signed(rest), others) if others else ""
    values = (number(step.value, 4), parts, escape(more), signed(step.bias))
    # on a phone the row stands in lines, and what has no title above it is called by its own
    told = zip(_titles(), values, strict=True)
    cells = "".join(f'<td data-is="{escape(name)}">{one}</td>' for name, one in told)
    return f"<tr><th>{escape(_start_words(seen, step.start))}</th>{cells}</tr>"


def _part(seen: Exploration, step: Step, one: Inflow) -> str:
    name = name_words(one.spot.unit.name)
    if step.in_picture:
        name = colour_words(seen.result.convention.order, one.spot.unit.channel)
    return tr("{0} {1} at {2}, {3}").format(signed(one.value), name, *one.spot.cell)


def _start_words(seen: Exploration, start: Spot | Target) -> str:
    if isinstance(start, Spot):
        return tr("{0} at {1}, {2}").format(name_words(start.unit.name), *start.cell)
    return target_words(start, seen.result.checkpoint.labels.names)
