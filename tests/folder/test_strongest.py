"""A unit's strongest pictures: one each, cut by what the unit sees, copies once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.errors import UsageError
from gnet_desktop.folder import strongest
from gnet_desktop.folder.indexing import IndexingPass, index_folder
from gnet_desktop.network.naming import parse_unit


@pytest.fixture(scope="module")
def through(bundled: Path) -> IndexingPass:
    from gnet_desktop.checkpoints.reading import open_checkpoint
    from gnet_desktop.network.googlenet import GoogLeNet

    checkpoint = open_checkpoint(bundled)
    return IndexingPass(checkpoint, GoogLeNet.from_checkpoint(checkpoint), checkpoint.convention)


@pytest.fixture(scope="module")
def index(through: IndexingPass, tmp_path_factory: pytest.TempPathFactory) -> strongest.Index:
    """Of four pictures of noise, the first one twice."""
    folder, out = (tmp_path_factory.mktemp(name) for name in ("pictures", "index"))
    random = np.random.default_rng(1)
    for number in range(4):
        small = random.integers(0, 255, (7, 9, 3), np.uint8)
        Image.fromarray(small).resize((320, 240), Image.Resampling.BICUBIC).save(folder / f"{number}.png")
    (folder / "copy.png").write_bytes((folder / "0.png").read_bytes())
    index_folder(folder, out, through)
    return strongest.opened(out, through.checkpoint)


def test_a_crop_is_the_picture_where_the_unit_sees_it_and_padding_beyond(index: strongest.Index) -> None:
    unit = parse_unit("3a/3x3:4", index.architecture)
    found = strongest.strongest(index, unit)
    assert [one.rank for one in found] == list(range(1, len(found) + 1))
    assert [one.value for one in found] == sorted((one.value for one in found), reverse=True)
    assert index.pictures is not None
    first = replace(found[0], crop=(-10.0, 20.0, 30.0, 60.0))
    crop = np.asarray(strongest.crop_of(index, first, 40))
    whole = np.asarray(Image.open(index.pictures / first.picture).convert("RGB"))
    assert (crop[:, :10] == strongest.PADDING).all()
    assert (crop[:, 10:] == whole[20:60, :30]).all()


def test_what_covers_more_than_half_of_the_picture_is_shown_by_its_central_half(
    index: strongest.Index,
) -> None:
    early = strongest.strongest(index, parse_unit("3a/1x1:4", index.architecture))[0]
    assert early.crop == early.field
    units = (parse_unit(f"5b/3x3:{number}", index.architecture) for number in range(384))
    late = next(found[0] for unit in units if (found := strongest.strongest(index, unit)))
    (left, top, right, bottom), crop = late.field, late.crop
    assert (right - left) * (bottom - top) > 320 * 240 / 2
    assert crop[2] - crop[0] == pytest.approx((right - left) / 2)
    assert crop[0] + crop[2] == pytest.approx(left + right)
    assert crop[1] + crop[3] == pytest.approx(top + bottom)


def test_copies_of_a_picture_are_shown_once(index: strongest.Index) -> None:
    units = (parse_unit(f"5b/1x1:{number}", index.architecture) for number in range(384))
    answered = ((unit, {one.picture for one in strongest.strongest(index, unit)}) for unit in units)
    unit, listed = next(found for found in answered if {"0.png", "copy.png"} <= found[1])
    shown = [one.picture for one, _ in strongest.crops(index, unit, 10, 64)]
    assert {"0.png", "copy.png"} <= listed
    assert len({"0.png", "copy.png"} & set(shown)) == 1
    assert set(shown) | {"0.png", "copy.png"} == listed


def test_an_index_of_another_checkpoint_or_an_uncounted_unit_is_refused(
    index: strongest.Index, through: IndexingPass
) -> None:
    other = replace(through.checkpoint.provenance, sha256="1" * 64)
    with pytest.raises(UsageError, match="another checkpoint"):
        strongest.opened(index.place, replace(through.checkpoint, provenance=other))
    with pytest.raises(UsageError, match="not in the index"):
        strongest.strongest(index, parse_unit("conv1:1", index.architecture))
