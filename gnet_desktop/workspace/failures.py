"""Failures as people are told of them; an unforeseen one as a report that can be copied."""

import platform
import sys
import traceback

from gnet_desktop import __version__
from gnet_desktop.errors import Cancelled, GNetError
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.values import Bug


def describe_bug(error: BaseException) -> Bug:
    """The report of an error that is nobody's input but a fault of this program."""
    trace = "".join(traceback.format_exception(error))
    about = f"GNet Desktop {__version__}, Python {platform.python_version()}, {platform.platform()}"
    torch = sys.modules.get("torch")
    if torch is not None:
        about += f", torch {torch.__version__}"
    return Bug(f"A fault in this program: {type(error).__name__}: {error}", f"{about}\n\n{trace}")


class Failures:
    """Tells of failures: ``failed(error)`` of a `GNetError`, ``bug(bug)`` of what nobody foresaw."""

    def __init__(self) -> None:
        self.failed, self.bug = Signal(), Signal()

    def tell(self, error: BaseException) -> None:
        """Something failed; what was cancelled did not."""
        if isinstance(error, Cancelled):
            return
        if isinstance(error, GNetError):
            self.failed.emit(error)
        else:
            self.bug.emit(describe_bug(error))

    def sentence(self, error: BaseException) -> GNetError:
        """A failure to be shown in its place; what nobody foresaw is told as well."""
        if isinstance(error, GNetError):
            return error
        bug = describe_bug(error)
        self.bug.emit(bug)
        return GNetError(bug.title)
