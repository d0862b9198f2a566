"""The README as PyPI shows it: hatchling's hook, which names pictures and files by their public address.

In the README they are named from its own folder, so that a checkout shows its own; PyPI has no such folder.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

RAW = "https://raw.githubusercontent.com/gnet-desktop/gnet-desktop/main/"
PAGE = "https://github.com/gnet-desktop/gnet-desktop/blob/main/"


def for_pypi(text: str) -> str:
    """``text`` with every relative picture and link made absolute."""
    text = re.sub(r"(!\[[^\]]*\]\()(?!https?:)", rf"\1{RAW}", text)
    return re.sub(r"((?<!!)\[[^\]]*\]\()(?!https?:|#)", rf"\1{PAGE}", text)


class ReadmeHook(MetadataHookInterface):
    """Gives the wheel and the source archive that README."""

    # Nothing but hatchling is there when this runs, so that no decorator can say that it overrides.
    def update(self, metadata: dict[str, Any]) -> None:  # type: ignore[explicit-override]
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": for_pypi(text)}
