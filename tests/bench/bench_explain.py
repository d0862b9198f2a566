"""Why: what each method costs in passes and memory, how complete it is, and how far to trust it.

    python -m tests.bench.bench_explain FOLDER [--checkpoint F] [--photos 10] [--threads 2]
        [--rounds 5] [--shuffled 3] [--only NAME…] [--no-costs] [--no-trust]

``--only`` takes methods by their names here, so that a slow machine can do a part at a time;
``--shuffled`` is how many of the photos go through the randomisation check.

Ratios alternate with whole passes of the same picture. Memory is the most above idle (network,
record and picture at rest) while a method works, at its dearest settings and also on an input of
twice the side; the goal is 500 MB. Areas are means over the photos, those of random order in brackets.
"""

import argparse
import gc
import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.convention import Convention
from gnet_desktop.errors import PictureError
from gnet_desktop.inspection.attribution.at_layer import contributions, grad_cam
from gnet_desktop.inspection.attribution.attribution import Attribution, Target
from gnet_desktop.inspection.attribution.integrated import MOST_NODES, integrated_gradients
from gnet_desktop.inspection.attribution.occlusion import occlusion
from gnet_desktop.inspection.attribution.placing import on_input
from gnet_desktop.inspection.attribution.trust import Trust, randomisation, shuffled_layers, trust
from gnet_desktop.inspection.tracing import way_back
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Array, Record
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.preparation import Prepared, baseline, prepare
from gnet_desktop.resources import bundled_checkpoint
from tests.bench.bench_memory import resident


@dataclass(frozen=True)
class Subject:
    """A picture's pass, and the class that it is asked about."""

    network: GoogLeNet
    prepared: Prepared
    record: Record
    target: Target

    def beside(self, kind: str) -> Array:
        return baseline(self.prepared, kind)

    def importance(self, found: Attribution) -> Array:
        if found.at is None:
            return found.map
        return on_input(self.network.architecture, found.at, found.map, self.record.input_size)


Work = Callable[[Subject], object]

MAPS: Mapping[str, Callable[[Subject], Attribution]] = {
    "contributions 5b": lambda one: contributions(one.network, one.record, one.target, "5b"),
    "Grad-CAM 5b": lambda one: grad_cam(one.network, one.record, one.target, "5b"),
    "Grad-CAM 4a": lambda one: grad_cam(one.network, one.record, one.target, "4a"),
    "integrated gradients": lambda one: integrated_gradients(
        one.network, one.record, one.target, one.beside("mean")
    ),
    "occlusion": lambda one: occlusion(one.network, one.record, one.target, one.beside("mean")),
}
OTHERS: Mapping[str, Work] = {
    "deletion and insertion": lambda one: _trust(one, MAPS["Grad-CAM 5b"](one)),
    "shuffled weights": lambda one: _ranks(one, MAPS["Grad-CAM 5b"]),
    "way back": lambda one: way_back(one.network, one.record, one.target),
}
DEAREST: Mapping[str, Work] = {
    "Grad-CAM at conv1": lambda one: grad_cam(one.network, one.record, one.target, "conv1"),
    "integrated gradients, all nodes, black": lambda one: integrated_gradients(
        one.network, one.record, one.target, one.beside("black"), nodes=MOST_NODES
    ),
    "occlusion, 16 px": lambda one: occlusion(
        one.network, one.record, one.target, one.beside("blurred"), window=16
    ),
    "shuffled weights, occlusion": lambda one: _ranks(one, MAPS["occlusion"]),
}


def _trust(one: Subject, found: Attribution) -> Trust:
    return trust(one.network, one.record, one.target, one.importance(found), one.beside("mean"))


def _ranks(one: Subject, method: Callable[[Subject], Attribution]) -> dict[str, float]:
    def again(network: GoogLeNet) -> Attribution:
        record = network(torch.from_numpy(one.record.input)[None])
        return method(Subject(network, one.prepared, record, one.target))

    layers = shuffled_layers(one.network.architecture, one.target.head)
    return randomisation(one.network, method(one), layers, again)


def subject(network: GoogLeNet, path: Path, convention: Convention) -> Subject:
    prepared = prepare(read_picture(path), convention)
    record = network(prepared.tensor())
    return Subject(network, prepared, record, Target("main", record.answers["main"].top(1)[0][0]))


