"""Changes of the network in words."""

from gnet_desktop.network.changes import Change


def change_words(change: Change) -> str:
    """A change as people read it: ``4b/5×5 off``, ``4e/1×1:20 × 0.5``."""
    name = change.name.replace("1x1", "1×1").replace("3x3", "3×3").replace("5x5", "5×5")
    done = {
        "off": "off",
        "mean": "to its mean",
        "usual": "as usual",
        "scaled": f"× {change.factor:g}",
        "other": f"from {change.values.source if change.values else ''}",
        "projected": f"without {change.values.source if change.values else ''}",
    }
    return f"{name} {done[change.kind]}"
