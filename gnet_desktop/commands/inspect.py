"""``gnet-desktop inspect``: the checkpoint card as text or JSON."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.commands.opening import choices, open_named, shown_name
from gnet_desktop.commands.output import as_json
from gnet_desktop.commands.passing import note_lines
from gnet_desktop.errors import GNetError

if TYPE_CHECKING:
    from gnet_desktop.checkpoints.describing.card import Verification


def run(arguments: argparse.Namespace) -> int:
    """Print the card; a refused file is status 2, in JSON with its error."""
    from gnet_desktop.checkpoints.describing import card

    try:
        checkpoint = open_named(str(arguments.checkpoint), arguments.labels, choices(arguments))
        facts = card.make_card(checkpoint)
        verified = _verify(checkpoint, arguments.verify) if arguments.verify else None
    except GNetError as error:
        if arguments.format == "json":
            print(as_json({"file": shown_name(arguments.checkpoint), "error": str(error)}))
        raise
    if arguments.format == "json":
        data = card.to_json(facts)
        if verified is not None:
            verification, notes = verified
            data["verification"] = {**card.verification_to_json(verification), "notes": notes}
        print(as_json(data, indent=2))
    else:
        print(card.to_text(facts))
        if verified is not None:
            verification, notes = verified
            print("\n".join([card.verification_to_text(verification), *note_lines(notes)]))
    return 0


def _verify(checkpoint: Checkpoint, path: Path) -> "tuple[Verification, tuple[str, ...]]":
    """What came of it, and what was done to the picture on the way in."""
    from gnet_desktop.checkpoints.describing.card import verify
    from gnet_desktop.pictures.decoding import read_picture
    from gnet_desktop.pictures.preparation import prepare

    picture = read_picture(path)
    return verify(checkpoint, prepare(picture, checkpoint.convention).tensor()), picture.notes
