"""A module's units that say nearly the same, and those that say several things, as lists of cards."""

from collections.abc import Sequence

from gnet_desktop.folder.alike import AlikeUnits, Gathering
from gnet_desktop.folder.recounting import some_pictures
from gnet_desktop.network.architecture import Module
from gnet_desktop.workspace.units.items import Item
from gnet_desktop.workspace.units.recounts import Recount


def key_of(module: str) -> tuple[str, str]:
    """Under which name it is known."""
    return "alike", module


def counted(module: Module) -> Recount:
    """What is known of a module's units over the indexed folder: an `AlikeUnits`."""
    return Recount(
        module.name, lambda index: some_pictures(index.place), lambda _index: Gathering(module.outputs)
    )


def same_items(items: Sequence[Item], alike: AlikeUnits) -> list[Item]:
    """Those of the items that say nearly the same as another, like beside like."""
    by_channel = {item.channel: item for item in items}
    order: dict[int, None] = {}
    for first, second, _ in alike.pairs:
        if first not in order:
            for one in _together(alike, first):
                order[one] = None
        order[second] = None
    return [by_channel[one] for one in order if one in by_channel]


def _together(alike: AlikeUnits, start: int) -> Sequence[int]:
    """A unit and all that are tied to it by likeness, the nearest first."""
    found, coming = {start: None}, [start]
    while coming:
        for other, _ in alike.same.get(coming.pop(0), ()):
            if other not in found:
                found[other] = None
                coming.append(other)
    return list(found)


def several_items(items: Sequence[Item], alike: AlikeUnits) -> list[Item]:
    """Those of the items that say several things, the most clearly apart first."""
    found = [item for item in items if item.channel in alike.several]
    return sorted(found, key=lambda item: -alike.several[item.channel].silhouette)


def shown_pictures(alike: AlikeUnits, channel: int, count: int) -> tuple[tuple[str, ...], ...]:
    """The strongest pictures of each group of a unit, ``count`` in all, one more of the first ones."""
    groups = alike.several[channel].groups
    share, more = divmod(count, len(groups))
    return tuple(
        tuple(path for path, _ in group[: share + (place < more)]) for place, group in enumerate(groups)
    )
