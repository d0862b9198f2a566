"""Attribution against captum on torchvision's network, against identities, and against plain loops."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from typing_extensions import override

from gnet_desktop.errors import Cancelled, UsageError
from gnet_desktop.inspection.attribution import at_layer, integrated, occlusion, trust
from gnet_desktop.inspection.attribution.attribution import Target, check_target
from gnet_desktop.inspection.attribution.placing import least_of_strongest, on_input
from gnet_desktop.network.arithmetic import receptive_field
from gnet_desktop.network.changes import Change
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record
from tests.network.cases import CASES, random_tensors, tiny

captum = pytest.importorskip("captum.attr", reason="captum is the oracle here")
CLASS = 2


class OneAnswer(torch.nn.Module):
    """torchvision's network with one answer, as captum wants it."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    @override
    def forward(self, value: torch.Tensor) -> torch.Tensor:
        output = self.model(value)
        return output if isinstance(output, torch.Tensor) else output.logits


@pytest.fixture(scope="module")
def pair() -> tuple[GoogLeNet, torch.nn.Module, torch.Tensor, Record]:
    """In float64: in float32 some rectifiers and maxima near a tie fall to the other side."""
    case = CASES["torchvision"]
    model = case.oracle().eval()
    network = case.network(model).double()
    model, value = model.double(), case.picture().double()
    return network, OneAnswer(model), value, network(value)


@pytest.fixture(scope="module")
def small() -> tuple[GoogLeNet, Record]:
    architecture = tiny("torchvision", heads=True)
    network = GoogLeNet(architecture, random_tensors(architecture, 0))
    return network, network(torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(4)))


@pytest.mark.parametrize("module", ["4a", "5b"])
def test_grad_cam_is_captums(
    pair: tuple[GoogLeNet, torch.nn.Module, torch.Tensor, Record], module: str
) -> None:
    network, model, value, record = pair
    expected = captum.LayerGradCam(model, getattr(model.model, f"inception{module}")).attribute(
        value, target=CLASS, relu_attributions=False
    )
    found = at_layer.grad_cam(network, record, Target("main", CLASS), module).map
    size = np.abs(found).max()
    np.testing.assert_allclose(found / size, expected[0, 0].detach() / size, atol=1e-4)


@pytest.mark.parametrize("module", ["4a", "5b"])
def test_the_positive_part_of_grad_cam_is_pytorch_grad_cams(
    pair: tuple[GoogLeNet, torch.nn.Module, torch.Tensor, Record], module: str
) -> None:
    """That library stretches the positive part to 0…1 and over the input, so the same is done here."""
    library = pytest.importorskip("pytorch_grad_cam", reason="grad-cam is the oracle here")
    cv2 = pytest.importorskip("cv2")
    targets = pytest.importorskip("pytorch_grad_cam.utils.model_targets")
    network, model, value, record = pair
    layers = [getattr(model.model, f"inception{module}")]
    with library.GradCAM(model=model, target_layers=layers) as cam:
        expected = cam(
            input_tensor=value.clone().requires_grad_(), targets=[targets.ClassifierOutputTarget(CLASS)]
        )[0]
    found = np.maximum(at_layer.grad_cam(network, record, Target("main", CLASS), module).map, 0)
    found = cv2.resize(_stretched(found), value.shape[:1:-1])
    found = _stretched(found)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def _stretched(values: np.ndarray) -> np.ndarray:
    return ((values - values.min()) / (1e-7 + (values - values.min()).max())).astype(np.float32)


@pytest.mark.parametrize("module", ["4a", "5b"])
def test_contributions_are_captums_gradient_times_activation(
    pair: tuple[GoogLeNet, torch.nn.Module, torch.Tensor, Record], module: str
) -> None:
    network, model, value, record = pair
    layer = getattr(model.model, f"inception{module}")
    expected = captum.LayerGradientXActivation(model, layer).attribute(value, target=CLASS)[0].detach()
    found = at_layer.contributions(network, record, Target("main", CLASS), module)
    size = np.abs(found.map).max()
    np.testing.assert_allclose(found.map / size, expected.sum(0) / size, atol=1e-4)
    np.testing.assert_allclose(found.units / size, expected.sum((1, 2)) / size, atol=1e-4)


def test_integrated_gradients_are_captums_at_the_same_nodes(
    pair: tuple[GoogLeNet, torch.nn.Module, torch.Tensor, Record],
) -> None:
    network, model, value, record = pair
    expected = captum.IntegratedGradients(model).attribute(
        value, torch.zeros_like(value), target=CLASS, n_steps=8, method="gausslegendre", internal_batch_size=4
    )
    found = integrated.integrated_gradients(
        network,
        record,
        Target("main", CLASS),
        np.zeros_like(record.input),
        nodes=8,
        most_nodes=8,
    )
    size = np.abs(found.map).max()
    np.testing.assert_allclose(found.map / size, expected[0].sum(0).detach() / size, atol=5e-4)
    assert found.settings["nodes"] == 8


