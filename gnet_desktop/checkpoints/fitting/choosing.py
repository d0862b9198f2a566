"""Whose network it is: what names, kernels, norms and graph say, weighed against every family.

Names alone decide nothing: a family is compared trait by trait with the network that the
file's tensors and settings make of it, and the one that differs least is taken.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import Any, Final

from gnet_desktop.errors import UsageError
from gnet_desktop.network.architecture import Architecture, Convolution, Module, Pool, ResponseNorm
from gnet_desktop.network.families import FAMILIES, LUCID_WIDTHS, build

Build = Callable[[str, Mapping[str, str]], Architecture]
"""The file's network as one of a family with some of its switches set."""

USUAL: Final = (
    "torchvision",
    "wzmiaomiao",
    "kuangliu",
    "weiaicunzai_later",
    "tutorial_bn",
    "aladdinpersson",
    "tutorial",
    "lucid",
)
"""Families that a file without known names is likely to be of, the likeliest first."""

_WEIGHTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        **dict.fromkeys(("norms", "stem", "widths"), 3),
        **dict.fromkeys(("steps", "pools", "response norms", "rectifiers", "end"), 2),
    }
)
"""What a difference counts where it isn't 1: nobody adds norms or another stem by the way.

Those that count 2 are seen only where the file tells them beside its tensors.
"""

_FOLDED: Final = 1
"""What it counts that a family's norms can only have been folded into the convolutions."""

_AGREED: Final[Mapping[str, str]] = MappingProxyType({"torchvision": "epsilon"})
"""A switch that is beyond doubt in a file of which everything is the family's own."""


@dataclass(frozen=True)
class Choice:
    """A family with its switches.

    ``assumed`` is what the file doesn't tell, ``open`` what of that is in doubt.
    """

    family: str
    switches: Mapping[str, str]
    assumed: Mapping[str, str]
    open: frozenset[str]


@dataclass(frozen=True, order=True)
class _Fit:
    """How far a file is from a family: all that counts against it, and what of it contradicts."""

    distance: int
    contradictions: int
    place: int
    family: str
    switches: tuple[tuple[str, str], ...]


def choose(
    candidates: Sequence[str],
    file: Build,
    *,
    layers: Collection[str],
    told: Mapping[str, str],
    assume: Mapping[str, str],
    named: Collection[str] = (),
    others: Sequence[str] = (),
) -> Choice:
    """The family, of the ``candidates``, that a file's network differs from least.

    ``others`` are looked at where the file contradicts all of the candidates.
    ``layers`` are its convolutions outside modules, all of which the family must have.
    ``told`` are switches that the file settles, ``assume`` answers of a person, ``named``
    traits that the file's names have a place for, though the family is without. Raises
    UsageError for a family that doesn't exist, or lacks one of the layers.
    """
    file, fits = _remembered(file), list[_Fit]()
    for families in _possible(candidates, others, layers, assume):
        for family in families:
            for switches in _variants(family, told, assume):
                fits.append(_fit(family, switches, len(fits), file, named))
        if min(fits).contradictions == 0:
            break
    fits.sort()
    best = fits[0]
    rivals = {fit.family for fit in fits if fit.distance <= best.distance} - {best.family}
    doubtful = bool(best.contradictions or rivals) and "family" not in assume
    switches = {**_rewritten(best, file), **told, **assume}
    switches = {name: switches.get(name, value) for name, value in best.switches}
    assumed = {"family": best.family} if doubtful or "family" in assume else {}
    assumed |= {
        name: value
        for name, value in switches.items()
        if name not in told and _matters(name, best.family, switches, file)
    }
    sure = {_AGREED.get(best.family)} if not doubtful and best.distance == 0 else set()
    return Choice(best.family, switches, assumed, frozenset(assumed) - sure - assume.keys())


def _remembered(file: Build) -> Build:
    """The same, but each network is made once."""
    made: dict[tuple[str, frozenset[tuple[str, str]]], Architecture] = {}

    def network(family: str, switches: Mapping[str, str]) -> Architecture:
        key = family, frozenset(switches.items())
        if key not in made:
            made[key] = file(family, switches)
        return made[key]

    return network


def _possible(
    candidates: Sequence[str], others: Sequence[str], layers: Collection[str], assume: Mapping[str, str]
) -> Sequence[Sequence[str]]:
    """Those of each that have all of a file's layers, or the one that a person chose."""
    if "family" not in assume:
        able = [[one for one in some if not _lacking(one, layers)] for some in (candidates, others)]
        return [some for some in able if some] or [candidates[:1]]
    chosen = assume["family"]
    build(chosen)  # raises where there is no such family
    if lacking := _lacking(chosen, layers):
        raise UsageError(
            f"family={chosen} cannot be assumed.",
            f"{FAMILIES[chosen].title} has no {' and no '.join(lacking)}, but the file has.",
        )
    return ((chosen,),)


