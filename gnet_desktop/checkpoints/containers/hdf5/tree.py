"""An HDF5 file as a tree of groups and datasets, with the attributes that are texts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.hdf5.datasets import references, tensor
from gnet_desktop.checkpoints.containers.hdf5.groups import links
from gnet_desktop.checkpoints.containers.hdf5.kinds import Texts, described
from gnet_desktop.checkpoints.containers.hdf5.layout import messages, opened
from gnet_desktop.checkpoints.containers.source import Source
from gnet_desktop.checkpoints.containers.stored import StoredTensor

_DEEPEST: Final = 32
_LONGEST_PATH: Final = 1024


@dataclass
class Node:
    """A group with what is in it, or a dataset with its numbers (None where it has others).

    ``refers`` are the objects that a dataset of references leads to, None for one to nowhere.
    """

    attributes: Mapping[str, list[str]] = field(default_factory=dict)
    inside: dict[str, "Node"] = field(default_factory=dict)
    tensor: StoredTensor | None = None
    is_group: bool = True
    refers: tuple["Node | None", ...] = ()

    def at(self, path: str) -> "Node | None":
        """What lies under a path of names with slashes."""
        found: Node | None = self
        for name in filter(None, path.split("/")):
            found = found.inside.get(name) if found is not None else None
        return found

    def walk(self, path: str = "") -> Iterator[tuple[str, "Node"]]:
        """Everything in it with its path, the outer first, in the file's order."""
        waiting = [(path, self)]
        while waiting:
            path, node = waiting.pop()
            yield path, node
            waiting += [(f"{path}/{name}".lstrip("/"), one) for name, one in reversed(node.inside.items())]

    def text(self, name: str) -> str:
        """An attribute that is one text; empty where there is none."""
        return next(iter(self.attributes.get(name, ())), "")


def read_tree(source: Source) -> Node:
    """The whole file, its numbers unread; raises CheckpointError."""
    file = opened(source)
    texts, seen, root = Texts(file), {file.root}, Node()
    waiting = [(root, file.root, 0, 0)]
    objects, referring = {file.root: root}, list[tuple[Node, list[int]]]()
    while waiting:
        node, address, depth, length = waiting.pop()
        current().values()
        parts = messages(file, address)
        node.attributes = texts.attributes(parts)
        if (told := described(file, parts)) is not None:
            node.tensor, node.is_group = tensor(file, *told, parts), False
            if places := references(file, *told, parts):
                referring.append((node, places))
            continue
        for name, place in links(file, parts):
            longer = length + len(name)
            # an object that stands under two names is one, and a group in itself is none
            if place in seen or depth >= _DEEPEST or longer > _LONGEST_PATH:
                continue
            seen.add(place)
            current().values()
            node.inside[name] = objects[place] = Node()
            waiting.append((node.inside[name], place, depth + 1, longer))
    for node, places in referring:
        node.refers = tuple(map(objects.get, places))
    return root
