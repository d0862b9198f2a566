"""``gnet-desktop`` without a command: the window."""

import argparse
import gc

from gnet_desktop.commands.opening import choices


def run(arguments: argparse.Namespace) -> int:
    """Open the window with the files given; returns when it is closed."""
    # Nothing that is imported is garbage, and looking through it takes an eighth of the time until
    # the window is painted. `Collecting` takes over once there is a window.
    gc.disable()
    from gnet_desktop.gui.system.sources import leave_sources_unread

    leave_sources_unread()
    from gnet_desktop.gui import app

    return app.run(
        paths=arguments.paths,
        labels=arguments.labels,
        assume=choices(arguments),
        device=arguments.device,
        page=arguments.page,
        theme=arguments.theme,
        clean=arguments.clean,
    )
