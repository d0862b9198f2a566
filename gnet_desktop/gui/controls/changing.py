"""Changes of the network in words."""

from typing import Final

from gnet_desktop.network.changes import Change, Changes
from gnet_desktop.network.naming import Unit, channel_in_module
from gnet_desktop.shown import name_words, whole
from gnet_desktop.workspace.values import Result

_NAMED: Final = 4
"""Units of a change that are named one by one."""


def change_words(change: Change) -> str:
    """A change as people read it: ``4b/5×5 off``, ``4e/1×1:20 × 0.5``."""
    return f"{part_words(change)} {state_words(change)}"


def made_words(changes: Changes) -> str:
    """What some changes made of a unit: ``off``."""
    return ", ".join(map(state_words, changes))


def state_words(change: Change) -> str:
    """What becomes of a part: ``off``, ``× 0.5``."""
    done = {
        "off": "off",
        "mean": "to its mean",
        "usual": "as usual",
        "scaled": factor_words(change.factor),
        "other": f"from {change.values.source if change.values else ''}",
        "projected": f"without {change.values.source if change.values else ''}",
    }
    return done[change.kind]


def changes_of(result: Result, unit: Unit) -> Changes:
    """The changes of a pass that set a unit's values, or those of its module there."""
    places = {
        unit.part: unit.channel,
        unit.module: channel_in_module(result.checkpoint.architecture, unit),
    }
    return tuple(
        one
        for one in result.key.changes
        if one.part in places and (one.channels is None or places[one.part] in one.channels)
    )


def part_words(change: Change) -> str:
    """What is changed: ``4e/1×1:20``; of many units how many: ``4e/1×1, 12 units``."""
    if change.channels is not None and len(change.channels) > _NAMED:
        return f"{name_words(change.part)}, {whole(len(change.channels))} units"
    return name_words(change.name)


def targets_words(targets: Changes) -> str:
    """What several changes name together: ``12 units of 3 parts``."""
    if len(targets) == 1:
        return part_words(targets[0])
    count = sum(len(one.channels) for one in targets if one.channels is not None)
    return (
        f"{whole(count)} units of {len(targets)} parts"
        if all(one.channels is not None for one in targets)
        else f"{len(targets)} parts"
    )


def factor_words(factor: float) -> str:
    """How many times itself: ``× 0.5``."""
    return f"× {factor:g}"
