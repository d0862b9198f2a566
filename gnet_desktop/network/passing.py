"""What a pass keeps of what it computes, and what it changes, on its way through the layers."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from torch import Tensor

from gnet_desktop.network.changes import Editor

Outputs = dict[str, Tensor]


class Pass:
    """One way through the network.

    Every layer hands in what it made, by canonical name, and goes on with what it gets
    back. ``keeps`` says which names are kept in ``outputs``; ``linear`` names convolutions
    whose value before the activation is kept too, as ``4a/5x5/linear``. Branches aren't
    handed in: they are slices of their module's output, but for a module of which ``only``
    some branches are wanted ({module: its branches}), the last of the pass.
    """

    def __init__(
        self,
        keeps: Callable[[str], bool],
        editor: Editor | None = None,
        linear: Collection[str] = (),
        only: Mapping[str, Collection[str]] = MappingProxyType({}),
    ) -> None:
        self.outputs: Outputs = {}
        self._keeps = keeps
        self._editor = editor if editor else None
        self._linear = frozenset(linear)
        self._only = only

    @property
    def altered(self) -> tuple[int, ...]:
        """How many values each change made different."""
        return self._editor.altered if self._editor is not None else ()

    def __call__(self, name: str, value: Tensor) -> Tensor:
        """The value that the pass goes on with."""
        if self._editor is not None:
            value = self._editor(name, value)
        if self._keeps(name):
            self.outputs[name] = value
        return value

    def wants(self, module: str, branch: str) -> bool:
        """Whether a branch is to be computed."""
        return module not in self._only or branch in self._only[module]

    def alone(self, name: str, value: Tensor) -> None:
        """Keep a branch of a module that isn't whole."""
        self.outputs[name] = value

    def before_activation(self, name: str, value: Tensor) -> None:
        """Keep a convolution's value before its activation, which is applied in place."""
        if name in self._linear:
            self.outputs[f"{name}/linear"] = value.clone()
