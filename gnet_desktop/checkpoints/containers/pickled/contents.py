"""The contents of a file whose description is a pickle."""

from typing import Any, Final

from gnet_desktop.checkpoints.containers.pickled.flattening import Flat, Numbers, flatten
from gnet_desktop.checkpoints.containers.pickled.rebuilding import DerivedValue, TensorValue
from gnet_desktop.checkpoints.containers.pickled.values import Global, Instance
from gnet_desktop.checkpoints.containers.stored import Contents
from gnet_desktop.errors import CheckpointError
from gnet_desktop.shown import listed, shown


class NoTensors(CheckpointError):
    """A pickle that holds no tensors."""


_META: Final = "_rebuild_meta_tensor_no_storage"
_LAZY: Final = ("UninitializedParameter", "UninitializedBuffer")


def contents(value: Any, container: str, *, order: str = "<", notes: tuple[str, ...] = ()) -> Contents:
    """The tensors of a pickled value and all that is known beside them.

    Raises CheckpointError if there are none, naming what the file asks for instead.
    """
    flat = flatten(value)
    if not flat.tensors:
        raise _no_tensors(value, flat)
    whole = f", a whole module of class {shown(value.kind_name)}" if isinstance(value, Instance) else ""
    return Contents(
        container + (whole if container != "TorchScript" else ""),
        {name: tensor.stored(order) for name, tensor in flat.tensors.items()},
        facts=flat.facts,
        labels=flat.labels,
        entries=flat.entries,
        classes=flat.classes,
        devices=_devices(flat),
        notes=notes,
    )


def _devices(flat: Flat) -> tuple[str, ...]:
    """Where the tensors were when they were saved."""
    return tuple(sorted({part.storage.device for tensor in flat.tensors.values() for part in _parts(tensor)}))


def _parts(tensor: Numbers) -> tuple[TensorValue, ...]:
    if isinstance(tensor, DerivedValue):
        return tensor.parts
    return (tensor,) if isinstance(tensor, TensorValue) else ()


def _no_tensors(value: Any, flat: Flat) -> NoTensors:
    wanted = sorted({name for name in (*flat.classes.values(), *flat.entries.values()) if "." in name})
    if any(name.endswith(_LAZY) for name in wanted):
        return NoTensors(
            "The network was saved before its first pass.",
            "Its lazy layers have no values yet.",
            "Run it on one picture, save it again, and open that.",
        )
    if any(name.endswith(_META) for name in wanted):
        return NoTensors(
            "The file holds shapes but no numbers.",
            "Its tensors were on torch's meta device when they were saved.",
            "Load the weights into the network first, save it again, and open that.",
        )
    if isinstance(value, Global):
        wanted = [str(value)]
    why = f"It asks for {listed(wanted, 3)}, and nothing in a file is run here." if wanted else ""
    return NoTensors(
        "No weights were found in the file.",
        why or "It holds plain values only.",
        "Save only the weights, with torch.save(model.state_dict(), …), and open that.",
    )
