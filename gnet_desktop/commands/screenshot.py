"""``gnet-desktop screenshot``: the real window, rendered without a screen."""

import argparse
import os
import sys

from gnet_desktop.commands.opening import checkpoint_path
from gnet_desktop.errors import ExportError


def run(arguments: argparse.Namespace) -> int:
    """Render the window on one picture and write it as PNG, whole or not at all."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from gnet_desktop.gui.rendering import render_window

    image = render_window(
        checkpoint_path(arguments.checkpoint),
        arguments.picture,
        labels=arguments.labels,
        module=arguments.module,
        unit=arguments.unit,
        theme=arguments.theme,
        size=arguments.size,
        panel=arguments.panel,
        preprocess=arguments.preprocess,
    )
    target = arguments.out
    beside = target.with_name(f".{target.name}.part")
    if not image.save(str(beside), b"PNG"):
        beside.unlink(missing_ok=True)
        raise ExportError(
            f"{target} cannot be written.", "", "Choose a folder that exists and may be written to."
        )
    os.replace(beside, target)
    print(f"wrote {target}", file=sys.stderr)
    return 0
