"""A step of feature visualisation, by module, against torchvision's own eager pass in the same run.

    python -m tests.bench.bench_visualise [--rounds 15] [--threads 2] [--checkpoint F]

The eager pass is of 224 pixels, the pictures are of 128.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.inspection.visualisation.making import grow
from gnet_desktop.inspection.visualisation.recipe import Recipe
from gnet_desktop.inspection.visualisation.wanted import unit_wanted
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.resources import bundled_checkpoint
from tests.oracles import ORACLES

UNITS = ("conv3:0", "3b/3x3:0", "4a/3x3:0", "4d/3x3:0", "4e/3x3:0", "5b/3x3:0")


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--checkpoint", type=Path, default=bundled_checkpoint())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    checkpoint = open_checkpoint(arguments.checkpoint)
    network = GoogLeNet.from_checkpoint(checkpoint)
    model = ORACLES["torchvision"].make(0, classes=1000)
    value = torch.randn(1, 3, 224, 224)

    @torch.inference_mode()
    def eager() -> object:
        return model(value)

    for name in UNITS:
        wanted = unit_wanted(checkpoint.architecture, name)
        steps = grow(network, checkpoint.convention, wanted, Recipe(steps=4096), every=1)
        found = [(timed(eager), timed(partial(next, steps))) for _ in range(arguments.rounds + 4)]
        base, step = np.array(found[4:]).T
        print(f"{name:10} {np.median(step) * 1e3:6.1f} ms a step   {np.median(step / base):5.2f} T")


if __name__ == "__main__":
    main()
