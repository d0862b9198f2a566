"""A workspace with workers that work when they are told to, and all that it announced."""

from io import BytesIO

import numpy as np
from PIL import Image

from gnet_desktop.errors import GNetError
from gnet_desktop.network.changes import Change
from gnet_desktop.workspace.state import Workspace
from tests.workspace.workers import Stepping, settle

OFF = Change("4a/5x5")
LATER = Change("5b/1x1")


def photo(seed: int) -> tuple[str, bytes]:
    """A made photo of smooth noise."""
    rough = Image.fromarray(np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8))
    stream = BytesIO()
    rough.resize((160, 130)).save(stream, "PNG")
    return f"photo {seed}.png", stream.getvalue()


class Desk:
    """A workspace with its two workers, and all that it announced."""

    def __init__(self) -> None:
        self.engine, self.reader, self.opener = Stepping(), Stepping(), Stepping()
        self.workspace = Workspace(
            lambda call: call(), engine=self.engine, reader=self.reader, opener=self.opener
        )
        self.heard: list[str] = []
        for name in (
            "checkpoint",
            "pictures",
            "current",
            "result",
            "reference_result",
            "changes",
            "reference",
        ):
            signal = getattr(self.workspace, f"{name}_changed")
            signal.subscribe(lambda name=name: self.heard.append(name))
        self.errors: list[Exception] = []
        self.workspace.failed.subscribe(self.errors.append)
        self.workspace.bug.subscribe(self.errors.append)

    @property
    def refusals(self) -> list[GNetError]:
        """The failures that were told of; anything else is a fault."""
        assert all(isinstance(error, GNetError) for error in self.errors), self.errors
        return [error for error in self.errors if isinstance(error, GNetError)]

    def settle(self) -> None:
        settle(self.reader, self.opener, self.engine)

    def passes(self) -> list[str]:
        """The purposes of the passes since the last call."""
        found = [purpose for purpose in self.engine.done if purpose.startswith("pass")]
        self.engine.done.clear()
        return found