def ratios(one: Subject, work: Work, rounds: int) -> float:
    """How many passes it takes, in the median of rounds that alternate with passes."""
    found = []
    for _ in range(rounds):
        begin = time.perf_counter()
        one.network(one.prepared.tensor())
        between = time.perf_counter()
        work(one)
        found.append((time.perf_counter() - between) / (between - begin))
    return statistics.median(found)


def most_memory(work: Callable[[], object], idle: float) -> float:
    """Megabytes above ``idle`` at most."""
    gc.collect()
    most, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.004):
            most[0] = max(most[0], resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    work()
    done.set()
    watcher.join()
    return max(most[0], resident()) - idle


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--checkpoint", type=Path, default=bundled_checkpoint())
    parser.add_argument("--photos", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shuffled", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=(*MAPS, *OTHERS, *DEAREST), metavar="NAME")
    parser.add_argument("--no-costs", dest="costs", action="store_false")
    parser.add_argument("--no-trust", dest="trust", action="store_false")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    checkpoint = open_checkpoint(arguments.checkpoint)
    network = GoogLeNet.from_checkpoint(checkpoint)
    paths = sorted(arguments.folder.glob("*.jpg"))[:: max(1, 40 // arguments.photos)][: arguments.photos]
    first = subject(network, paths[0], checkpoint.convention)
    side = checkpoint.convention.crop or checkpoint.convention.size
    try:
        large = subject(network, paths[0], checkpoint.convention.changed(size=2 * side + 32, crop=2 * side))
    except PictureError:
        large = first  # a classifier that reads one size only
    wanted = tuple(arguments.only or (*MAPS, *OTHERS, *DEAREST))
    if arguments.costs:
        _costs(first, large, wanted, arguments.rounds)
    if arguments.trust:
        _trusts([subject(network, path, checkpoint.convention) for path in paths], wanted, arguments.shuffled)


def _costs(first: Subject, large: Subject, wanted: Sequence[str], rounds: int) -> None:
    gc.collect()
    idle = resident()
    for name in (one for one in (*MAPS, *OTHERS) if one in wanted):
        work: Work = {**MAPS, **OTHERS}[name]
        work(first)
        memory = _both(work, first, large, idle)
        print(
            f"{name:40s} {ratios(first, work, rounds):6.1f} passes,"
            f" +{memory[0]:4.0f} MB, large +{memory[1]:4.0f} MB",
            flush=True,
        )
    for name, work in ((one, DEAREST[one]) for one in DEAREST if one in wanted):
        memory = _both(work, first, large, idle)
        print(f"{name:40s} {'':13s} +{memory[0]:4.0f} MB, large +{memory[1]:4.0f} MB", flush=True)


def _both(work: Work, first: Subject, large: Subject, idle: float) -> tuple[float, float]:
    """The most memory with each of the two inputs."""
    small = most_memory(lambda: work(first), idle)
    return small, small if large is first else most_memory(lambda: work(large), idle)


def _trusts(subjects: list[Subject], wanted: Sequence[str], shuffled: int) -> None:
    for name, method in ((one, MAPS[one]) for one in MAPS if one in wanted):
        found = [method(one) for one in subjects]
        errors = [one.error for one in found if one.error is not None]
        curves = [_trust(one, each) for one, each in zip(subjects, found, strict=True)]
        areas = {
            part: float(np.mean([getattr(curve, part).area for curve in curves]))
            for part in ("deletion", "random_deletion", "insertion", "random_insertion")
        }
        ranks = [_ranks(one, method) for one in subjects[:shuffled]] if "occlusion" not in name else []
        told = ""
        if errors:
            told = f"error {100 * np.mean(errors):.2f} % (most {100 * max(errors):.2f}), "
        told += f"deletion {areas['deletion']:.3f} ({areas['random_deletion']:.3f}), "
        told += f"insertion {areas['insertion']:.3f} ({areas['random_insertion']:.3f})"
        if ranks:
            shown = {layer: np.nanmean([one[layer] for one in ranks]) for layer in ranks[0]}
            told += "; shuffled " + ", ".join(f"{layer} {rank:.2f}" for layer, rank in shown.items())
        print(f"{name:22s} {told}", flush=True)


if __name__ == "__main__":
    main()
