"""The network reads exactly what its convention says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gnet_desktop.convention import CONVENTIONS, IMAGENET_MEAN, IMAGENET_STD, Convention
from gnet_desktop.errors import PictureError, UsageError
from gnet_desktop.pictures import preparation
from gnet_desktop.pictures.decoding import find_pictures, read_picture
from gnet_desktop.pictures.picture import Picture
from gnet_desktop.pictures.preparation import prepare

TORCHVISION = CONVENTIONS["torchvision"]
SIZES = [
    (256, 256),
    (500, 375),
    (375, 500),
    (257, 255),
    (1000, 333),
    (224, 224),
    (100, 80),
    (300, 90),
    (1, 1),
]


def noise(size: tuple[int, int], seed: int = 0) -> Picture:
    rng = np.random.default_rng(seed)
    image = Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))
    return Picture(image, "noise", "PNG", size)


def chain(convention: Convention) -> "object":
    """The same convention in torchvision's own classes, on pictures and not on tensors."""
    transforms = pytest.importorskip("torchvision.transforms")
    steps = {
        "short side": [transforms.Resize(convention.size)],
        "exact": [transforms.Resize((convention.size, convention.size))],
        "none": [],
    }[convention.resize]
    crop = [transforms.CenterCrop(convention.crop)] if convention.crop else []
    normalise = transforms.Normalize(convention.mean, convention.std)
    return transforms.Compose([*steps, *crop, transforms.ToTensor(), normalise])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "convention",
    [
        TORCHVISION,
        CONVENTIONS["inception"],
        TORCHVISION.changed(resize="exact", size=256),
        TORCHVISION.changed(resize="none"),
        TORCHVISION.changed(size=160, crop=224),
        TORCHVISION.changed(size=250, crop=225),
        TORCHVISION.changed(crop=None),
    ],
    ids=["torchvision", "inception", "exact", "none", "padded", "odd", "uncropped"],
)
def test_every_number_equals_torchvisions(size: tuple[int, int], convention: Convention) -> None:
    picture = noise(size)
    expected = chain(convention)(picture.image).numpy()  # type: ignore[operator]
    assert np.array_equal(prepare(picture, convention).array, expected)


def test_real_photos_equal_torchvisions(shared: Path) -> None:
    for path in find_pictures([shared / "images"]):
        if path.suffix != ".jpg":
            continue
        picture = read_picture(path, convert_profile=False)
        expected = chain(TORCHVISION)(Image.open(path).convert("RGB")).numpy()  # type: ignore[operator]
        assert np.array_equal(prepare(picture, TORCHVISION).array, expected)


def test_the_two_preparations_of_the_reference_follow_their_text(shared: Path) -> None:
    for path in sorted((shared / "images").glob("*.jpg")):
        picture = read_picture(path, convert_profile=False)
        image = Image.open(path).convert("RGB")
        width, height = image.size
        short = (256, int(256 * height / width)) if width <= height else (int(256 * width / height), 256)
        for name, size in (("caffe", (256, 256)), ("caffe-short-side", short)):
            left, top = round((size[0] - 224) / 2), round((size[1] - 224) / 2)
            resized = np.asarray(image.resize(size, Image.Resampling.BILINEAR)).astype(np.float32)
            crop = resized[top : top + 224, left : left + 224, ::-1] - np.array([104, 117, 123], np.float32)
            prepared = prepare(picture, CONVENTIONS[name])
            assert np.array_equal(prepared.array, crop.transpose(2, 0, 1))
            assert prepared.geometry.offset == (left, top)


def test_rounding_variants_follow_their_names() -> None:
    convention = TORCHVISION.changed(
        size=136, crop=128, interpolation="bicubic", long_side="round", crop_offset="floor"
    )
    picture = noise((701, 467))
    prepared = prepare(picture, convention)
    width = round(136 * 701 / 467)  # 204.15 → 204, and truncated 204; the next size tells them apart
    resized = np.asarray(picture.image.resize((width, 136), Image.Resampling.BICUBIC))
    left = (width - 128) // 2
    expected = resized[4:132, left : left + 128].astype(np.float64) / 255
    expected = (expected - IMAGENET_MEAN) / IMAGENET_STD
    assert np.abs(prepared.array - expected.transpose(2, 0, 1)).max() < 1e-6
    assert prepare(noise((703, 467)), convention.changed(crop=None)).array.shape == (3, 136, 205)
    truncated = convention.changed(crop=None, long_side="truncate")
    assert prepare(noise((703, 467)), truncated).array.shape == (3, 136, 204)
    offsets = [
        prepare(noise((255, 255)), replace(TORCHVISION, resize="none", crop_offset=rule)).geometry.offset
        for rule in ("round", "floor")
    ]
    assert offsets == [(16, 16), (15, 15)]  # half of 31 is 15.5: to even, and down


