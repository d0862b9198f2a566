"""Auxiliary heads for the BVLC GoogLeNet, which was published without its own.

The trunk stays as it is. ``loss1`` and ``loss2``, of the published form (an average pool of 5×5 by 3, a
1×1 convolution to 128, 1024 hidden values, 1000 answers), learn what the main head answers on views of
photos and of small pictures (`bvlc_views`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from typing_extensions import override

from . import bvlc_views
from .bvlc_views import HEADS, WORK, Views, cached, measured_on, parted, published
from .calibration import fitted_temperature
from .export import write

WRITTEN_AS: Final = WORK / "bvlc_heads.safetensors"
LICENCE: Final = "weights MIT; the pictures they learned from are for research use in part"
CELLS: Final = 4  # of the published pool, a side
PER_STEP: Final = 128  # views
RATE: Final = 1.5e-3
DECAY: Final = 0.02
DROPOUT: Final = 0.4  # published: 0.7, for a million pictures and their labels
LOGITS: Final = 0.3  # weight of main's logits beside its probabilities


class Head(nn.Module):
    """One auxiliary head behind its pool, as published; dropout of 0.7 in training."""

    def __init__(self, channels: int, classes: int = 1000) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, 128, 1)
        self.fc1 = nn.Linear(128 * CELLS * CELLS, 1024)
        self.fc2 = nn.Linear(1024, classes)
        for layer in (self.conv, self.fc1, self.fc2):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
        nn.init.normal_(self.fc2.weight, std=0.01)

    @override
    def forward(self, value: Tensor, drop: float = 0.0) -> Tensor:
        """Logits (pictures, 1000) of pooled maps (pictures, channels, 4, 4)."""
        value = self.conv(value).relu().flatten(1)
        value = self.fc1(value).relu()
        logits: Tensor = self.fc2(F.dropout(value, drop, self.training))
        return logits


def train(options: argparse.Namespace) -> None:
    """Train both heads on the kept views against main's soft answers; measured after each epoch."""
    files, back = parted(WORK / "views", options.shards)
    read, unseen = cached(files), cached(back)
    known = {
        file.stem: measured_on(file) for file in sorted(WORK.glob("known-*.npz")) if ".part" not in file.name
    }
    heads = begun(options.seed)
    optimiser = torch.optim.AdamW(heads.parameters(), lr=0.0, weight_decay=DECAY)
    count, began = len(read["logits"]), time.monotonic()
    steps = options.epochs * (count // PER_STEP)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min((step + 1) / 100, 1 - step / steps)
        chosen = torch.randint(count, (PER_STEP,)).sort().values
        loss = loss_of(heads, {name: values[chosen] for name, values in read.items()})
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if (step + 1) % (count // PER_STEP) == 0:
            figures = {name: measure(heads, *one) for name, one in known.items()}
            figures["unseen"] = measure(heads, unseen, unseen["logits"].argmax(1))
            print(
                json.dumps({"epoch": round((step + 1) * PER_STEP / count, 1), "of": count, **figures}),
                flush=True,
            )
            heads.train()
    done = {"heads": heads.state_dict(), "views": count, "epochs": options.epochs}
    torch.save(done | {"seconds": time.monotonic() - began}, WORK / "heads.pt")


def begun(seed: int) -> nn.ModuleDict:
    """Fresh heads, whose last layer begins as main's classifier.

    Both read 1024 rectified values, so a head that learns to make main's own values answers classes of
    which it has seen no picture, too.
    """
    torch.manual_seed(seed)
    tensors = published().tensors
    heads = {name: Head(channels) for name, (_, channels) in HEADS.items()}
    for head in heads.values():
        head.fc2.load_state_dict({kind: tensors[f"fc.{kind}"] for kind in ("weight", "bias")})
    return nn.ModuleDict(heads)


def loss_of(heads: nn.ModuleDict, read: Views) -> Tensor:
    """Cross-entropy of both heads with main's probabilities, and their distance from its logits.

    The distance counts every class in every view, the cross-entropy little but the first ones.
    """
    main = read["logits"].float()
    target = main.softmax(1)
    with torch.autocast("cpu", torch.bfloat16):
        answers = [head(read[name].float(), drop=DROPOUT) for name, head in heads.items()]
    parts = [
        F.cross_entropy(answer, target) + LOGITS * F.mse_loss(_centred(answer), _centred(main))
        for answer in (answer.float() for answer in answers)
    ]
    return torch.stack(parts).sum()


def _centred(logits: Tensor) -> Tensor:
    """Logits (n, classes) less their mean, which no probability depends on."""
    return logits - logits.mean(1, keepdim=True)


@torch.inference_mode()
def measure(heads: nn.ModuleDict, read: Views, truth: Tensor) -> dict[str, dict[str, float]]:
    """By head: agreement with main's first answer, and right answers among one and five, in per cent."""
    heads.eval()
    main = read["logits"].float()
    answers = {"main": main} | {name: head(read[name].float()) for name, head in heads.items()}
    first = main.argmax(1)
    return {
        name: {
            "agrees": _percent(logits.argmax(1) == first),
            "top1": _percent(logits.argmax(1) == truth),
            "top5": _percent((logits.topk(5).indices == truth[:, None]).any(1)),
        }
        for name, logits in answers.items()
    }


def export(options: argparse.Namespace) -> None:
    """Write the heads alone: float16, no weight of the trunk, the network's hash in the metadata."""
    state = torch.load(WORK / "heads.pt", weights_only=True)
    heads = nn.ModuleDict({name: Head(channels) for name, (_, channels) in HEADS.items()})
    heads.load_state_dict({name: tensor.half().float() for name, tensor in state["heads"].items()})
    unseen = cached(parted(WORK / "views")[1])
    figures = {
        file.stem.removeprefix("known-"): measure(heads, *measured_on(file))
        for file in sorted(WORK.glob("known-*.npz"))
    }
    texts = {
        "family": "caffe",
        "trunk": published_trunk(),
        "temperatures": json.dumps(temperatures(heads, unseen)),
        "figures": json.dumps(figures),
        "licence": LICENCE,
        "training": (
            f"the trunk as published; loss1 and loss2 learned what the main head answers on {state['views']} "
            f"views of photos and of small pictures, {state['epochs']} epochs"
        ),
    }
    size = write(options.out, tensors_of(heads), texts)
    print(
        json.dumps(figures, indent=1), texts["temperatures"], f"wrote {options.out}, {size} bytes", sep="\n"
    )


def tensors_of(heads: nn.ModuleDict) -> dict[str, Tensor]:
    """Their weights in float16, under the program's names (``aux1/fc2.bias``)."""
    state = heads.state_dict()
    return {name.replace(".", "/", 1): tensor.half().contiguous() for name, tensor in state.items()}


@torch.inference_mode()
def temperatures(heads: nn.ModuleDict, unseen: Views) -> dict[str, float]:
    """By head: what its logits are divided by to come nearest to main's probabilities."""
    heads.eval()
    target = unseen["logits"].float().softmax(1)
    return {name: fitted_temperature(head(unseen[name].float()), target) for name, head in heads.items()}


def published_trunk() -> str:
    """To which network they belong: SHA-256 over its tensors' names, shapes and float32 numbers."""
    digest = hashlib.sha256()
    for name, tensor in sorted(published().tensors.items()):
        digest.update(f"{name} {tuple(tensor.shape)} ".encode() + tensor.numpy().tobytes())
    return digest.hexdigest()


def _percent(right: Tensor) -> float:
    return round(100 * float(right.float().mean()), 1)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="training bvlc", description=__doc__)
    top.add_argument("--threads", type=int, default=2)
    commands = top.add_subparsers(dest="command", required=True)
    views = commands.add_parser("cache", help="compute what the heads read of views")
    views.add_argument("--photos", type=Path, required=True, help="folder of the unpacked photos")
    views.add_argument("--rounds", type=int, default=2, help="views of each photo")
    views.add_argument("--small", type=Path, help="an array of small pictures, for more classes")
    views.add_argument("--most", type=int, default=16384, help="how many of them")
    known = commands.add_parser("cache-known", help="the same of the photos to measure with")
    known.add_argument("--photos", type=Path, required=True)
    fit = commands.add_parser("train", help="train the heads on what was kept")
    fit.add_argument("--shards", type=int, help="use so many shards only, for a pilot")
    fit.add_argument("--epochs", type=int, default=12)
    fit.add_argument("--seed", type=int, default=1)
    out = commands.add_parser("export", help="write them as a file of their own")
    out.add_argument("--out", type=Path, default=WRITTEN_AS)
    return top


ACTIONS: Final[dict[str, Callable[[argparse.Namespace], None]]] = {
    "cache": lambda given: bvlc_views.cache(
        given.photos, rounds=given.rounds, small=given.small, most=given.most
    ),
    "cache-known": lambda given: bvlc_views.cache_known(given.photos),
    "train": train,
    "export": export,
}


def main(arguments: Sequence[str]) -> int:
    """``cache``, ``cache-known``, ``train`` or ``export``."""
    options = parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    ACTIONS[options.command](options)
    return 0
