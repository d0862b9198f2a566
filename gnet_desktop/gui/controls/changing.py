"""Changes of the network in words."""

from gnet_desktop.network.changes import Change
from gnet_desktop.shown import name_words


def change_words(change: Change) -> str:
    """A change as people read it: ``4b/5×5 off``, ``4e/1×1:20 × 0.5``."""
    name = name_words(change.name)
    done = {
        "off": "off",
        "mean": "to its mean",
        "usual": "as usual",
        "scaled": f"× {change.factor:g}",
        "other": f"from {change.values.source if change.values else ''}",
        "projected": f"without {change.values.source if change.values else ''}",
    }
    return f"{name} {done[change.kind]}"
