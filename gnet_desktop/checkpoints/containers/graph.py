"""A network's graph as a file tells it: operations and the names that pass between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """An operation.

    ``inputs`` are at least three, missing ones empty; ``settings`` are its attributes
    as numbers, lists of numbers or texts.
    """

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Graph:
    """Operations in an order in which they can be carried out.

    ``inputs`` are what must be given (no stored tensors), ``outputs`` what comes out.
    """

    nodes: tuple[Node, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
