"""Pictures of none of the classes, made by code: noise, textures and drawings.

They stand for what people drop on the program without thinking (a diagram, a screenshot, fabric, a plain
wall), and choose with the photos outside the classes when the program says that nothing fits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE: Final = 256
Maker = Callable[[np.random.Generator], Image.Image]


def colour(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in rng.integers(0, 256, 3))
    return red, green, blue


def of(array: np.ndarray) -> Image.Image:
    """An RGB image of values about 0…255."""
    return Image.fromarray(np.clip(array, 0, 255).astype(np.uint8))


def white_noise(rng: np.random.Generator) -> Image.Image:
    return of(rng.normal(128, rng.uniform(10, 90), (SIDE, SIDE, 3)))


def cloud(rng: np.random.Generator) -> Image.Image:
    """Noise whose spectrum falls like that of photos, and which shows nothing."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(SIDE), np.fft.fftfreq(SIDE)))
    frequency[0, 0] = 1
    spectrum = np.fft.fft2(rng.normal(size=(3, SIDE, SIDE))) / frequency ** rng.uniform(0.8, 1.8)
    values = np.real(np.fft.ifft2(spectrum)).transpose(1, 2, 0)
    return of(rng.uniform(60, 190, 3) + rng.uniform(20, 60) * values / values.std())


def plain(rng: np.random.Generator) -> Image.Image:
    return Image.new("RGB", (SIDE, SIDE), colour(rng))


def gradient(rng: np.random.Generator) -> Image.Image:
    ramp = np.linspace(0, 1, SIDE)[:, None, None]
    array = (1 - ramp) * rng.uniform(0, 255, 3) + ramp * rng.uniform(0, 255, 3)
    return of(np.broadcast_to(array, (SIDE, SIDE, 3))).rotate(int(rng.integers(0, 4)) * 90)


def waves(rng: np.random.Generator) -> Image.Image:
    """Stripes, or woven stripes, in two colours."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    total = np.zeros((SIDE, SIDE))
    for _ in range(int(rng.integers(1, 4))):
        angle, pace = rng.uniform(0, np.pi), rng.uniform(4, 40)
        total += np.sin(2 * np.pi * pace * (x * np.cos(angle) + y * np.sin(angle)))
    share = (0.5 + 0.5 * np.tanh(total * rng.uniform(0.5, 5)))[:, :, None]
    return of(share * rng.uniform(0, 255, 3) + (1 - share) * rng.uniform(0, 255, 3))


def tiles(rng: np.random.Generator) -> Image.Image:
    """A chequered or mottled grid of a few colours."""
    count = int(rng.integers(2, 24))
    palette = rng.uniform(0, 255, (int(rng.integers(2, 5)), 3))
    small = palette[rng.integers(0, len(palette), (count, count))].astype(np.uint8)
    return Image.fromarray(small).resize((SIDE, SIDE), Image.Resampling.NEAREST)


def shapes(rng: np.random.Generator) -> Image.Image:
    """Flat rectangles, ellipses and lines, like clip art without a subject."""
    image = plain(rng)
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(3, 20))):
        left, top = rng.uniform(-40, SIDE, 2)
        wide, high = rng.uniform(10, 160, 2)
        box = (left, top, left + wide, top + high)
        kind = rng.integers(0, 3)
        if kind == 0:
            draw.rectangle(box, fill=colour(rng))
        elif kind == 1:
            draw.ellipse(box, fill=colour(rng))
        else:
            draw.line(box, fill=colour(rng), width=int(rng.integers(1, 12)))
    return image


def diagram(rng: np.random.Generator) -> Image.Image:
    """Boxes with lines of would-be text on white, joined by lines."""
    image = Image.new("RGB", (SIDE, SIDE), "white")
    draw = ImageDraw.Draw(image)
    centres = rng.uniform(30, SIDE - 30, (int(rng.integers(3, 8)), 2))
    draw.line([tuple(centre) for centre in centres], fill="black", width=2)
    for x, y in centres:
        draw.rectangle((x - 26, y - 16, x + 26, y + 16), fill="white", outline=colour(rng), width=2)
        for row in (-8, 0, 8):
            draw.line((x - 20, y + row, x + rng.uniform(-5, 20), y + row), fill=(60, 60, 60), width=2)
    return image


def page(rng: np.random.Generator) -> Image.Image:
    """Lines of would-be text, as on a page or a screenshot; dark on light or the reverse."""
    ink, paper = (30, 235) if rng.random() < 0.7 else (220, 30)
    image = Image.new("RGB", (SIDE, SIDE), (paper, paper, paper))
    draw = ImageDraw.Draw(image)
    pace = int(rng.integers(8, 20))
    for y in range(16, SIDE - 16, pace):
        x = 16.0
        while x < SIDE - 40 and rng.random() > 0.04:
            wide = rng.uniform(6, 34)
            draw.rectangle((x, y, x + wide, y + pace * 0.4), fill=(ink, ink, ink))
            x += wide + 6
    return image


def blobs(rng: np.random.Generator) -> Image.Image:
    """Blurred shapes: an out-of-focus photo of nothing."""
    return shapes(rng).filter(ImageFilter.GaussianBlur(rng.uniform(4, 25)))


def scribble(rng: np.random.Generator) -> Image.Image:
    """A wandering pen line on paper."""
    image = Image.new("RGB", (SIDE, SIDE), (250, 248, 240))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(1, 6))):
        points = SIDE / 2 + np.cumsum(rng.normal(0, 14, (40, 2)), axis=0)
        draw.line([tuple(point) for point in points], fill=colour(rng), width=int(rng.integers(1, 5)))
    return image


MAKERS: Final[dict[str, Maker]] = {
    maker.__name__.replace("_", " "): maker
    for maker in (
        white_noise,
        cloud,
        plain,
        gradient,
        waves,
        tiles,
        shapes,
        diagram,
        page,
        blobs,
        scribble,
    )
}


LEARNED: Final = ("white noise", "waves", "shapes", "page", "scribble")
"""Kinds that training shows; what a network says of the others is what it says of strangers."""
KEPT_BACK: Final = tuple(kind for kind in MAKERS if kind not in LEARNED)


def strangers(
    each: int, kinds: Sequence[str] = tuple(MAKERS), *, seed: int = 0
) -> dict[str, list[Image.Image]]:
    """``each`` pictures of every kind; the same ones for the same kinds and seed."""
    rng = np.random.default_rng(seed)
    return {kind: [MAKERS[kind](rng) for _ in range(each)] for kind in kinds}
