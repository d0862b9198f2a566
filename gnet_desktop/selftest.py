"""Does this installation work? Every part is used once, as a person would use it.

Made for packages: a bundle may lack a library, a plug-in or a file that nobody
misses until it is needed. It needs no screen, no network and no torchvision.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gnet_desktop.errors import GNetError
from gnet_desktop.network.architecture import BRANCHES, HEADS
from gnet_desktop.resources import bundled_checkpoint, resource

if TYPE_CHECKING:
    from gnet_desktop.checkpoints.checkpoint import Checkpoint
    from gnet_desktop.network.googlenet import GoogLeNet
    from gnet_desktop.network.record import Record

STORED: Final = "selftest.json"
"""Answers for the samples, computed with torchvision's own network (packaging/store_answers.py)."""

PROBABILITY_TOLERANCE: Final = 0.01
"""Other processors and other releases of torch and Pillow round differently."""

PICTURE_FORMATS: Final = (("JPEG", 12), ("PNG", 0), ("WEBP", 0), ("GIF", 0), ("TIFF", 0), ("BMP", 0))
"""What is encoded and decoded again, and how far a pixel may be off."""

QT_FORMATS: Final = ("jpeg", "png", "webp", "gif", "tiff", "svg", "bmp", "ico")


class Wrong(Exception):
    """A check failed; the text says how."""


class Installation:
    """What several checks need, each made when first asked for."""

    @cached_property
    def checkpoint(self) -> "Checkpoint":
        """The bundled checkpoint, opened."""
        from gnet_desktop.checkpoints.reading import open_checkpoint

        return open_checkpoint(bundled_checkpoint())

    @cached_property
    def network(self) -> "GoogLeNet":
        """Its network."""
        from gnet_desktop.network.googlenet import GoogLeNet

        return GoogLeNet.from_checkpoint(self.checkpoint)

    def record(self, source: Path | bytes, name: str) -> "Record":
        """The pass of a picture, from a file or its bytes."""
        from gnet_desktop.pictures.decoding import read_picture
        from gnet_desktop.pictures.preparation import prepare

        prepared = prepare(read_picture(source, name=name), self.checkpoint.convention)
        record: Record = self.network(prepared.tensor())
        return record


def sample_names() -> list[str]:
    """File names of the sample pictures that are installed, in order."""
    return sorted(path.name for path in resource("samples").glob("*.jpg"))


def drawing() -> Image.Image:
    """A picture with flat areas and edges in few colours, which even GIF keeps exactly."""
    image = Image.new("RGB", (320, 240), (32, 96, 160))
    draw = ImageDraw.Draw(image)
    draw.ellipse((96, 48, 224, 176), fill=(224, 160, 32))
    draw.rectangle((0, 192, 319, 239), fill=(64, 128, 32))
    return image


def encoded(image: Image.Image, kind: str) -> bytes:
    """An image's bytes in a format."""
    out = io.BytesIO()
    special: dict[str, dict[str, Any]] = {
        "WEBP": {"lossless": True},
        "JPEG": {"quality": 95, "subsampling": 0},
    }
    image.save(out, kind, **special.get(kind, {}))
    return out.getvalue()


# Each check returns a few words about what it found, or raises.


def check_checkpoint(installation: Installation) -> str:
    """The bundled checkpoint opens, with its names and all three heads."""
    checkpoint = installation.checkpoint
    heads = [head for head in HEADS if checkpoint.heads[head].present]
    if heads != list(HEADS):
        raise Wrong(f"only the heads {', '.join(heads)} are there")
    return f"{len(checkpoint.labels.names)} classes, heads {', '.join(heads)}"


def check_formats(_: Installation) -> str:
    """Pictures of the usual formats are decoded to the right pixels."""
    from gnet_desktop.pictures.decoding import read_picture

    drawn = np.asarray(drawing()).astype(int)
    for kind, tolerance in PICTURE_FORMATS:
        picture = read_picture(encoded(drawing(), kind), name=f"drawing.{kind.lower()}")
        # Away from edges, since JPEG halves the resolution of colour.
        off = np.abs(np.asarray(picture.image).astype(int) - drawn)
        worst = int(np.percentile(off, 99) if tolerance else off.max())
        if worst > tolerance:
            raise Wrong(f"{kind}: pixels are off by {worst}")
    return ", ".join(kind for kind, _ in PICTURE_FORMATS)


def check_branches(installation: Installation) -> str:
    """One pass leaves every branch of every module, in numbers that are numbers."""
    record = installation.record(encoded(drawing(), "PNG"), "drawing.png")
    modules = installation.checkpoint.architecture.modules
    names = [f"{module.name}/{branch}" for module in modules for branch in BRANCHES]
    for name in names:
        values = record[name]
        if values.ndim != 3 or not np.isfinite(values).all():
            raise Wrong(f"{name} has the shape {values.shape}, or values that are not numbers")
    return f"{len(names)} branches in {record.milliseconds:.0f} ms on {record.device}"


