"""The known naming schemes, one module a scheme and its relatives.

To add one, write its table and list it here; nothing else changes.
"""

from typing import Final

from gnet_desktop.checkpoints.dialects import (
    caffe,
    cifar,
    d2l,
    frameworks,
    shanglianlm,
    tensorflow,
    torchvision,
    tutorial,
)
from gnet_desktop.checkpoints.dialects.dialect import Dialect

DIALECTS: Final[tuple[Dialect, ...]] = (
    *torchvision.DIALECTS,
    *caffe.DIALECTS,
    *tutorial.DIALECTS,
    *cifar.DIALECTS,
    *d2l.DIALECTS,
    *shanglianlm.DIALECTS,
    *tensorflow.DIALECTS,
    *frameworks.DIALECTS,
)
