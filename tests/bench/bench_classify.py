"""A folder through `classify` against a plain torchvision loop over the same files.

    python tests/bench/bench_classify.py [FOLDER] [ROUNDS]

Both get float32, 224 px, two threads; torchvision's loop reads, prepares and passes one
picture after the other, as its documentation shows. Rounds alternate.
"""

import statistics
import sys
import time
from pathlib import Path

import torch
from PIL import Image
from torchvision.models import GoogLeNet_Weights, googlenet

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.commands.classify import classify
from gnet_desktop.commands.opening import CommandSession
from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.resources import bundled_checkpoint, resource

torch.set_num_threads(2)


def plain_loop(model: torch.nn.Module, files: list[Path]) -> int:
    transform = GoogLeNet_Weights.IMAGENET1K_V1.transforms()
    with torch.inference_mode():
        for file in files:
            image = Image.open(file).convert("RGB")
            model(transform(image).unsqueeze(0)).softmax(1).topk(5)
    return len(files)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else resource("samples")
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    files = sorted(folder.glob("*.jpg"))
    checkpoint = open_checkpoint(bundled_checkpoint())
    session = CommandSession(
        checkpoint, GoogLeNet.from_checkpoint(checkpoint), CONVENTIONS["torchvision"], "cpu"
    )
    classes = len(checkpoint.labels.names)
    theirs = googlenet(init_weights=False, num_classes=classes, aux_logits=True).eval()

    times: dict[str, list[float]] = {"torchvision": [], "classify": []}
    for turn in range(rounds + 1):
        started = time.perf_counter()
        plain_loop(theirs, files)
        between = time.perf_counter()
        count = sum(outcome.error is None for outcome in classify(session, files))
        ended = time.perf_counter()
        assert count == len(files)
        if turn:  # the first round warms up
            times["torchvision"].append((between - started) / len(files) * 1000)
            times["classify"].append((ended - between) / len(files) * 1000)
    for name, values in times.items():
        print(f"{name:<12} median {statistics.median(values):6.1f} ms a picture, worst {max(values):6.1f}")
    ratios = [a / b for a, b in zip(times["torchvision"], times["classify"], strict=True)]
    print(f"classify is {statistics.median(ratios):.2f} × as fast (all three heads answered)")


if __name__ == "__main__":
    main()