@pytest.mark.parametrize(
    ("name", "plane"),
    [("torchvision", 0), ("inception", 0), ("caffe", 2), ("caffe-short-side", 2), ("fit", 0)],
)
def test_red_lands_in_the_plane_of_red_and_stays_red_to_see(name: str, plane: int) -> None:
    red = Picture(Image.new("RGB", (300, 300), (255, 0, 0)), "red", "PNG", (300, 300))
    prepared = prepare(red, CONVENTIONS[name])
    means = prepared.array.mean(axis=(1, 2))
    assert int(means.argmax()) == plane
    assert prepared.shown.getpixel((112, 112)) == (255, 0, 0)


def test_caffes_values_run_from_0_to_255_less_the_mean() -> None:
    white = Picture(Image.new("RGB", (10, 10), (255, 255, 255)), "white", "PNG", (10, 10))
    assert prepare(white, CONVENTIONS["caffe"]).array[:, 5, 5].tolist() == [151, 138, 132]


def test_the_second_rescaling_is_torchvisions() -> None:
    models = pytest.importorskip("torchvision.models")
    network = models.googlenet(weights=None, aux_logits=False, init_weights=False, transform_input=True)
    picture = noise((256, 256))
    plain = prepare(picture, TORCHVISION)
    expected = network._transform_input(plain.tensor())[0].numpy()
    assert np.array_equal(prepare(picture, TORCHVISION.changed(transform_input=True)).array, expected)


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (50, 20), (5000, 3)])
def test_fit_shows_the_whole_picture_and_fills_with_the_mean(size: tuple[int, int]) -> None:
    picture = Picture(Image.new("RGB", size, (255, 255, 255)), "white", "PNG", size)
    prepared = prepare(picture, CONVENTIONS["fit"])
    assert prepared.array.shape == (3, 224, 224)
    assert prepared.geometry.seen_box == pytest.approx((0, 0, *size))
    filled = (prepared.array == 0).all(axis=0)
    other = max(1, int(224 * min(size) / max(size)))
    assert int((~filled).sum()) == 224 * other
    assert filled[0, 0]
    assert prepared.shown.getpixel((0, 0)) == (124, 116, 104)  # 255 · ImageNet's mean


def test_a_picture_smaller_than_the_crop_lies_centred_on_black() -> None:
    convention = TORCHVISION.changed(resize="none", crop=8, mean=(0.0,) * 3, std=(1.0,) * 3)
    picture = Picture(Image.new("RGB", (3, 12), (255, 255, 255)), "white", "PNG", (3, 12))
    prepared = prepare(picture, convention)
    assert prepared.array[0, 4].tolist() == [0, 0, 1, 1, 1, 0, 0, 0]
    assert prepared.geometry.offset == (-2, 2)
    assert np.array_equal(np.asarray(prepared.shown)[..., 0] / 255, prepared.array[0])


def test_grey_is_one_channel_of_the_usual_weights() -> None:
    convention = Convention("grey", "exact", 32, None, "grey", 1.0, (0.5,), (0.25,))
    colour = Picture(Image.new("RGB", (64, 64), (200, 100, 50)), "c", "PNG", (64, 64))
    prepared = prepare(colour, convention)
    luma = round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)
    assert prepared.array.shape == (1, 32, 32)
    assert prepared.array[0, 3, 3] == pytest.approx((luma / 255 - 0.5) / 0.25, abs=1e-6)
    assert prepared.shown.getpixel((3, 3)) == (luma,) * 3


@pytest.mark.parametrize("method", ["bilinear", "bicubic", "nearest"])
def test_thin_lines_are_averaged_and_not_picked(method: str) -> None:
    """A triangle filter eight pixels to each side, written out, for a picture shrunk eight times."""
    lines = np.zeros((256, 256, 3), np.uint8)
    lines[:, ::3] = 255
    picture = Picture(Image.fromarray(lines), "lines", "PNG", (256, 256))
    convention = TORCHVISION.changed(
        resize="exact", size=32, crop=None, interpolation=method, mean=(0.0,) * 3, std=(1.0,) * 3
    )
    shown = prepare(picture, convention).array[0, 16] * 255
    if method == "nearest":
        assert set(np.unique(shown.round())) == {0, 255}
        return
    if method == "bilinear":
        centres = (np.arange(32) + 0.5) * 8
        weights = np.maximum(0, 1 - np.abs(np.arange(256)[None] + 0.5 - centres[:, None]) / 8)
        expected = weights / weights.sum(axis=1, keepdims=True) @ lines[0, :, 0]
        assert np.abs(shown - expected).max() <= 2
    assert np.abs(shown[2:-2] - 85).max() <= 4


