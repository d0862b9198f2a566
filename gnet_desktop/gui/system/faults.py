"""What nobody foresaw: exceptions out of Qt's calls, and Qt's own warnings."""

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Final

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from gnet_desktop.workspace.failures import describe_bug
from gnet_desktop.workspace.values import Bug

_MOST: Final = 20
# what a platform without a window manager says of every window; nobody can act on it
_NO_NEWS: Final = ("This plugin does not support", "Could not register app ID")


def catch_faults(show: Callable[[Bug], None]) -> Callable[[], None]:
    """Show each kind of unexpected exception once; returns what ends that.

    The traceback goes to stderr every time. An exception while painting comes back with every
    frame, so a fault that was shown is not shown again, nor more than a few in all.
    """
    before, shown = sys.excepthook, set[str]()

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        before(kind, error, trace)
        if not issubclass(kind, Exception):
            return
        bug = describe_bug(error)
        if bug.title not in shown and len(shown) < _MOST:
            shown.add(bug.title)
            show(bug)

    sys.excepthook = caught

    def end() -> None:
        sys.excepthook = before

    return end


def quieten_qt() -> Callable[[], None]:
    """Qt's warnings on stderr, without those that say nothing to anybody; returns what ends that."""
    before = qInstallMessageHandler(_say)

    def end() -> None:
        qInstallMessageHandler(before)

    return end


def _say(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    if kind != QtMsgType.QtDebugMsg and not message.startswith(_NO_NEWS):
        print(message, file=sys.stderr)
