"""An unforeseen error as a report that can be copied."""

import platform
import sys
import traceback

from gnet_desktop import __version__
from gnet_desktop.workspace.values import Bug


def describe_bug(error: BaseException) -> Bug:
    """The report of an error that is nobody's input but a fault of this program."""
    trace = "".join(traceback.format_exception(error))
    about = f"GNet Desktop {__version__}, Python {platform.python_version()}, {platform.platform()}"
    torch = sys.modules.get("torch")
    if torch is not None:
        about += f", torch {torch.__version__}"
    return Bug(f"A fault in this program: {type(error).__name__}: {error}", f"{about}\n\n{trace}")
