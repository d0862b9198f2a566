"""One model a family from the independent definitions, with its outputs on a random picture."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.dialects import DIALECTS
from gnet_desktop.network.googlenet import GoogLeNet
from tests.network.cases import random_tensors, tiny
from tests.oracles import ORACLES, Oracle
from tests.oracles.common import Outputs

CLASSES = 7
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Sample:
    """A model, the picture it was given and what it answered; ``state`` its tensors as a file has them."""

    oracle: Oracle
    model: Any
    picture: Tensor
    outputs: Outputs

    @property
    def state(self) -> dict[str, Tensor]:
        return {
            name: torch.as_tensor(value).clone() for name, value in self.oracle.original(self.model).items()
        }

    def named(self, scheme: str) -> dict[str, Tensor]:
        """The same tensors under another of the family's namings."""
        names = self.oracle.others[scheme] if scheme else self.oracle.original
        return {name: torch.as_tensor(value).clone() for name, value in names(self.model).items()}


@lru_cache(maxsize=16)  # tests go through the families again and again; a model is 20 to 50 MB
def sample(family: str, **make: Any) -> Sample:
    """The family's model with few classes, random weights and random norm statistics."""
    oracle = ORACLES[family]
    model = oracle.make(0, classes=CLASSES, **make)
    return observed(oracle, model, channels=make.get("channels", oracle.channels))


def tiny_state(family: str, dialect: str) -> dict[str, Tensor]:
    """A network of a handful of channels under a dialect's names."""
    [names] = [dict(known.tensors()) for known in DIALECTS if known.name == dialect]
    tensors = random_tensors(tiny(family, heads=True))
    return {names[name]: tensor for name, tensor in tensors.items() if name in names}


def observed(oracle: Oracle, model: nn.Module, *, channels: int = 3) -> Sample:
    """A model with what it gives for a picture."""
    generator = torch.Generator().manual_seed(1)
    picture = torch.randn(1, channels, oracle.size, oracle.size, generator=generator)
    with torch.inference_mode():
        return Sample(oracle, model, picture, oracle.outputs(model, picture))


def assert_same_numbers(checkpoint: Checkpoint, expected: Sample, *, parts: int | None = None) -> None:
    """Modules, logits and heads agree with the independent definition to 1e-4 of their scale."""
    record = GoogLeNet.from_checkpoint(checkpoint)(expected.picture)
    compared = [name for name in expected.outputs if name in record]
    assert len(compared) == (len(expected.outputs) if parts is None else parts)
    for name in compared:
        theirs = expected.outputs[name][0]
        largest = float((torch.from_numpy(record[name].copy()) - theirs).abs().max())
        assert largest <= TOLERANCE * max(1.0, float(theirs.abs().max())), name


def assert_same_tensors(first: Checkpoint, second: Checkpoint) -> None:
    """Bit for bit the same network."""
    assert first.architecture == second.architecture
    assert first.tensors.keys() == second.tensors.keys()
    for name, tensor in first.tensors.items():
        assert torch.equal(tensor, second.tensors[name]), name
