"""MATLAB's files of version 7.3: HDF5, whose attributes say of which class a value is.

Sides stand in reverse. A cell, and every field of a struct array, is a list of references
to values that lie in a group of their own.
"""

from typing import Final

from gnet_desktop.checkpoints.containers.hdf5.tree import Node
from gnet_desktop.checkpoints.containers.matlab import values
from gnet_desktop.checkpoints.containers.matlab.structs import DEEPEST, Cell, Struct, Value
from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor

_CLASS: Final = "MATLAB_class"
_HIDDEN: Final = "#"
"""What the names of groups begin with that are no variables."""
_LONGEST_TEXT: Final = 1 << 16


def variables_of(tree: Node) -> Contents | None:
    """The tensors of such a file; None for any other HDF5 file."""
    found = {name: node for name, node in tree.inside.items() if not name.startswith(_HIDDEN)}
    if not any(node.text(_CLASS) for node in found.values()):
        return None
    return values.contents({name: _value(node, 0) for name, node in found.items()}, "MATLAB 7.3")


def _value(node: Node | None, depth: int) -> Value:
    if node is None or depth > DEEPEST:
        return None
    kind = node.text(_CLASS)
    if node.is_group:
        return _struct(node, depth)
    if kind == "char":
        return _text(node.tensor)
    if node.refers:
        return Cell(tuple(_value(one, depth + 1) for one in node.refers))
    # an empty value is kept as its sides, which are whole numbers
    return _turned(node.tensor) if kind in ("single", "double") else None


def _struct(node: Node, depth: int) -> Struct:
    """A struct, or an array of them: then every field is as many references."""
    counts = {len(one.refers) for one in node.inside.values()}
    count = next(iter(counts), 0)
    lists = len(counts) == 1 and count > 0 and not any(one.text(_CLASS) for one in node.inside.values())
    if not lists:
        return Struct(({name: _value(one, depth + 1) for name, one in node.inside.items()},))
    return Struct(
        tuple(
            {name: _value(one.refers[row], depth + 1) for name, one in node.inside.items()}
            for row in range(count)
        )
    )


def _turned(tensor: StoredTensor | None) -> StoredTensor | None:
    if tensor is None or not tensor.count:
        return None
    return tensor.permuted(tuple(reversed(range(len(tensor.shape)))))


def _text(tensor: StoredTensor | None) -> str:
    if tensor is None or tensor.count > _LONGEST_TEXT:
        return ""
    tensor.check("a text")
    return "".join(chr(int(code)) for code in tensor.numbers().reshape(-1) if 0 < code < 0xD800)
