"""``python packaging/training train|evaluate|export …``: the steps that make the bundled checkpoint."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    from training.commands import main

    sys.exit(main(sys.argv[1:]))
