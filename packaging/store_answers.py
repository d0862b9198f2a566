"""Stores the answers that the self-test expects of the bundled checkpoint:

    store_answers.py            (in the tests' environment; run it when samples or checkpoint change)

They are torchvision's: its own network reads the file's tensors, so that the
self-test of a package compares with something that is not this program.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from gnet_desktop.network.architecture import HEADS  # noqa: E402
from gnet_desktop.pictures.decoding import read_picture  # noqa: E402
from gnet_desktop.pictures.preparation import prepare  # noqa: E402
from gnet_desktop.resources import bundled_checkpoint, resource  # noqa: E402
from gnet_desktop.selftest import STORED, sample_names  # noqa: E402


def torchvision_network() -> Any:
    """torchvision's GoogLeNet with the bundled checkpoint's tensors, in evaluation mode."""
    from safetensors.torch import load_file
    from torchvision.models import googlenet

    tensors = {name: tensor.float() for name, tensor in load_file(bundled_checkpoint()).items()}
    classes = len(tensors["fc.bias"])
    network = googlenet(weights=None, num_classes=classes, aux_logits=True, init_weights=False)
    network.load_state_dict(tensors, strict=False)
    return network.eval()


def logits(network: Any, tensor: Any) -> dict[str, Any]:
    """{head: logits} of one prepared input; the auxiliary heads are called by name, on 4a and 4d."""
    import torch

    outputs: dict[str, Any] = {}
    handles = [
        module.register_forward_hook(lambda _, __, output, name=name: outputs.__setitem__(name, output))
        for name, module in (("aux1", network.inception4a), ("aux2", network.inception4d))
    ]
    with torch.inference_mode():
        found = {"main": network(tensor)[0]}
        found |= {head: getattr(network, head)(outputs[head])[0] for head in ("aux1", "aux2")}
    for handle in handles:
        handle.remove()
    return found


def answers() -> dict[str, Any]:
    """What goes into the stored file."""
    from gnet_desktop.checkpoints.reading import open_checkpoint

    checkpoint = open_checkpoint(bundled_checkpoint())
    network = torchvision_network()
    stored: dict[str, dict[str, list[float]]] = {}
    for name in sample_names():
        picture = read_picture(resource("samples", name), name=name)
        found = logits(network, prepare(picture, checkpoint.convention).tensor())
        stored[name] = {}
        for head in HEADS:
            certain, index = (found[head] / checkpoint.heads[head].temperature).softmax(0).max(0)
            stored[name][head] = [int(index), round(float(certain), 4)]
    return {"checkpoint_sha256": checkpoint.provenance.sha256, "answers": stored}


if __name__ == "__main__":
    resource(STORED).write_text(json.dumps(answers(), indent=1) + "\n", encoding="utf-8")
    print(f"wrote {resource(STORED)}")