def test_a_strip_is_prepared_without_making_it_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    strip = noise((20_000, 2))
    prepared = prepare(strip, TORCHVISION)  # whole it would be 2,560,000 × 256
    assert prepared.array.shape == (3, 224, 224)
    less = noise((2000, 4))
    whole = prepare(less, TORCHVISION).array
    monkeypatch.setattr(preparation, "_WHOLE_LIMIT", 0)
    difference = (
        np.abs(prepare(less, TORCHVISION).array - whole).max(axis=(1, 2)) * 255 * np.array(IMAGENET_STD)
    )
    assert difference.max() <= 1.01


def test_an_input_that_no_network_could_take_is_refused() -> None:
    with pytest.raises(PictureError, match="2560000 × 256"):
        prepare(noise((20_000, 2)), TORCHVISION.changed(crop=None))


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 0},
        {"crop": 0},
        {"mean": (0.5,)},
        {"std": (1.0, 1.0)},
        {"std": (1.0, 0.0, 1.0)},
        {"mean": (float("nan"), 0.0, 0.0)},
        {"range": 0.0},
        {"order": "grey", "mean": (0.5,), "std": (0.5,), "transform_input": True},
    ],
)
def test_a_convention_that_cannot_be_carried_out_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="custom"):
        prepare(noise((30, 30)), TORCHVISION.changed(**wrong))


def test_the_tensor_is_a_batch_of_one_over_the_same_memory() -> None:
    prepared = prepare(noise((256, 256)), TORCHVISION)
    tensor = prepared.tensor()
    assert tuple(tensor.shape) == (1, 3, 224, 224)
    assert tensor.data_ptr() == prepared.array.ctypes.data
    assert prepared.array.flags.c_contiguous
    assert prepared.array.dtype == np.float32


def test_what_is_shown_are_the_pixels_that_are_read() -> None:
    for name in ("torchvision", "caffe"):
        convention = CONVENTIONS[name]
        prepared = prepare(noise((300, 260)), convention)
        values = prepared.array * np.array(convention.std)[:, None, None]
        values = (values + np.array(convention.mean)[:, None, None]) * (255 / convention.range)
        order = [0, 1, 2] if convention.order == "rgb" else [2, 1, 0]
        assert np.array_equal(np.rint(values[order].transpose(1, 2, 0)), np.asarray(prepared.shown))


@given(
    size=st.tuples(st.integers(60, 400), st.integers(60, 400)),
    place=st.tuples(st.floats(0.02, 0.98), st.floats(0.02, 0.98)),
    name=st.sampled_from([*CONVENTIONS, "none"]),
)
@settings(max_examples=60)
def test_a_white_dot_is_read_where_the_geometry_says(
    size: tuple[int, int], place: tuple[float, float], name: str
) -> None:
    convention = TORCHVISION.changed(resize="none", crop=100) if name == "none" else CONVENTIONS[name]
    x, y = (int(share * side) for share, side in zip(place, size, strict=True))
    black, image = Image.new("RGB", size), Image.new("RGB", size)
    image.paste((255, 255, 255), (max(0, x - 1), max(0, y - 1), x + 2, y + 2))
    prepared = prepare(Picture(image, "dot", "PNG", size), convention)
    column, row = prepared.geometry.to_input((x + 0.5, y + 0.5))
    across, down = prepared.geometry.input
    reach = 3 * max(prepared.geometry.scale) + 2
    if not (reach <= column < across - reach and reach <= row < down - reach):
        return  # cut off, or at the very edge
    ground = prepare(Picture(black, "black", "PNG", size), convention).array
    bright = (prepared.array - ground).mean(axis=0)
    rows, columns = np.mgrid[0:down, 0:across] + 0.5
    centre = (bright * columns).sum() / bright.sum(), (bright * rows).sum() / bright.sum()
    inner = 1 < x < size[0] - 2 and 1 < y < size[1] - 2
    assert np.abs(np.subtract(centre, (column, row))).max() <= (0.6 if inner else 1.6)
