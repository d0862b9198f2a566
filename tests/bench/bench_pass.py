"""One pass against torchvision's own eager pass, alternating in one run.

    python -m tests.bench.bench_pass [--rounds 60] [--threads 2] [--side 224]

Prints the median and 95th percentile of each, and the ratio to torchvision's pass just
before it: the median of these ratios hardly moves when the machine is busy. torchvision
records nothing and doesn't run its heads; we record every map.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch

from gnet_desktop.network.families import build
from gnet_desktop.network.googlenet import GoogLeNet
from tests.network.cases import random_tensors
from tests.network.schemes import SCHEMES, canonical
from tests.oracles import ORACLES


def networks() -> tuple[torch.nn.Module, dict[str, GoogLeNet]]:
    """torchvision's network, and ours: the same without and with heads, and Caffe's."""
    model = ORACLES["torchvision"].make(0, classes=1000)
    heads = {"aux1": 1000, "aux2": 1000}
    found = {}
    for name, aux in (("", {}), (" with heads", heads)):
        architecture = build("torchvision", aux_classes=aux)
        tensors = canonical(SCHEMES["torchvision"], architecture, model.state_dict())
        found[f"torchvision{name}"] = GoogLeNet(architecture, tensors)
    caffe = build("caffe")
    found["caffe"] = GoogLeNet(caffe, random_tensors(caffe))
    return model, found


def tasks(model: torch.nn.Module, ours: dict[str, GoogLeNet], side: int) -> dict[str, Callable[[], object]]:
    """What is timed; the first is the base."""
    value = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(0))

    @torch.inference_mode()
    def eager() -> object:
        return model(value)

    main = ours["torchvision"]
    return {
        "torchvision, eager": eager,
        "full record": lambda: main(value),
        "full record with heads": lambda: ours["torchvision with heads"](value),
        "record without reductions": lambda: main(value, "branches"),
        "answers only": lambda: main.answers(value),
        "full record, Caffe (response norms)": lambda: ours["caffe"](value),
    }


def measure(work: dict[str, Callable[[], object]], rounds: int) -> dict[str, np.ndarray]:
    """Seconds of each, one after the other in every round."""
    for task in work.values():
        for _ in range(4):
            task()
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, task in work.items():
            started = time.perf_counter()
            task()
            times[name].append(time.perf_counter() - started)
    return {name: np.array(found) for name, found in times.items()}


def report(times: dict[str, np.ndarray]) -> None:
    base = next(iter(times.values()))
    print(f"{'':38} {'median':>9} {'95 %':>9} {'least':>9} {'ratio':>7} {'of least':>9}")
    for name, found in times.items():
        middle, high = np.percentile(found, (50, 95))
        print(
            f"{name:38} {middle * 1e3:6.1f} ms {high * 1e3:6.1f} ms {found.min() * 1e3:6.1f} ms "
            f"{np.median(found / base):7.3f} {found.min() / base.min():9.3f}"
        )


def load_time() -> float:
    """Milliseconds from a checkpoint's tensors to a network, the least of five."""
    architecture = build("torchvision", aux_classes={"aux1": 1000, "aux2": 1000})
    tensors = random_tensors(architecture)
    found = []
    for _ in range(5):
        started = time.perf_counter()
        GoogLeNet(architecture, tensors)
        found.append(time.perf_counter() - started)
    return min(found) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--side", type=int, default=224)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model, ours = networks()
    report(measure(tasks(model, ours, options.side), options.rounds))
    print(f"building the network from its tensors: {load_time():.0f} ms")


if __name__ == "__main__":
    main()
