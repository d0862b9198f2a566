"""What happens to state dictionaries on their way: parts lost, renamed, added, put in another order."""

import random
import re
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

State = dict[str, Tensor]
Damage = Callable[[State, random.Random], State]

_STATISTICS = re.compile(r"(running|moving)_(mean|var)|moving_variance")


def _weights(state: Mapping[str, Tensor]) -> list[str]:
    return [name for name, value in state.items() if value.dim() > 1]


def _vectors(state: Mapping[str, Tensor]) -> list[str]:
    return [name for name, value in state.items() if value.dim() == 1]


def _renamed(state: State, old: str, new: str) -> State:
    return {new if name == old else name: value for name, value in state.items()}


def lose_a_weight(state: State, chance: random.Random) -> State:
    gone = chance.choice(_weights(state))
    return {name: value for name, value in state.items() if name != gone}


def lose_a_vector(state: State, chance: random.Random) -> State:
    gone = chance.choice(_vectors(state))
    return {name: value for name, value in state.items() if name != gone}


def lose_all_biases(state: State, chance: random.Random) -> State:
    return {name: value for name, value in state.items() if not re.search(r"bias|beta|_b$|/b$", name)}


def lose_all_statistics(state: State, chance: random.Random) -> State:
    return {name: value for name, value in state.items() if not _STATISTICS.search(name)}


def rename_a_weight(state: State, chance: random.Random) -> State:
    name = chance.choice(_weights(state))
    return _renamed(state, name, f"other.{chance.randrange(99)}.weight")


def rename_a_vector(state: State, chance: random.Random) -> State:
    name = chance.choice(_vectors(state))
    return _renamed(state, name, f"{name}_old")


def rename_half_of_the_layers(state: State, chance: random.Random) -> State:
    """As after a rewriting of the stem and the first modules."""
    names = list(state)
    early = set(names[: len(names) // 2])
    return {re.sub(r"^([A-Za-z]+)", r"\1x", name) if name in early else name: v for name, v in state.items()}


def shuffle(state: State, chance: random.Random) -> State:
    items = list(state.items())
    chance.shuffle(items)
    return dict(items)


def sort(state: State, chance: random.Random) -> State:
    return dict(sorted(state.items()))


def add_a_layer(state: State, chance: random.Random) -> State:
    """A convolution more, somewhere beside another."""
    name = chance.choice([name for name, value in state.items() if value.dim() == 4])
    layer, _, role = name.rpartition(".")
    outputs = state[name].shape[0]
    return state | {f"{layer}_more.{role or 'weight'}": torch.rand(outputs, outputs, 3, 3)}


def add_a_slope(state: State, chance: random.Random) -> State:
    """What a PReLU beside a convolution leaves."""
    name = chance.choice([name for name, value in state.items() if value.dim() == 4])
    return state | {f"{name.rpartition('.')[0]}_act.weight": torch.full((1,), 0.25)}


def add_a_matrix(state: State, chance: random.Random) -> State:
    return state | {"projection.weight": torch.rand(64, 1024), "projection.bias": torch.rand(64)}


def keep_two_copies(state: State, chance: random.Random) -> State:
    other = {f"ema.{name}": value * 0 for name, value in state.items()}
    return {f"model.{name}": value for name, value in state.items()} | other


def widen_a_bias(state: State, chance: random.Random) -> State:
    """Vectors as columns, as some converters leave them."""
    return {name: value.reshape(-1, 1) if value.dim() == 1 else value for name, value in state.items()}


def flatten_small_kernels(state: State, chance: random.Random) -> State:
    """1×1 kernels as matrices."""
    return {
        name: value.flatten(1) if value.dim() == 4 and value.shape[-1] == value.shape[-2] == 1 else value
        for name, value in state.items()
    }


DAMAGES: dict[str, Damage] = {
    damage.__name__.replace("_", " "): damage
    for damage in (
        lose_a_weight,
        lose_a_vector,
        lose_all_biases,
        lose_all_statistics,
        rename_a_weight,
        rename_a_vector,
        rename_half_of_the_layers,
        shuffle,
        sort,
        add_a_layer,
        add_a_slope,
        add_a_matrix,
        keep_two_copies,
        widen_a_bias,
        flatten_small_kernels,
    )
}
