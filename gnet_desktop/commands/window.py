"""``gnet-desktop`` without a command: the window."""

import argparse

from gnet_desktop.commands.opening import choices


def run(arguments: argparse.Namespace) -> int:
    """Open the window with the files given; returns when it is closed."""
    from gnet_desktop.gui import app

    return app.run(
        paths=arguments.paths,
        labels=arguments.labels,
        assume=choices(arguments),
        device=arguments.device,
        theme=arguments.theme,
        clean=arguments.clean,
    )
