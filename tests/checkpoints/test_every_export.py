"""Every family through both exporters: norms folded or not, in half precision, with a softmax behind.

What a graph shows is never assumed: the answers are those of the independent definition.
"""

import copy
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from typing_extensions import override

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.network.googlenet import GoogLeNet
from tests.checkpoints.forms import exported, folded, quietly
from tests.checkpoints.samples import sample
from tests.oracles import ORACLES

pytest.importorskip("onnx")

ENDS = ("as it is", "softmax", "half")
TOLERANCES = {"as it is": 1e-4, "softmax": 1e-4, "half": 0.03}
NEVER_FOLDED = ("caffe", "tutorial", "wzmiaomiao", "d2l", "lucid", "paddle", "slim")
"""Families without norms, and one whose norms torch's own function folds otherwise."""

RESPONSE_NORMS = ("caffe", "lucid")
"""Families that torch runs in half precision on no processor, which the older exporter has to."""


class Answers(nn.Module):
    """A family's network with nothing but its main answers, as it is deployed."""

    def __init__(self, family: str, model: nn.Module, end: str) -> None:
        super().__init__()
        self.net, self.outputs = model, ORACLES[family].outputs
        self.end = nn.Softmax(1) if end == "softmax" else nn.Identity()
        self.eval()

    @override
    def forward(self, value: Tensor) -> Tensor:
        answer: Tensor = self.end(self.outputs(self.net, value)["logits"])
        return answer


def assert_answers(found: Checkpoint, picture: Tensor, theirs: Tensor, tolerance: float) -> None:
    """The same logits to a share of the largest."""
    ours = torch.from_numpy(GoogLeNet.from_checkpoint(found).answers(picture)["main"])
    assert float((ours - theirs).abs().max()) <= tolerance * float(theirs.abs().max())


CASES = [
    (family, dynamo, is_folded, end)
    for family, dynamo, is_folded, end in product(ORACLES, (False, True), (False, True), ENDS)
    if not (is_folded and family in NEVER_FOLDED)
    if not (end == "half" and family in RESPONSE_NORMS and not dynamo)
]


@pytest.mark.slow
@pytest.mark.parametrize(("family", "dynamo", "is_folded", "end"), CASES)
def test_every_family_through_every_exporter(
    family: str, dynamo: bool, is_folded: bool, end: str, tmp_path: Path
) -> None:
    options: dict[str, Any] = (
        {"norm": "lucent"} if family == "lucid" else {}
    )  # no exporter writes its other norm
    options |= {"heads": False} if ORACLES[family].heads and family != "paddle" else {}
    expected = sample(family, **options)
    model = folded(expected.model) if is_folded else expected.model
    net, picture = Answers(family, model, end), expected.picture
    if end == "half":
        net, picture = copy.deepcopy(net).half(), picture.half()
    found = open_checkpoint(exported(net, picture, tmp_path / "net.onnx", dynamo=dynamo))
    assert found.provenance.assumed.keys() <= {"transform_input", "family"}
    assert found.provenance.left_over == ()
    assert_answers(found, expected.picture, expected.outputs["logits"], TOLERANCES[end])


# The bundled weights in torchvision's own class


@pytest.fixture(scope="module")
def everyday(bundled: Path) -> nn.Module:
    from torchvision.models import GoogLeNet as Theirs

    state = {name: value.float() for name, value in load_file(bundled).items()}
    model = Theirs(num_classes=len(state["fc.bias"]), aux_logits=True, init_weights=False)
    model.load_state_dict(state, strict=False)
    return model.eval().requires_grad_(False)


FORMS = [*product(("dynamo", "older", "script", "trace"), (False, True))]


@pytest.mark.slow
@pytest.mark.parametrize(("exporter", "is_folded"), FORMS)
def test_the_bundled_weights_answer_the_same_however_they_are_exported(
    exporter: str, is_folded: bool, everyday: nn.Module, tmp_path: Path
) -> None:
    picture = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(4))
    with torch.inference_mode():
        theirs = everyday(picture)
    model = folded(everyday) if is_folded else everyday
    path = tmp_path / "everyday"
    if exporter in ("dynamo", "older"):
        exported(model, picture, path, dynamo=exporter == "dynamo")
    else:
        with quietly():
            made = torch.jit.script(model) if exporter == "script" else torch.jit.trace(model, picture)
            torch.jit.save(made, path)
    found = open_checkpoint(path)
    assert found.provenance.family == found.convention.name == "torchvision"
    assert_answers(found, picture, theirs, 1e-4)
