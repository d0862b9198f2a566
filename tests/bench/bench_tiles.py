"""Times of what turns a record into pictures: statistics, tiles, overlays, decoding.

    python tests/bench/bench_tiles.py [--repeat 60]

Medians and 95th percentiles in milliseconds. Maps lie in memory as a pass leaves them
(channels last). Painting is measured on Qt's offscreen platform, into an image of the
size of the lanes at 1600×1000; it is why tiles are stored enlarged and painted 1:1.
"""

import argparse
import io
import os
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.inspection.colour_maps import EMBER, palette
from gnet_desktop.inspection.overlay import overlay
from gnet_desktop.inspection.ranking import order, similarity, strongest_at
from gnet_desktop.inspection.scaling import Limits, Scaling, limits_of, quantise
from gnet_desktop.inspection.statistics import first_non_finite, unit_statistics
from gnet_desktop.inspection.tiles import TileLayout, atlas, lay_out
from gnet_desktop.pictures.decoding import read_picture, thumbnail
from gnet_desktop.pictures.geometry import Geometry, Grid
from gnet_desktop.pictures.preparation import prepare

MODULES = {"3b": (480, 28), "4e": (832, 14), "5b": (1024, 7)}
NOMINALS = (24, 48, 96, 256)
LANES = (1047, 372)
Measure = Callable[[str, Callable[[], object]], None]


def measure(repeat: int) -> Measure:
    def measured(name: str, work: Callable[[], object]) -> None:
        work()
        times = []
        for _ in range(repeat):
            started = time.perf_counter()
            work()
            times.append(1000 * (time.perf_counter() - started))
        middle, high = np.percentile(times, [50, 95])
        print(f"{name:58} median {middle:8.3f} ms   95 % {high:8.3f} ms", flush=True)

    return measured


def maps_of(channels: int, side: int) -> np.ndarray:
    """Rectified noise, channels last in memory."""
    values = np.random.default_rng(channels).normal(size=(side, side, channels))
    return np.maximum(values, 0).astype(np.float32).transpose(2, 0, 1)


def tiles(timed: Measure) -> None:
    for name, (channels, side) in MODULES.items():
        maps = maps_of(channels, side)
        timed(f"{name}: statistics of {channels} maps", partial(unit_statistics, maps))
        units = unit_statistics(maps)
        timed(f"{name}: order by mean", partial(order, units, "mean"))
        timed(f"{name}: similarity to a unit", partial(similarity, maps, maps[3]))
        branches = {"1x1": maps[: channels // 2], "3x3": maps[channels // 2 :]}
        timed(f"{name}: strongest at a cell", partial(strongest_at, branches, 3, 3))
        timed(f"{name}: limits clipped at 99 %", partial(limits_of, maps, Scaling(clip=99)))
        limits = limits_of(maps, Scaling())
        timed(f"{name}: levels", partial(quantise, maps, limits, gamma=0.5))
        levels = quantise(maps, limits, gamma=0.5)
        for nominal in NOMINALS:
            layout = lay_out(order(units), (side, side), nominal=nominal, width=LANES[0], caption=12)
            rows = layout.rows_between(100, 100 + LANES[1])
            if nominal < 256:
                timed(f"{name}: whole atlas at {nominal} px", partial(atlas, levels, layout))
            timed(f"{name}: rows in view at {nominal} px", partial(atlas, levels, layout, rows))


def overlays(timed: Measure) -> None:
    geometry = Geometry((500, 400), (224, 224), (0.64, 0.64), (48, 16))
    for side in (7, 14, 28, 112):
        grid = Grid((0.0, 0.0), 224 / side, (side, side))
        values = maps_of(3, side)[0]
        for smooth in (True, False):
            how = "smooth" if smooth else "cells"
            timed(
                f"overlay of {side}×{side} on 500×400, {how}",
                partial(
                    overlay, values, grid, geometry, (0, 0, 500, 400), (500, 400),
                    limits=Limits(0, 3), colours=EMBER, smooth=smooth,
                ),
            )  # fmt: skip


def records(timed: Measure) -> None:
    sizes = {"conv1": (64, 112), "conv3": (192, 56), **{f"m{i}": (480, 28) for i in range(3)}}
    record = {name: maps_of(*size) for name, size in sizes.items()}
    record |= {f"n{i}": maps_of(528, 14) for i in range(8)} | {f"o{i}": maps_of(832, 7) for i in range(4)}
    timed("first value that is no number, in a whole record", lambda: first_non_finite(record))


def pictures(timed: Measure) -> None:
    y, x = np.mgrid[0:3000, 0:4000]
    grain = np.random.default_rng(0).integers(0, 12, (3000, 4000, 1))
    photo = Image.fromarray((np.stack([x // 20, y // 15, (x + y) // 32], axis=-1) + grain).astype(np.uint8))
    for size in ((500, 375), (4000, 3000)):
        stream = io.BytesIO()
        photo.crop((0, 0, *size)).save(stream, "JPEG", quality=88)
        data = stream.getvalue()
        name = f"{size[0]}×{size[1]} JPEG"
        timed(f"{name}: decode", partial(read_picture, data))
        timed(f"{name}: thumbnail of 96", partial(thumbnail, data, 96))
        picture = read_picture(data)
        for convention in ("torchvision", "caffe"):
            chosen = CONVENTIONS[convention]
            timed(f"{name}: prepare, {convention}", partial(prepare, picture, chosen))


def painting(timed: Measure) -> None:
    """An enlarged atlas painted 1:1 against one of single pixels that Qt enlarges."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QPointF, QRectF
    from PySide6.QtGui import QGuiApplication, QImage, QPainter

    QGuiApplication.instance() or QGuiApplication([])
    colours = palette(EMBER, ground=(245, 246, 249), gap=(255, 255, 255)).astype(int)
    table = [(a << 24) | (r << 16) | (g << 8) | b for r, g, b, a in colours.tolist()]
    target = QImage(*LANES, QImage.Format.Format_ARGB32_Premultiplied)

    def image(levels: np.ndarray, width: int) -> QImage:
        made = QImage(levels.data, width, levels.shape[0], levels.shape[1], QImage.Format.Format_Indexed8)
        made.setColorTable(table)
        return made

    for name, (channels, side) in MODULES.items():
        maps = maps_of(channels, side)
        levels = quantise(maps, limits_of(maps, Scaling()), gamma=0.5)
        layout = lay_out(np.arange(channels), (side, side), nominal=48, width=LANES[0], caption=12)
        large = atlas(levels, layout)
        enlarged = image(large, layout.size[0])
        small = atlas(levels, TileLayout(layout.order, layout.cells, 1, layout.columns, gap=0))
        single = image(small, small.shape[1])

        def one_to_one(source: QImage = enlarged) -> None:
            painter = QPainter(target)
            painter.drawImage(QPointF(0, 0), source, QRectF(0, 100, *LANES))
            painter.end()

        def scaled(source: QImage = single, factor: int = layout.magnify) -> None:
            painter = QPainter(target)
            painter.scale(factor, factor)
            part = QRectF(0, 0, LANES[0] / factor, LANES[1] / factor)
            painter.drawImage(QPointF(0, 0), source, part)
            painter.end()

        timed(f"{name}: paint {LANES[0]}×{LANES[1]} of the enlarged atlas", one_to_one)
        timed(f"{name}: paint the same, enlarged by Qt", scaled)
        timed(f"{name}: another colour map", partial(enlarged.setColorTable, table))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeat", type=int, default=60)
    timed = measure(parser.parse_args().repeat)
    for part in (tiles, overlays, records, painting, pictures):
        part(timed)


if __name__ == "__main__":
    main()