def _lacking(family: str, layers: Collection[str]) -> list[str]:
    recipe = FAMILIES[family]
    return sorted(set(layers) - {layer.name for layer in (*recipe.stem, *recipe.tail)})


def _variants(family: str, told: Mapping[str, str], assume: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Every setting of a family's switches that neither the file nor a person rules out, the usual first."""
    switches = FAMILIES[family].switches
    fixed = {**told, **assume}
    for name, value in assume.items():
        if name in switches and value not in switches[name].choices:
            _own(family, {name: value})
    choices = [[fixed[name]] if name in fixed else list(switch.choices) for name, switch in switches.items()]
    yield from (dict(zip(switches, values, strict=True)) for values in product(*choices))


def _own(family: str, switches: Mapping[str, str]) -> Architecture:
    """The family's network as it usually is."""
    return _usual(family, frozenset(switches.items()))


@lru_cache(64)
def _usual(family: str, switches: frozenset[tuple[str, str]]) -> Architecture:
    return build(family, **dict[str, Any](switches))


def _fit(family: str, switches: Mapping[str, str], place: int, file: Build, named: Collection[str]) -> _Fit:
    found = differences(_own(family, switches), file(family, switches)) - {*named}
    folded = _FOLDED if "folded" in found else 0
    against = sum(_WEIGHTS.get(trait, 1) for trait in found - {"folded"})
    return _Fit(against + folded, against, place, family, tuple(switches.items()))


def differences(family: Architecture, file: Architecture) -> set[str]:
    """The traits in which a file's network is not the family's own.

    ``folded`` stands for norms that the file may have had, before they were folded into
    the convolutions, which then all have biases.
    """
    own, its = _traits(family), _traits(file)
    found = {trait for trait in own if own[trait] != its[trait]}
    if own["norms"] and not its["norms"] and its["biases"] == {True}:
        found = found - {"norms", "biases"} | {"folded"}
    return found


def _traits(architecture: Architecture) -> dict[str, Any]:
    """What tells families apart, by name."""
    trunk = architecture.trunk
    convolutions = [layer for layer in trunk if isinstance(layer, Convolution)]
    parts = [
        part for module in architecture.modules for branch in module.branches for part in branch.convolutions
    ]
    return {
        "stem": [(layer.name, layer.kernel) for layer in convolutions],
        "steps": [(layer.stride, _padding(layer)) for layer in convolutions],
        "five": [layer.kernel for layer in architecture.modules[0].branch("5x5").convolutions],
        "norms": any(layer.norm_epsilon is not None for layer in parts),
        "biases": {layer.bias for layer in (*convolutions, *parts)},
        "pools": [layer for layer in trunk if isinstance(layer, Pool)],
        "response norms": [_rounded(layer) for layer in trunk if isinstance(layer, ResponseNorm)],
        "rectifiers": (
            [layer.activation for layer in convolutions],
            {layer.activation for layer in parts},
            {layer.activation for layer in architecture.modules},
        ),
        "end": architecture.global_pool.kind,
        "widths": _is_lucids(architecture.modules),
    }


def _padding(layer: Convolution) -> int | str:
    """TensorFlow's rule pads a layer that steps by 1 on all sides alike."""
    return layer.kernel // 2 if layer.padding == "same" and layer.stride == 1 else layer.padding


def _rounded(norm: ResponseNorm) -> tuple[object, ...]:
    """Its numbers without what float32 adds to them."""
    return norm.name, norm.size, *(float(f"{value:.4g}") for value in (norm.alpha, norm.beta, norm.k))


def _is_lucids(modules: Sequence[Module]) -> bool:
    """Whether the modules have the widths that only Google's first weights have."""
    row = {module.name: module for module in modules}["4a"]
    return row.branch("3x3").outputs == LUCID_WIDTHS.modules["4a"].three


def _matters(name: str, family: str, switches: Mapping[str, str], file: Build) -> bool:
    """Whether the choices of a switch make different networks of this file."""
    choices = FAMILIES[family].switches[name].choices
    first, *others = (file(family, {**switches, name: choice}) for choice in choices)
    return any(other != first for other in others)


_REWRITTEN: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({"torchvision": {"epsilon": "pytorch"}})
"""Switches of a network whose biases beside its norms say that it was written anew, by PyTorch's defaults."""


def _rewritten(best: _Fit, file: Build) -> Mapping[str, str]:
    switches = _REWRITTEN.get(best.family, {})
    own, its = _own(best.family, {}), file(best.family, dict(best.switches))
    return switches if "biases" in differences(own, its) else {}
