"""Two networks over the same pictures, and two groups of pictures: held against what made them differ."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.stats import binomtest

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.errors import Cancelled, UsageError
from gnet_desktop.inspection.comparing.rightness import mcnemar
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.workspace.compared import apart_rows
from gnet_desktop.workspace.comparing import Side, compare_over, pictures_under, tell_groups_apart
from gnet_desktop.workspace.tasks import read_and_prepare
from tests.network.cases import random_tensors, tiny

NAMES = tuple(f"class {index}" for index in range(4))
CONVENTION = replace(CONVENTIONS["torchvision"], size=96, crop=96)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Sixty of noise on coloured grounds, numbered."""
    folder, random = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for number in range(60):
        ground = random.integers(0, 200, 3) + random.integers(0, 56, (96, 96, 3))
        Image.fromarray(ground.astype(np.uint8)).save(folder / f"{number}.png")
    return pictures_under([folder])


def side(tensors: dict[str, torch.Tensor]) -> Side:
    return Side(GoogLeNet(tiny("torchvision"), tensors), CONVENTION, NAMES)


def said(whose: Side, picture: Path) -> str:
    """Main's first answer about one picture by itself."""
    read = read_and_prepare(picture, "", CONVENTION)
    return NAMES[int(np.argmax(whose.network(read.prepared.tensor()).answers["main"].logits))]


def tensors_of(seed: int = 0) -> dict[str, torch.Tensor]:
    return dict(random_tensors(tiny("torchvision"), seed))


def test_a_permuted_copy_answers_the_same_and_is_matched_back(pictures: list[Path]) -> None:
    architecture = tiny("torchvision")
    module = architecture.module("3a")
    start, count = module.offset("3x3"), module.branch("3x3").outputs
    order = np.roll(np.arange(count), 1)
    within = np.arange(module.outputs)
    within[start : start + count] = start + order
    tensors = tensors_of(3)
    for name in [name for name in tensors if name.startswith("3a/3x3.")]:
        tensors[name] = tensors[name][order]
    for layer in ("1x1", "3x3_reduce", "5x5_reduce", "pool_proj"):
        tensors[f"3b/{layer}.weight"] = tensors[f"3b/{layer}.weight"][:, within]
    found = compare_over(side(tensors_of(3)), side(tensors), pictures)
    match = found.likeness.matches["3a"]
    says = match.correlation > 0  # a unit that is silent on all of them is like no other
    assert says[start : start + count].sum() > 1
    assert np.array_equal(within[match.partner[says]], np.flatnonzero(says))
    np.testing.assert_allclose(match.correlation[says], 1, atol=1e-4)
    assert found.likeness.pictures == 60
    np.testing.assert_allclose(np.diag(found.likeness.alignment), 1, atol=1e-4)
    assert found.changed == ()


def test_who_is_right_is_told_by_the_folders_that_are_called_like_classes(
    pictures: list[Path], tmp_path: Path
) -> None:
    """Against passes of each picture and SciPy's binomial test; a folder of another name isn't judged."""
    sides = side(tensors_of()), side(tensors_of(1))
    placed = []
    for number, picture in enumerate(pictures):
        folder = tmp_path / (NAMES[number % 4] if number < 56 else "elsewhere")
        folder.mkdir(exist_ok=True)
        placed.append(folder / picture.name)
        placed[-1].write_bytes(picture.read_bytes())
    rights = np.array([[said(one, path) == path.parent.name for one in sides] for path in placed[:56]])
    found = compare_over(*sides, placed).right
    assert found is not None
    assert (found.judged, found.both) == (56, int(rights.all(1).sum()))
    alone = [tuple(np.flatnonzero(rights[:, one] & ~rights[:, 1 - one])) for one in (0, 1)]
    assert [found.first, found.second] == alone
    assert all(alone), "each is right alone about some"
    test = binomtest(len(alone[0]), len(alone[0]) + len(alone[1]))
    assert found.chance == pytest.approx(test.pvalue, rel=1e-12)
    assert compare_over(*sides, pictures).right is None


def test_mcnemar_is_the_exact_binomial_test() -> None:
    for first, second in ((0, 0), (3, 3), (0, 7), (400, 550), (1, 0)):
        expected = binomtest(first, first + second).pvalue if first + second else 1
        assert mcnemar(first, second) == pytest.approx(expected, rel=1e-9)


def test_another_network_changes_answers_and_is_less_alike(pictures: list[Path]) -> None:
    first, second = side(tensors_of()), side(tensors_of(1))
    found = compare_over(first, second, pictures)
    assert found.likeness.alignment.shape == (9, 9)
    assert np.diag(found.likeness.alignment)[-1] < 0.999
    for place, one, other in found.changed:
        assert [one, other] == [said(whose, pictures[place]) for whose in (first, second)]


def test_too_few_pictures_are_refused_and_a_stop_ends_it(pictures: list[Path]) -> None:
    first = side(tensors_of())
    with pytest.raises(UsageError, match="49 pictures"):
        compare_over(first, first, pictures[:49])
    shares: list[float] = []

    def wanted(share: float) -> bool:
        shares.append(share)
        return len(shares) < 4

    with pytest.raises(Cancelled):
        compare_over(first, first, pictures, wanted)
    assert len(shares) == 4
    assert shares == sorted(shares)


def test_groups_are_told_apart_as_scipy_tells_them(pictures: list[Path]) -> None:
    """Student's t of equal variances is the effect times the root of n·m / (n + m)."""
    stats = pytest.importorskip("scipy.stats")
    network = side(tensors_of()).network
    groups = (pictures[:7], pictures[7:20])
    told = tell_groups_apart(network, groups, CONVENTION, most=12)
    assert told.counts == (7, 13)
    records = [
        network(read_and_prepare(path, "", CONVENTION).prepared.tensor())
        for group in groups
        for path in group
    ]
    values = np.stack([record["4a"].mean((1, 2), dtype=np.float64) for record in records])
    with np.errstate(all="ignore"):
        statistic = stats.ttest_ind(values[:7], values[7:], axis=0).statistic
    expected = statistic / np.sqrt(7 * 13 / 20)
    rows = {row["unit"]: row for row in apart_rows(tell_groups_apart(network, groups, CONVENTION, 10_000))}
    module = network.architecture.module("4a")
    for branch in module.branches:
        for channel in range(branch.outputs):
            row = rows.get(f"4a/{branch.name}:{channel}")
            value = expected[module.offset(branch.name) + channel]
            if row is not None and row["effect"] is not None:
                assert row["effect"] == pytest.approx(value, rel=1e-3)
    strongest = [abs(row["effect"]) for row in rows.values() if row["effect"] is not None]
    assert strongest == sorted(strongest, reverse=True)


def test_one_picture_is_refused_as_a_group(pictures: list[Path]) -> None:
    with pytest.raises(UsageError, match="not two groups"):
        tell_groups_apart(side(tensors_of()).network, (pictures[:1], pictures[1:4]), CONVENTION)
