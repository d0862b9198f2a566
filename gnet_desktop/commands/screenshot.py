"""``gnet-desktop screenshot``: the real window as a picture or a page, without a screen."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any, Final

from gnet_desktop.commands.changing import parse_changes
from gnet_desktop.commands.opening import checkpoint_path, choices
from gnet_desktop.commands.passing import note_lines
from gnet_desktop.errors import UsageError
from gnet_desktop.files import write_whole
from gnet_desktop.shown import plain

PAGES: Final = (".html", ".htm")
"""Endings of a page; anything else is a picture, PNG."""

_VIEW: Final = ("why", "show", "photos", "answers_by", "teaching")
"""View options that can be said."""


def run(arguments: argparse.Namespace) -> int:
    """Render the window on one picture and write it, whole or not at all."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from gnet_desktop.gui.exports.saving import png_of
    from gnet_desktop.gui.rendering import (
        ComparedWith,
        render_folder,
        render_page,
        render_units,
        render_window,
    )
    from gnet_desktop.inspection.visualisation.recipe import Recipe

    noted: list[str] = []
    shown: dict[str, Any] = {
        "labels": arguments.labels,
        "assume": choices(arguments),
        "module": arguments.module,
        "unit": arguments.unit,
        "pinned": arguments.pin,
        "theme": arguments.theme,
        "size": arguments.size,
        "preprocess": arguments.preprocess,
        "changes": lambda network, convention: parse_changes(arguments, network, convention),
        "compared": ComparedWith(arguments.against, _other_checkpoint(arguments), arguments.with_preprocess),
        "view": {name: getattr(arguments, name) for name in _VIEW if getattr(arguments, name) is not None},
        "noted": noted.extend,
    }
    checkpoint = checkpoint_path(arguments.checkpoint)
    if arguments.out.suffix.lower() in PAGES:
        data = render_page(checkpoint, arguments.picture, **shown).encode()
    elif arguments.page == "folder":
        if arguments.folder is None:
            raise UsageError("The page of a folder needs one.", "Name it with --folder.")
        data = png_of(render_folder(checkpoint, arguments.picture, folder=arguments.folder, **shown))
    elif arguments.page == "units":
        recipe = Recipe(steps=arguments.steps)
        image = render_units(checkpoint, arguments.picture, folder=arguments.folder, recipe=recipe, **shown)
        data = png_of(image)
    else:
        data = png_of(render_window(checkpoint, arguments.picture, panel=arguments.panel, **shown))
    write_whole(arguments.out, data)
    print("\n".join([f"wrote {plain(str(arguments.out), 1000)}", *note_lines(noted)]), file=sys.stderr)
    return 0


def _other_checkpoint(arguments: argparse.Namespace) -> Path | None:
    return checkpoint_path(arguments.with_) if arguments.with_ is not None else None
