"""All pictures that want memory or time, by name."""

from collections.abc import Callable, Mapping

from tests.pictures.hostile_common import COMMON
from tests.pictures.hostile_others import OTHERS

PICTURES: Mapping[str, Callable[[], bytes]] = {one.__name__: one for one in (*COMMON, *OTHERS)}