def test_occlusion_is_captums(pair: tuple[GoogLeNet, torch.nn.Module, torch.Tensor, Record]) -> None:
    network, model, value, record = pair
    expected = captum.Occlusion(model).attribute(
        value, (3, 100, 100), (3, 70, 70), baselines=0, target=CLASS, perturbations_per_eval=4
    )
    found = occlusion.occlusion(
        network, record, Target("main", CLASS), np.zeros_like(record.input), window=100, step=70
    )
    size = np.abs(found.map).max()
    np.testing.assert_allclose(found.map / size, expected[0, 0].detach() / size, atol=1e-4)


def test_the_difference_of_two_classes_is_a_target_too(small: tuple[GoogLeNet, Record]) -> None:
    network, record = small
    cover = np.zeros_like(record.input)
    one, other, both = (
        occlusion.occlusion(network, record, target, cover, window=80, step=80).map
        for target in (Target("main", 0), Target("main", 1), Target("main", 0, against=1))
    )
    np.testing.assert_allclose(both, one - other, atol=1e-5)


@pytest.mark.parametrize("family", ["torchvision", "caffe", "paddle", "lucid", "slim"])
def test_at_5b_the_map_and_the_bias_sum_to_the_logit(family: str) -> None:
    architecture = tiny(family)
    network = GoogLeNet(architecture, random_tensors(architecture, 0))
    record = network(torch.randn(1, architecture.input_channels, 224, 224))
    bias = network.weights("fc")[1]
    for method in (at_layer.contributions, at_layer.grad_cam):
        found = method(network, record, Target("main", CLASS), "5b")
        assert found.exact
        assert found.map.sum() + bias[CLASS] == pytest.approx(found.logit, rel=1e-4, abs=1e-4)
        assert found.error == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("head", "at"), [("aux1", "3b"), ("aux1", "4a"), ("aux2", "4d")])
def test_auxiliary_heads_are_asked_like_the_main_one(
    small: tuple[GoogLeNet, Record], head: str, at: str
) -> None:
    """The slope of a unit's contribution is foretold by switching it nearly off."""
    network, record = small
    found = at_layer.contributions(network, record, Target(head, 1), at)
    assert found.map.shape == record[at].shape[1:]
    value = torch.from_numpy(record[at] * np.float32(1 - 1e-3))[None]
    name = Target(head, 1).name
    lowered = found.logit - float(network.outputs(value, (name,), after=at)[name][0, 1])
    assert found.sum == pytest.approx(lowered / 1e-3, rel=0.05, abs=1e-2)


def test_a_head_that_reads_earlier_is_refused(small: tuple[GoogLeNet, Record]) -> None:
    network, record = small
    with pytest.raises(UsageError, match="doesn't read"):
        at_layer.grad_cam(network, record, Target("aux1", 0), "4b")


@pytest.mark.parametrize("target", [Target("main", 7000), Target("main", 0, 7000), Target("main", -1)])
def test_a_class_that_isnt_there_is_refused(small: tuple[GoogLeNet, Record], target: Target) -> None:
    with pytest.raises(UsageError, match="There is no class"):
        check_target(target, small[1])


def test_integrated_gradients_double_their_nodes_until_the_sum_holds(small: tuple[GoogLeNet, Record]) -> None:
    network, record = small
    found = integrated.integrated_gradients(
        network, record, Target("main", 0), np.zeros_like(record.input), nodes=1, most_nodes=64
    )
    assert int(found.settings["nodes"]) > 1
    assert found.error is not None
    assert found.error < integrated.TOLERANCE or found.settings["nodes"] == 64


def test_long_ones_tell_how_far_they_are_and_stop_when_told(small: tuple[GoogLeNet, Record]) -> None:
    network, record = small
    seen: list[float] = []

    def progress(share: float, so_far: np.ndarray | None) -> bool:
        seen.append(share)
        return len(seen) < 3

    with pytest.raises(Cancelled):
        occlusion.occlusion(
            network, record, Target("main", 0), np.zeros_like(record.input), progress=progress
        )
    assert seen == sorted(seen)
    assert len(seen) == 3


def test_deletion_and_insertion_are_those_of_a_plain_loop(small: tuple[GoogLeNet, Record]) -> None:
    network, record = small
    assert record.input is not None
    picture, mean = record.input, np.zeros_like(record.input)
    importance = np.random.default_rng(1).normal(size=picture.shape[1:]).astype(np.float32)
    found = trust.trust(network, record, Target("main", 1), importance, mean, steps=4)
    soft = trust.blurred(picture, 5)
    order = np.argsort(-importance.ravel(), kind="stable")
    for curve, start, end in ((found.deletion, picture, mean), (found.insertion, soft, picture)):
        expected = []
        for share in (0, 0.25, 0.5, 0.75, 1):
            now = start.copy().reshape(3, -1)
            now[:, order[: int(share * order.size)]] = end.reshape(3, -1)[:, order[: int(share * order.size)]]
            pass_ = network(torch.from_numpy(now.reshape(1, *picture.shape)))
            expected.append(pass_.answers["main"].probabilities[1])
        np.testing.assert_allclose(curve.probabilities, expected, atol=1e-5)
        area = sum((a + b) / 2 for a, b in pairwise(expected)) / 4
        assert curve.area == pytest.approx(area, abs=1e-5)


