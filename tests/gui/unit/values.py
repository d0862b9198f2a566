"""Values of a unit, taken from the record."""

import numpy as np

from gnet_desktop.network.naming import Unit
from tests.gui.made import (
    there,
)
from tests.workspace.workers import Posed


def values_of(workspace: Posed, unit: Unit) -> np.ndarray:
    return there(workspace.result).record[unit.part][unit.channel]
