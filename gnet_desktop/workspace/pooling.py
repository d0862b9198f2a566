"""Parts' pooled values over pictures: what readouts are fitted on, what is usual, what two networks
are compared by. For the engine's thread.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gnet_desktop.convention import Convention
from gnet_desktop.errors import Cancelled
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.network.record import LOGITS, Array
from gnet_desktop.workspace.tasks import LoadedNetwork

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

Source = Path | bytes


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Means over the cells of every module, {module: (pictures, channels)}, and main's logits
    (pictures, classes); ``places`` says which of the sources they are of.
    """

    modules: dict[str, Array]
    logits: Array
    places: tuple[int, ...]


def pool_modules(
    loaded: LoadedNetwork,
    sources: Sequence[Source],
    convention: Convention,
    wanted: Callable[[float], bool],
) -> Pooled:
    """Every module and main's logits, as `pool` has them."""
    main = LOGITS["main"]
    values, places = pool(loaded.network, (*MODULES, main), sources, convention, wanted)
    if not places:
        return Pooled({}, np.zeros((0, 0), np.float32), ())
    return Pooled({name: values[name] for name in MODULES}, values[main], places)


def pool(
    network: "GoogLeNet",
    parts: Sequence[str],
    sources: Sequence[Source],
    convention: Convention,
    wanted: Callable[[float], bool] = lambda _share: True,
) -> tuple[Mapping[str, Array], tuple[int, ...]]:
    """Pass the pictures through the network: ({part: its means over the cells, (pictures, channels)},
    the places of these pictures among the sources); nothing where no picture is left.

    Those that can't be read, or whose values stop being numbers, are left out. ``wanted``
    is told the share that is done, 0…1; raises Cancelled once it says no.
    """
    import torch

    from gnet_desktop.folder.reading import batches

    rows: dict[str, list[Array]] = {name: [] for name in parts}
    places: list[int] = []
    done = 0
    for batch in batches(sources, convention):
        arrays = [one.prepared.array for one in batch if one.prepared is not None]
        places += [done + place for place, one in enumerate(batch) if one.prepared is not None]
        if arrays:
            found = network.outputs(torch.from_numpy(np.stack(arrays)), tuple(parts))
            for name, value in found.items():
                flat = value.mean((2, 3)) if value.ndim == 4 else value
                rows[name].append(flat.cpu().numpy())
        done += len(batch)
        if not wanted(done / max(1, len(sources))):
            raise Cancelled
    if not places:
        return {}, ()
    values = {name: np.concatenate(found) for name, found in rows.items()}
    sound = np.logical_and.reduce([np.isfinite(one).all(1) for one in values.values()])
    kept = tuple(place for place, fine in zip(places, sound, strict=True) if fine)
    return {name: value[sound] for name, value in values.items()}, kept