def check_answers(installation: Installation) -> str:
    """The samples get the answers that were stored for them."""
    stored = json.loads(resource(STORED).read_text(encoding="utf-8"))
    if set(stored["answers"]) != set(sample_names()):
        raise Wrong("the stored answers belong to other samples; run packaging/store_answers.py")
    if stored["checkpoint_sha256"] != installation.checkpoint.provenance.sha256:
        raise Wrong("the stored answers belong to another checkpoint; run packaging/store_answers.py")
    for name, heads in stored["answers"].items():
        record = installation.record(resource("samples", name), name)
        for head, (index, probability) in heads.items():
            found = float(record.answers[head].probabilities[index])
            if abs(found - probability) > PROBABILITY_TOLERANCE:
                raise Wrong(f"{name}, {head}: class {index} has {found:.3f}, not {probability:.3f}")
    return f"{len(stored['answers'])} samples, {', '.join(HEADS)}"


def check_arrays(installation: Installation) -> str:
    """Maps are written as NumPy files and pictures, and read back."""
    maps = installation.record(encoded(drawing(), "PNG"), "drawing.png")["4a/5x5"]
    with tempfile.TemporaryDirectory() as folder:
        array, picture = Path(folder) / "4a_5x5.npy", Path(folder) / "4a_5x5.png"
        np.save(array, maps)
        levels = (255 * maps[0] / max(float(maps[0].max()), 1e-6)).astype(np.uint8)
        Image.fromarray(levels).save(picture)
        same = np.array_equal(np.load(array), maps) and np.array_equal(
            np.asarray(Image.open(picture)), levels
        )
    if not same:
        raise Wrong("what was read back differs from what was written")
    return f"{maps.shape[0]} maps of {maps.shape[2]}×{maps.shape[1]}"


def check_image_plugins(_: Installation) -> str:
    """Qt finds its plug-ins for pictures, and they work."""
    from PySide6.QtGui import QImage, QImageReader
    from PySide6.QtSvg import QSvgRenderer

    known = {bytes(each.data()).decode() for each in QImageReader.supportedImageFormats()}
    missing = [each for each in QT_FORMATS if each not in known]
    missing += [k for k, _ in PICTURE_FORMATS if QImage.fromData(encoded(drawing(), k)).width() != 320]
    if missing or not QSvgRenderer(str(resource("icons", "icon.svg"))).isValid():
        raise Wrong(f"Qt cannot read {', '.join(missing) or 'SVG'}")
    return ", ".join(QT_FORMATS)


def check_panels(_: Installation) -> str:
    """The window and each of its panels are painted, in both themes."""
    from gnet_desktop.gui.rendering import render_window
    from gnet_desktop.gui.shell.docks import PANELS

    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "drawing.png"
        drawing().save(picture)
        for theme, panel in [("light", None), ("dark", None), *(("light", panel) for panel in PANELS)]:
            image = render_window(bundled_checkpoint(), picture, module="4a", theme=theme, panel=panel)
            if _colours(image.convertToFormat(image.Format.Format_RGB32).constBits()) < 4:
                raise Wrong(f"{panel or 'the window'} ({theme}) is blank")
    return f"{len(PANELS)} panels"


def _colours(pixels: Any) -> int:
    values: NDArray[np.uint32] = np.frombuffer(pixels, np.uint32)
    return len(np.unique(values))


def check_children(_: Installation) -> str:
    """A program that this one starts doesn't look for libraries in the bundle."""
    if sys.platform == "win32" or not getattr(sys, "frozen", False):
        return "not a bundle"
    inside = str(Path(sys.executable).resolve().parent)
    told = subprocess.run(["env"], capture_output=True, text=True, check=True).stdout
    leaks = [line for line in told.splitlines() if "PATH" in line.partition("=")[0] and inside in line]
    if leaks:
        raise Wrong(f"a child inherits {'; '.join(leaks)}")
    return "no path of the bundle is inherited"


CHECKS: Final[tuple[tuple[str, Callable[[Installation], str]], ...]] = (
    ("bundled checkpoint", check_checkpoint),
    ("picture formats", check_formats),
    ("all branches", check_branches),
    ("stored answers", check_answers),
    ("arrays and pictures", check_arrays),
    ("Qt's picture plug-ins", check_image_plugins),
    ("window and panels", check_panels),
    ("programs started", check_children),
)


def run() -> int:
    """Make every check and say how it went: 0 if all is well, otherwise 1."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    installation = Installation()
    failed = [title for title, check in CHECKS if not _passes(title, check, installation)]
    if failed:
        print(f"self-test failed: {', '.join(failed)}", file=sys.stderr)
        return 1
    print("self-test passed")
    return 0


def _passes(title: str, check: Callable[[Installation], str], installation: Installation) -> bool:
    started = time.perf_counter()
    try:
        said, passed = check(installation), True
    except (Wrong, GNetError) as error:
        said, passed = str(error), False
    except Exception as error:  # a missing part may fail in any way; the others are still tried
        said, passed = f"{type(error).__name__}: {error}", False
    seconds = time.perf_counter() - started
    print(f"{'ok    ' if passed else 'FAILED'} {title}: {said} ({seconds:.1f} s)", flush=True)
    return passed
