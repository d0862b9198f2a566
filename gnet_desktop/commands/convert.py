"""``gnet-desktop convert``: a checkpoint written again in another form."""

import argparse
from pathlib import Path
from typing import Any

from gnet_desktop.checkpoints.saving import Saved, named, save
from gnet_desktop.commands.opening import choices, chosen_convention, open_named, shown_name
from gnet_desktop.commands.output import as_json
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.preparation import prepare
from gnet_desktop.resources import resource


def run(arguments: argparse.Namespace) -> int:
    """Write the file and say how far its answers are off."""
    checkpoint = open_named(str(arguments.checkpoint), arguments.labels, choices(arguments))
    convention = chosen_convention(arguments.preprocess, checkpoint)
    picture = read_picture(arguments.picture or resource("samples", "cat.jpg"))
    path = named(arguments.out, arguments.to)
    saved = save(checkpoint, convention, arguments.to, path, prepare(picture, convention).tensor())
    print(as_json(_to_json(saved), indent=2) if arguments.format == "json" else _to_text(saved))
    return 0


def _to_text(saved: Saved) -> str:
    lines = [f"Written: {', '.join(shown_name(file) for file in saved.files)}."]
    lines += [
        f"  {head:<5} largest difference of a logit {largest:.2e} of {scale:.3g}"
        for head, (largest, scale) in saved.differences.items()
    ]
    return "\n".join([*lines, *saved.notes])


def _to_json(saved: Saved) -> dict[str, Any]:
    return {
        "files": [shown_name(Path(file)) for file in saved.files],
        "differences": {
            head: {"largest": largest, "scale": scale} for head, (largest, scale) in saved.differences.items()
        },
        "notes": list(saved.notes),
    }
