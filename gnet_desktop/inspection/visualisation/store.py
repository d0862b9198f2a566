"""Finished pictures kept on disk, by checkpoint, convention, what was wanted, and recipe."""

import hashlib
import io
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gnet_desktop.convention import Convention
from gnet_desktop.errors import ExportError
from gnet_desktop.files import write_whole
from gnet_desktop.inspection.visualisation.recipe import Made, Recipe
from gnet_desktop.inspection.visualisation.wanted import Wanted

EDITION: Final = 1
"""Counts up when the same recipe gives other pictures than before."""
LIMIT: Final = 256 * 2**20
_VALUES: Final = "values"


class Kept:
    """A folder of pictures of at most ``limit`` bytes; those not looked at for longest go first.

    Reading and writing never fail: what cannot be read is made anew, what cannot be
    written is not kept.
    """

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self.folder, self.limit = folder, limit

    def get(self, sha256: str, convention: Convention, wanted: Wanted, recipe: Recipe) -> Made | None:
        """The pictures, if they were made before."""
        path = self._path(sha256, convention, wanted, recipe)
        try:
            with Image.open(path) as image:
                pixels = np.asarray(image.convert("RGB"))
                values = json.loads(image.text[_VALUES])  # type: ignore[attr-defined]
            pictures = pixels.reshape(recipe.count, recipe.size, recipe.size, 3)
            peaks, means = (tuple(map(float, values[name])) for name in ("peaks", "means"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, SyntaxError):
            with suppress(OSError):
                path.unlink()  # damaged
            return None
        with suppress(OSError):
            os.utime(path)
        return Made(wanted, recipe, recipe.steps, pictures, peaks, means)

    def put(self, sha256: str, convention: Convention, made: Made) -> bool:
        """Keep finished pictures; tells whether it could."""
        path = self._path(sha256, convention, made.wanted, made.recipe)
        about = PngInfo()
        about.add_text(_VALUES, json.dumps({"peaks": made.peaks, "means": made.means}))
        about.add_text("wanted", made.wanted.name)
        about.add_text("recipe", json.dumps(asdict(made.recipe)))
        content = io.BytesIO()
        whole = made.pictures.reshape(-1, made.recipe.size, 3)
        Image.fromarray(whole).save(content, "PNG", pnginfo=about)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content.getvalue())
        except (ExportError, OSError):
            return False
        self.make_room()
        return True

    @property
    def bytes(self) -> int:
        """How much is kept."""
        return sum(size for _, size, _ in self._files())

    def empty(self) -> None:
        """Forget all pictures."""
        for _, _, path in self._files():
            with suppress(OSError):
                path.unlink()

    def make_room(self) -> None:
        """Let go of what is over the limit."""
        files = sorted(self._files())
        excess = sum(size for _, size, _ in files) - self.limit
        for _, size, path in files:
            if excess <= 0:
                break
            with suppress(OSError):
                path.unlink()
                excess -= size

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """(when looked at, bytes, path) of every file, also of those that a kill left half written."""
        with suppress(OSError):
            for entry in os.scandir(self.folder):
                with suppress(OSError):
                    status = entry.stat()
                    yield status.st_mtime, status.st_size, Path(entry.path)

    def _path(self, sha256: str, convention: Convention, wanted: Wanted, recipe: Recipe) -> Path:
        what = [EDITION, sha256, convention.facts(), wanted.part, wanted.direction.digest, asdict(recipe)]
        digest = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()
        return self.folder / f"{digest[:40]}.png"
