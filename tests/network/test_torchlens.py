"""Changes against TorchLens, which records a pass and replays its graph behind an edit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from gnet_desktop.network.changes import Change, Values
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record
from tests.network.cases import CASES

torchlens = pytest.importorskip("torchlens", reason="TorchLens is the oracle here")

Recorded = tuple[GoogLeNet, Record, Any]


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    """Our network and record, and TorchLens' recording of torchvision's network of the same weights."""
    from torchlens.options import CaptureOptions

    case = CASES["torchvision"]
    model, value = case.oracle(), case.picture()
    network = case.network(model)
    log = torchlens.trace(model, value, capture=CaptureOptions(intervention_ready=True))
    return network, network(value), log


def replayed(log: Any, module: str, value: Tensor | Callable[..., Tensor]) -> np.ndarray:
    """The logits once a module's output is another value."""
    edited = log.fork()
    edited.set(torchlens.module(module), value)
    edited.push()
    logits: np.ndarray = edited["output_1"].out.detach().numpy()[0]
    return logits


@pytest.mark.slow
@pytest.mark.parametrize("case", ["a branch off", "a module scaled", "a reduction from another run"])
def test_a_replay_agrees(recorded: Recorded, case: str) -> None:
    network, record, log = recorded
    other = record["4a/3x3_reduce"][::-1].copy()
    cases: dict[str, tuple[str, Tensor | Callable[..., Tensor], Change]] = {
        "a branch off": ("inception4e.branch3", lambda out, **_: out * 0, Change("4e/5x5")),
        "a module scaled": ("inception4c", lambda out, **_: out * 1.7, Change("4c", "scaled", factor=1.7)),
        "a reduction from another run": (
            "inception4a.branch2.0",
            torch.from_numpy(other)[None],
            Change("4a/3x3_reduce", "other", values=Values(other)),
        ),
    }
    module, value, change = cases[case]
    expected = replayed(log, module, value)
    found = network.resume(record, (change,)).answers["main"].logits
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    assert np.abs(found - record.answers["main"].logits).max() > 1e-2