def test_trust_is_of_the_changed_network(small: tuple[GoogLeNet, Record]) -> None:
    """With 5b off nothing is left but the classifier's bias, whatever the picture."""
    network, record = small
    _, bias = network.weights("fc")
    expected = np.exp(bias)[1] / np.exp(bias).sum()
    assert record.input is not None
    changed = network(torch.from_numpy(record.input)[None], changes=(Change("5b"),))
    importance = np.random.default_rng(1).normal(size=record.input.shape[1:]).astype(np.float32)
    found = trust.trust(
        network, changed, Target("main", 1), importance, np.zeros_like(record.input), steps=3,
        changes=(Change("5b"),),
    )  # fmt: skip
    for curve in (found.deletion, found.insertion, found.random_deletion, found.random_insertion):
        np.testing.assert_allclose(curve.probabilities, expected, atol=1e-6)


def test_the_strongest_tenth_is_a_tenth_of_what_speaks_for_the_class() -> None:
    values = np.random.default_rng(3).normal(size=(50, 60)).astype(np.float32)
    assert (values >= least_of_strongest(values)).mean() == pytest.approx(0.1, abs=1e-3)
    few = np.where(np.arange(3000).reshape(50, 60) < 30, 1.0, -1.0).astype(np.float32)
    assert (few >= least_of_strongest(few)).sum() == 30
    assert not (-np.abs(values) >= least_of_strongest(-np.abs(values))).any()


def test_the_blur_is_pillows_gaussian_nearly() -> None:
    """torchvision's gaussian_blur with a kernel as wide, reflected edges apart."""
    blur = pytest.importorskip("torchvision.transforms.functional").gaussian_blur
    picture = np.random.default_rng(0).normal(size=(3, 40, 50)).astype(np.float32)
    expected = blur(torch.from_numpy(picture), [13, 13], [2.0, 2.0]).numpy()
    found = trust.blurred(picture, 2)
    np.testing.assert_allclose(found[:, 8:-8, 8:-8], expected[:, 8:-8, 8:-8], atol=1e-5)


def test_rank_correlation_is_scipys() -> None:
    stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(2)
    left, right = (random.integers(0, 6, (7, 9)).astype(np.float32) for _ in range(2))
    expected = stats.spearmanr(left.ravel(), right.ravel()).statistic
    assert trust.spearman(left, right) == pytest.approx(expected, abs=1e-12)
    assert np.isnan(trust.spearman(left, np.ones_like(left)))


def test_shuffling_keeps_the_numbers_and_the_network_that_was_shuffled(
    small: tuple[GoogLeNet, Record],
) -> None:
    network, record = small
    before = network.weights("5b/1x1")[0].copy()
    other = network.shuffled(("fc", "5b"), seed=1)
    np.testing.assert_array_equal(network.weights("5b/1x1")[0], before)
    joint = [network.weights(f"5b/{part}")[0].ravel() for part in ("1x1", "3x3_reduce", "5x5_reduce")]
    mixed = [other.weights(f"5b/{part}")[0].ravel() for part in ("1x1", "3x3_reduce", "5x5_reduce")]
    np.testing.assert_array_equal(np.sort(np.concatenate(joint)), np.sort(np.concatenate(mixed)))
    assert not np.array_equal(other.weights("5b/1x1")[0], before)
    np.testing.assert_array_equal(other.weights("5a/1x1")[0], network.weights("5a/1x1")[0])
    found = trust.randomisation(
        network,
        original := at_layer.grad_cam(network, record, Target("main", 0), "5b"),
        ("fc", "5b"),
        lambda changed: at_layer.grad_cam(changed, _again(changed, record), Target("main", 0), "5b"),
    )
    assert list(found) == ["fc", "5b"]
    assert all(abs(value) < 0.999 for value in found.values())
    assert trust.spearman(original.map, original.map) == pytest.approx(1)


def _again(network: GoogLeNet, record: Record) -> Record:
    return network(torch.from_numpy(record.input)[None])


@pytest.mark.parametrize("family", ["torchvision", "caffe"])
def test_a_dot_of_evidence_lies_on_its_cell(family: str) -> None:
    architecture = tiny(family)
    field = receptive_field(architecture, "4a", (224, 224))
    values = np.zeros((14, 14), np.float32)
    values[5, 9] = 1
    spread = on_input(architecture, "4a", values, (224, 224))
    row, column = np.unravel_index(spread.argmax(), spread.shape)
    assert abs(column - (field.centre[0] + 9 * field.jump)) <= 1
    assert abs(row - (field.centre[1] + 5 * field.jump)) <= 1
    np.testing.assert_allclose(on_input(architecture, "4a", np.ones((14, 14), np.float32), (224, 224)), 1)
