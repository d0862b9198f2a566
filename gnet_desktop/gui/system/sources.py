"""What PySide does with every module that is imported after it."""

import importlib
from typing import Final

_CHECK: Final = "_mod_uses_pyside"


def leave_sources_unread() -> None:
    """Keep PySide from reading the source of every later import, ours and torch's, and keeping it.

    It looks there for its name, to know where ``from __feature__ import …`` may count. Nothing here has
    such a line, and a module without a source, as in a bundle, is taken for one without.
    """
    importlib.import_module("PySide6.QtCore")
    feature = importlib.import_module("shibokensupport.feature")
    if hasattr(feature, _CHECK):
        setattr(feature, _CHECK, lambda _: False)
