"""No wrong answer in silence: a damaged file's answers are right, or refused, or come with words.

Families × ways of saving × files × damage; every case is held against the independent
definition. The usual run takes a slice in which each of them occurs.
"""

import random
from collections.abc import Collection, Sequence
from itertools import product
from pathlib import Path

import pytest
import torch
from _pytest.mark.structures import ParameterSet

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError, PictureError
from gnet_desktop.network.googlenet import GoogLeNet
from tests.checkpoints.damage import DAMAGES
from tests.checkpoints.samples import Sample, sample
from tests.checkpoints.ways import FILES, OF_TORCH, TORCHS, WAYS, fits
from tests.oracles import ORACLES

WORDS = ("family", "hidden", "one_output", "conv1_stride", "epsilon", "edition", "response_norm")
"""What can be said of a network's numbers; how a picture is prepared is another matter."""


def said(found: Checkpoint) -> list[str]:
    """Everything that answers come with."""
    provenance = found.provenance
    copies = [note for note in provenance.notes if note.startswith("These are a smoothed copy")]
    open_words = [key for key in provenance.open if key in WORDS]
    return [*provenance.warnings, *provenance.missing, *copies, *open_words]


def is_right(found: Checkpoint, expected: Sample) -> bool:
    """Whether modules, logits and heads are the definition's."""
    try:
        record = GoogLeNet.from_checkpoint(found)(expected.picture)
    except PictureError:
        return False
    return "logits" in record and all(
        record[name].shape == theirs[0].shape
        and float((torch.from_numpy(record[name].copy()) - theirs[0]).abs().max())
        <= 1e-3 * max(1.0, float(theirs.abs().max()))
        for name, theirs in expected.outputs.items()
        if name in record
    )


def assert_right_or_said(path: Path, expected: Sample) -> None:
    try:
        found = open_checkpoint(path)
    except CheckpointError:
        return
    assert is_right(found, expected) or said(found), "a wrong answer, and nothing is said"


FAMILIES = list(ORACLES)
OF_TORCHS_NAMES = [name for name in FAMILIES if name not in ("slim", "gluoncv", "paddle", "lucid", "caffe")]
"""Families whose definition's own names are a file's, so that folding keeps them."""


Case = tuple[object, ...]


def cases(all_of: Sequence[Case], quick: Collection[Case]) -> list[Case | ParameterSet]:
    """All of the cases, of which the usual run takes the quick ones."""
    return [case if case in quick else pytest.param(*case, marks=pytest.mark.slow) for case in all_of]


# Damage: each damage meets each family, three times where chance has a part in it


def _is_chance(damage: str) -> bool:
    return damage.startswith(("lose a ", "rename a ", "shuffle", "add a ", "add gates", "turn a "))


DAMAGED = [
    (family, damage, seed)
    for family, damage in product(FAMILIES, DAMAGES)
    for seed in range(3 if _is_chance(damage) else 1)
]
QUICK_DAMAGED = {(FAMILIES[place % 7 * 2], damage, 0) for place, damage in enumerate(DAMAGES)}


@pytest.mark.parametrize(("family", "damage", "seed"), cases(DAMAGED, QUICK_DAMAGED))
def test_damage_is_mended_refused_or_said(family: str, damage: str, seed: int, tmp_path: Path) -> None:
    expected = sample(family)
    chance = random.Random(f"{family} {damage} {seed}")
    torch.save(DAMAGES[damage](expected.state, chance), path := tmp_path / "damaged.pth")
    assert_right_or_said(path, expected)


# Ways of saving and files: nothing is lost here, so that every answer must be right

EVERY = 3
"""Of all ways × files, every family meets every third; its neighbours meet the others."""

WHOLE = [
    (family, way, file)
    for number, family in enumerate(FAMILIES)
    for place, (way, file) in enumerate(product(WAYS, FILES))
    if (place + number) % EVERY == 0
    if fits(way, file) and (way != "norms folded" or family in OF_TORCHS_NAMES)
]
SMALL = [case for case in WHOLE if ORACLES[case[0]].size < 100]
"""Families of small pictures, whose passes are short."""

QUICK_WHOLE = {next(case for case in SMALL if case[1] == way) for way in WAYS} | {
    next(case for case in reversed(SMALL) if case[2] == file) for file in FILES
}


@pytest.mark.parametrize(("family", "way", "file"), cases(WHOLE, QUICK_WHOLE))
def test_every_way_of_saving_in_every_file_is_right(family: str, way: str, file: str, tmp_path: Path) -> None:
    state, expected = WAYS[way](sample(family))
    found = open_checkpoint(FILES[file](state, tmp_path))
    assert found.provenance.family == family
    assert found.provenance.warnings == ()
    assert is_right(found, expected)


# All together, by chance

MIXED = [*product(FAMILIES, range(30))]


@pytest.mark.parametrize(("family", "seed"), cases(MIXED, {(family, 0) for family in FAMILIES[2::4]}))
def test_any_damage_in_any_way_of_saving(family: str, seed: int, tmp_path: Path) -> None:
    chance = random.Random(f"{family} {seed}")
    ways = [way for way in WAYS if way != "norms folded" or family in OF_TORCHS_NAMES]
    way = chance.choice([one for one in ways if one not in OF_TORCH])
    state, expected = WAYS[way](sample(family))
    for damage in chance.sample(list(DAMAGES), 2):
        try:
            state = DAMAGES[damage](state, chance)
        except (IndexError, StopIteration):
            continue  # the first one has left nothing for the second
    file = chance.choice([one for one in (FILES if chance.random() < 0.5 else TORCHS) if fits(way, one)])
    assert_right_or_said(FILES[file](state, tmp_path), expected)
