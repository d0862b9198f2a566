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


def lose_a_norm(state: State, chance: random.Random) -> State:
    """All that a norm has, as where one layer's was folded and the others' were not."""
    norms = sorted({_STATISTICS.split(name)[0] for name in state if _STATISTICS.search(name)})
    if not norms:
        return state
    gone = chance.choice(norms)
    return {name: value for name, value in state.items() if not name.startswith(gone)}


def call_norms_as_others_do(state: State, chance: random.Random) -> State:
    """TensorFlow's words for what torch calls weight, bias and running statistics."""
    words = {
        "weight": "gamma",
        "bias": "beta",
        "running_mean": "moving_mean",
        "running_var": "moving_variance",
    }
    norms = {name.rpartition(".")[0] for name in state if name.endswith("running_mean")}

    def renamed(name: str) -> str:
        layer, _, part = name.rpartition(".")
        return f"{layer}.{words[part]}" if layer in norms and part in words else name

    return {renamed(name): value for name, value in state.items()}


def add_factors_beside_a_weight(state: State, chance: random.Random) -> State:
    """What an adapter of low rank adds to a weight, not yet worked in."""
    name = chance.choice([name for name, value in state.items() if value.dim() == 2] or list(state))
    layer, shape = name.rpartition(".")[0], state[name].shape
    if len(shape) != 2:
        return state
    factors = {
        f"{layer}.lora_A.weight": torch.rand(4, shape[1]),
        f"{layer}.lora_B.weight": torch.rand(shape[0], 4),
    }
    return state | factors


def add_gates(state: State, chance: random.Random) -> State:
    """Squeeze and excitation behind a convolution."""
    name = chance.choice([name for name, value in state.items() if value.dim() == 4])
    layer, width = name.rpartition(".")[0], state[name].shape[0]
    gates = {"fc1": (max(width // 4, 1), width), "fc2": (width, max(width // 4, 1))}
    return state | {f"{layer}.se.{gate}.weight": torch.rand(*shape, 1, 1) for gate, shape in gates.items()}


def add_a_module(state: State, chance: random.Random) -> State:
    """A tenth module behind the ninth, of the same shapes."""
    more = {re.sub("5b", "5c", name): value for name, value in state.items() if "5b" in name}
    return state | more


def add_a_second_classifier(state: State, chance: random.Random) -> State:
    """As for two tasks at once."""
    return state | {"second_task.weight": torch.rand(11, 1024), "second_task.bias": torch.rand(11)}


def keep_the_first_half(state: State, chance: random.Random) -> State:
    return dict(list(state.items())[: len(state) // 2])


def keep_the_last_half(state: State, chance: random.Random) -> State:
    return dict(list(state.items())[len(state) // 2 :])


def turn_a_matrix(state: State, chance: random.Random) -> State:
    """One fully connected layer as inputs × outputs, the others as they were."""
    matrices = [name for name, value in state.items() if value.dim() == 2]
    if not matrices:
        return state
    name = chance.choice(matrices)
    return state | {name: state[name].t().contiguous()}


def turn_all_matrices(state: State, chance: random.Random) -> State:
    return {name: value.t().contiguous() if value.dim() == 2 else value for name, value in state.items()}


def put_sides_first(state: State, chance: random.Random) -> State:
    """Kernels as height × width × inputs × outputs, or back."""
    first = next(value for value in state.values() if value.dim() == 4)
    order = (3, 2, 0, 1) if first.shape[0] == first.shape[1] else (2, 3, 1, 0)
    return {name: v.permute(order).contiguous() if v.dim() == 4 else v for name, v in state.items()}


def call_by_number(state: State, chance: random.Random) -> State:
    return {f"arr_{number}": value for number, value in enumerate(state.values())}


def call_with_underscores(state: State, chance: random.Random) -> State:
    return {name.replace(".", "_"): value for name, value in state.items()}


def call_with_slashes(state: State, chance: random.Random) -> State:
    return {name.replace(".", "/") + ":0": value for name, value in state.items()}


def call_in_capitals(state: State, chance: random.Random) -> State:
    return {name.upper(): value for name, value in state.items()}


def share_the_classifier(state: State, chance: random.Random) -> State:
    """The last tensors under a second name, too."""
    return state | {f"tied.{name}": value for name, value in list(state.items())[-2:]}


def add_biases_of_zero(state: State, chance: random.Random) -> State:
    """Biases beside norms, as converters write them."""
    found: State = {}
    for name, value in state.items():
        found[name] = value
        if value.dim() == 4 and name.endswith(".weight"):
            found.setdefault(f"{name.removesuffix('weight')}bias", torch.zeros(len(value)))
    return found | {name: value for name, value in state.items() if name.endswith("bias")}


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
        lose_a_norm,
        call_norms_as_others_do,
        add_factors_beside_a_weight,
        add_gates,
        add_a_module,
        add_a_second_classifier,
        keep_the_first_half,
        keep_the_last_half,
        turn_a_matrix,
        turn_all_matrices,
        put_sides_first,
        call_by_number,
        call_with_underscores,
        call_with_slashes,
        call_in_capitals,
        share_the_classifier,
        add_biases_of_zero,
    )
}
