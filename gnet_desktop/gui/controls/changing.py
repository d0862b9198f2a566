"""Changes of the network in words."""

from gnet_desktop.network.changes import Change
from gnet_desktop.shown import name_words


def change_words(change: Change) -> str:
    """A change as people read it: ``4b/5×5 off``, ``4e/1×1:20 × 0.5``."""
    return f"{part_words(change)} {state_words(change)}"


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


def part_words(change: Change) -> str:
    """What is changed: ``4e/1×1:20``."""
    return name_words(change.name)


def factor_words(factor: float) -> str:
    """How many times itself: ``× 0.5``."""
    return f"× {factor:g}"
