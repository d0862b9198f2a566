"""``python -m gnet_desktop`` is ``gnet-desktop``."""

import sys

from gnet_desktop.cli import main

if __name__ == "__main__":
    sys.exit(main())
