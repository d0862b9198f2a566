"""A large picture is made ready by a thread of its own: at first it is shown nearly, in the end sharp."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.photo import ready
from gnet_desktop.gui.photo.panel import PhotoPanel
from gnet_desktop.workspace import tasks
from tests.gui.made import make_world, there
from tests.workspace.workers import Asleep, Posed

WIDTH, HEIGHT = 1600, 1200


def photo() -> Image.Image:
    """Slow waves and some noise, as photos have."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = np.stack([np.sin(x / 91), np.cos(y / 73), np.sin((x + y) / 147)], -1) * 90 + 128
    noise = np.random.default_rng(0).normal(0, 6, waves.shape)
    return Image.fromarray((waves + noise).clip(0, 255).astype(np.uint8))


def means(image: Image.Image, side: int) -> np.ndarray:
    """The mean of each block of ``side`` × ``side`` pixels."""
    pixels = np.asarray(image, np.float64)
    rows, columns = pixels.shape[0] // side, pixels.shape[1] // side
    return pixels.reshape(rows, side, columns, side, 3).mean(axis=(1, 3))


def pixels_of(image: QImage) -> np.ndarray:
    whole = image.convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(whole.constBits(), np.uint8).reshape(whole.height(), whole.bytesPerLine())
    return flat[:, : 3 * whole.width()].reshape(whole.height(), whole.width(), 3).astype(float)


class Bench:
    """The photo's panel, with a large picture of which only the thumbnail is there."""

    def __init__(self) -> None:
        self.drawer, self.picture = Asleep(), photo()
        self.workspace = Posed(drawer=self.drawer)
        self.workspace.use(make_world(1).loaded)
        content = io.BytesIO()
        self.picture.save(content, "BMP")
        (entry,) = self.workspace.add_pictures([("large.bmp", content.getvalue())])
        thumbnail = self.picture.resize((128, 96))
        self.workspace.reader.give(f"thumbnail {entry}", np.asarray(thumbnail))
        self.panel = PhotoPanel(self.workspace)
        self.panel.resize(480, 420)
        self.panel.show()
        read = tasks.read_and_prepare(content.getvalue(), "large.bmp", there(self.workspace.convention))
        self.workspace.reader.give("read this", read)

    def make(self, purpose: str) -> None:
        self.drawer.give(purpose, self.drawer.run(purpose))

    def seen(self) -> np.ndarray:
        """The middle of the picture as it is painted, without crop and frame."""
        self.workspace.change_view(crop_frame=False)
        view = self.panel.view
        left, top, right, bottom = view.camera.box_to_view((400, 300, 1200, 900))
        image = view.grab().toImage()
        return pixels_of(image)[round(top) + 2 : round(bottom) - 2, round(left) + 2 : round(right) - 2]


@pytest.fixture
def bench(qapp: QApplication) -> Iterator[Bench]:
    one = Bench()
    yield one
    one.panel.close()
    one.workspace.close()


def test_smaller_images_are_means_of_the_picture() -> None:
    picture = photo()
    whole, half, quarter = ready.levels(picture)
    assert np.array_equal(whole, np.asarray(picture))
    assert np.abs(half - means(picture, 2)).max() <= 0.51
    assert np.abs(quarter - means(picture, 4)).max() <= 1.1  # rounded twice


def test_a_part_is_shrunk_to_the_means_of_its_pixels() -> None:
    picture = photo()
    part = picture.crop((400, 200, 1200, 1000))
    assert np.abs(ready.shrunk(picture, (400, 200, 1200, 1000), (100, 100)) - means(part, 8)).max() <= 1


def test_the_thumbnail_stands_there_until_the_picture_is_made_ready(bench: Bench) -> None:
    view = bench.panel.view
    assert there(view.sight).size == (128, 96)
    assert there(view.sight).picture is None
    assert bench.panel.header.note == ""
    bench.make("draw levels")
    assert there(view.sight).size == (WIDTH, HEIGHT)
    assert bench.panel.header.note == f"{WIDTH} × {HEIGHT}"


def test_it_is_shown_nearly_at_once_and_sharp_when_that_is_there(bench: Bench) -> None:
    bench.make("draw levels")
    near = bench.seen()
    assert bench.drawer.waiting == ["draw sharp"]
    bench.make("draw sharp")
    sharp = bench.seen()
    assert bench.drawer.waiting == []
    assert 0 < np.abs(near - sharp).mean() < 6


def test_what_is_sharp_is_what_qt_shrinks_it_to(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.make("draw levels")
    bench.seen()
    bench.make("draw sharp")
    monkeypatch.setattr(ready, "AT_ONCE", WIDTH * HEIGHT)
    other = Bench()
    assert other.drawer.waiting == []
    apart = np.abs(bench.seen() - other.seen())
    other.panel.close()
    other.workspace.close()
    assert apart.max() <= 3
    assert apart.mean() < 1  # Qt cuts fractions off


def test_another_zoom_is_shown_nearly_again_and_only_the_last_is_made_sharp(bench: Bench) -> None:
    bench.make("draw levels")
    bench.seen()
    bench.make("draw sharp")
    first = bench.seen()
    for _ in range(3):
        bench.panel.view.zoom(1.1)
        assert bench.seen().shape > first.shape
    assert bench.drawer.waiting == ["draw sharp"]
    near = bench.seen()
    bench.make("draw sharp")
    assert 0 < np.abs(near - bench.seen()).mean() < 6
    bench.seen()
    assert bench.drawer.waiting == []


def test_one_to_one_needs_nobody_else(bench: Bench) -> None:
    bench.make("draw levels")
    bench.workspace.change_view(photo="pixels")
    bench.panel.view.grab()
    assert bench.drawer.waiting == []


def test_a_picture_that_is_looked_at_no_more_is_not_shown_when_it_is_ready(bench: Bench) -> None:
    made = bench.drawer.run("draw levels")
    other = bench.workspace.add_pictures([("other.png", b"")])[0]
    bench.workspace.choose_picture(other)
    bench.drawer.give("draw levels", made)
    assert bench.panel.view.sight is None
