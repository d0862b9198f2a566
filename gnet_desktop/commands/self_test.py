"""``gnet-desktop self-test``: does this installation work?"""

import argparse


def run(_arguments: argparse.Namespace) -> int:
    """0 if everything works; otherwise the failures are printed."""
    from gnet_desktop import selftest

    return selftest.run()
