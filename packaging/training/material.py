"""What a command of the training learns from and is measured on, decoded into its work folder."""

from __future__ import annotations

import argparse
from dataclasses import replace

from . import photos
from .photos import Photos
from .source import Source, prepared


def data(options: argparse.Namespace) -> tuple[Source, dict[str, Photos]]:
    """The small pictures, and the photos by part (none where no folder of them is given)."""
    source = prepared(options.data, options.work / "pictures")
    if options.photos is None:
        return source, {}
    source = replace(source, names=photos.all_names(source.names))
    kept = options.work / "photos"
    if not kept.exists():
        photos.unpack(options.photos, kept, source.names)
    strange = options.work / "strange"
    if not strange.exists():
        photos.unpack_strange(options.photos, strange)
    found = {part: photos.opened(kept, part) for part in ("train", "val")}
    return source, found | {kind: photos.opened(strange, kind) for kind in photos.STRANGE}
