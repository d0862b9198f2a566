"""No wrong answer in silence: a damaged file's answers are right, or refused, or come with words.

Families × forms of saving × containers × damage; every case is held against the independent
definition.
"""

import io
import pickle
import random
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save as safetensors_bytes
from torch import Tensor, nn

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError, PictureError
from gnet_desktop.network.googlenet import GoogLeNet
from tests.checkpoints.damage import DAMAGES
from tests.checkpoints.forms import folded
from tests.checkpoints.samples import Sample, sample
from tests.oracles import ORACLES

WORDS = ("family", "hidden", "one_output", "conv1_stride", "epsilon", "edition", "response_norm")
"""What can be said of a network's numbers; how a picture is prepared is another matter."""


def said(found: Checkpoint) -> list[str]:
    """Everything that answers come with."""
    provenance = found.provenance
    return [*provenance.warnings, *provenance.missing, *(key for key in provenance.open if key in WORDS)]


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


# Damage: in the quick run every damage meets two families, in the slow one all of them, three times

CASES = [*product(ORACLES, DAMAGES, range(3))]
QUICK = {
    (family, damage, 0) for place, damage in enumerate(DAMAGES) for family in [*ORACLES][place % 7 :: 7][:2]
}


@pytest.mark.parametrize(
    ("family", "damage", "seed"),
    [case if case in QUICK else pytest.param(*case, marks=pytest.mark.slow) for case in CASES],
)
def test_damage_is_mended_refused_or_said(family: str, damage: str, seed: int, tmp_path: Path) -> None:
    expected = sample(family)
    chance = random.Random(f"{family} {damage} {seed}")
    torch.save(DAMAGES[damage](expected.state, chance), path := tmp_path / "damaged.pth")
    assert_right_or_said(path, expected)


# Forms and containers: nothing is lost here, so that every answer must be right


def _legacy(state: dict[str, Tensor]) -> bytes:
    torch.save(state, data := io.BytesIO(), _use_new_zipfile_serialization=False)
    return data.getvalue()


def _zip(state: dict[str, Tensor]) -> bytes:
    torch.save({"epoch": 3, "state_dict": state}, data := io.BytesIO())
    return data.getvalue()


def _npz(state: dict[str, Tensor]) -> bytes:
    np.savez(data := io.BytesIO(), **{name: value.numpy() for name, value in state.items()})
    return data.getvalue()


CONTAINERS: dict[str, Callable[[dict[str, Tensor]], bytes]] = {
    "zip": _zip,
    "legacy": _legacy,
    "safetensors": lambda state: safetensors_bytes(
        {name: value.contiguous() for name, value in state.items()}
    ),
    "npz": _npz,
    "arrays": lambda state: pickle.dumps({name: value.numpy() for name, value in state.items()}),
}


def _plain(model: nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return state


def _without_norms(model: nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return dict(folded(model).state_dict())


def _lightning(model: nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"net.backbone.{name}": value for name, value in state.items()}


def _without_counters(model: nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value for name, value in state.items() if "num_batches" not in name}


FORMS: dict[str, Callable[[nn.Module, dict[str, Tensor]], dict[str, Tensor]]] = {
    "plain": _plain,
    "folded": _without_norms,
    "under a prefix": _lightning,
    "without counters": _without_counters,
}
TORCH = [name for name in ORACLES if name not in ("slim", "gluoncv", "paddle", "lucid", "caffe")]
"""Families whose definition's own names are a file's, so that folding keeps them."""

WHOLE = [*product(ORACLES, CONTAINERS, FORMS)]
QUICK_WHOLE = {case for place, case in enumerate(WHOLE) if place % 13 == 0}


@pytest.mark.parametrize(
    ("family", "container", "form"),
    [case if case in QUICK_WHOLE else pytest.param(*case, marks=pytest.mark.slow) for case in WHOLE],
)
def test_every_form_in_every_container_is_right(
    family: str, container: str, form: str, tmp_path: Path
) -> None:
    expected = sample(family)
    if form == "folded" and family not in TORCH:
        pytest.skip("its files are not made by torch's own functions")
    state = FORMS[form](expected.model, expected.state)
    (path := tmp_path / "weights").write_bytes(CONTAINERS[container](state))
    found = open_checkpoint(path)
    assert found.provenance.family == family
    assert found.provenance.warnings == ()
    assert is_right(found, expected)
