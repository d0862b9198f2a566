"""What clicking a part of the map chooses."""

from typing import Final

import numpy as np

from gnet_desktop.network.architecture import HEADS, MODULES
from gnet_desktop.network.naming import channel_counts, unit_of
from gnet_desktop.workspace.state import Workspace

MAINS_OWN: Final = ("global_pool", "fc", "logits")
"""What main is made of."""


def choose_target(workspace: Workspace, target: str) -> str | None:
    """Choose a module, or the strongest unit of a layer; the head's name if it belongs to one.

    A unit of the layer that is chosen already stays.
    """
    head = target.partition("/")[0]
    if head in HEADS or target in MAINS_OWN:
        return head if head in HEADS else "main"
    if target in MODULES:
        workspace.choose_module(target)
        return None
    unit = workspace.selection.unit
    if unit is not None and unit.part == target:
        return None
    checkpoint = workspace.checkpoint
    if checkpoint is not None and channel_counts(checkpoint.architecture).get(target, 0):
        workspace.choose_unit(unit_of(target, _strongest(workspace, target)))
    return None


def chosen_target(workspace: Workspace) -> str | None:
    """The layer whose unit is chosen."""
    unit = workspace.selection.unit
    return None if unit is None else unit.part


def _strongest(workspace: Workspace, part: str) -> int:
    """The channel with the largest mean on the picture shown; 0 without one."""
    result = workspace.seen
    if result is None or part not in result.record:
        return 0
    means = np.nan_to_num(result.record[part].mean(axis=(1, 2), dtype=np.float64), nan=-np.inf)
    return int(np.argmax(means))
