"""``gnet-desktop screenshot``: the real window, rendered without a screen."""

import argparse
import os
import sys

from gnet_desktop.commands.changing import parse_changes
from gnet_desktop.commands.opening import checkpoint_path, choices


def run(arguments: argparse.Namespace) -> int:
    """Render the window on one picture and write it as PNG, whole or not at all."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from gnet_desktop.gui.exports.saving import write_png
    from gnet_desktop.gui.rendering import render_window

    image = render_window(
        checkpoint_path(arguments.checkpoint),
        arguments.picture,
        labels=arguments.labels,
        assume=choices(arguments),
        module=arguments.module,
        unit=arguments.unit,
        theme=arguments.theme,
        size=arguments.size,
        panel=arguments.panel,
        preprocess=arguments.preprocess,
        changes=lambda architecture: parse_changes(arguments.part, arguments.how, architecture),
        why=arguments.why or "",
    )
    write_png(image, arguments.out)
    print(f"wrote {arguments.out}", file=sys.stderr)
    return 0
