"""Where the frozen program starts: puts right what freezing changes, then runs the command line."""

import multiprocessing
import os
import sys

APP_USER_MODEL_ID = "io.github.gnet_desktop.gnet_desktop"


def open_missing_streams() -> None:
    """A windowed program on Windows has no streams; give it ones that swallow what is written."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - lives as long as we do


def restore_environment() -> None:
    """Let no library path of the bundle reach a program that we start.

    The loader read the path when this process started and won't look again, so
    the variables serve nobody here any more. Qt finds its plug-ins from where
    its own library lies; a foreign plug-in path would only bring in foreign ones.
    """
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        original = os.environ.pop(f"{name}_ORIG", None)
        if original is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = original
    for name in ("QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH", "QML2_IMPORT_PATH"):
        os.environ.pop(name, None)


def name_the_taskbar_group() -> None:
    """On Windows, windows group under this name rather than under the loader's."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(APP_USER_MODEL_ID)


def main() -> int:
    open_missing_streams()
    restore_environment()
    name_the_taskbar_group()
    from gnet_desktop.cli import main as run

    return run() or 0


if __name__ == "__main__":
    multiprocessing.freeze_support()  # before anything else: a worker must not open a window
    sys.exit(main())
