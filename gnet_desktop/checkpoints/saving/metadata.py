"""What stands beside the numbers in a file that this program writes: all that they don't show."""

import json
from collections.abc import Mapping
from typing import Final

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.convention import CONVENTION, PREPROCESS
from gnet_desktop.checkpoints.describing.heads import UNTRAINED
from gnet_desktop.checkpoints.recognition.own import ARCHITECTURE, description
from gnet_desktop.convention import Convention, spelled

_KEPT: Final = 16_384
"""Letters of a text from the file it came from beyond which it isn't kept."""


def metadata(checkpoint: Checkpoint, convention: Convention) -> dict[str, str]:
    """The texts of a file: architecture, input convention, class names, calibration, and its own words.

    ``convention`` is the one in use, which may be a person's choice.
    """
    untrained = [name for name, state in checkpoint.heads.items() if state.trained is False]
    threshold = checkpoint.doubt_threshold
    optional: Mapping[str, str] = {
        "temperatures": json.dumps(checkpoint.temperatures) if _is_calibrated(checkpoint) else "",
        "nothing_fits": json.dumps({"threshold": threshold}) if threshold is not None else "",
        UNTRAINED: ",".join(untrained),
    }
    return {
        **_own_words(checkpoint),
        ARCHITECTURE: description(checkpoint.architecture),
        PREPROCESS: spelled(convention),
        CONVENTION: convention.name,
        "labels": json.dumps(checkpoint.labels.names, ensure_ascii=False),
        "source": f"{checkpoint.provenance.family_title}, SHA-256 {checkpoint.provenance.sha256}",
        **{key: text for key, text in optional.items() if text},
    }


def _is_calibrated(checkpoint: Checkpoint) -> bool:
    return any(value != 1.0 for value in checkpoint.temperatures.values())


def _own_words(checkpoint: Checkpoint) -> dict[str, str]:
    """What the file said of itself, where it is text of a reasonable length."""
    return {key: text for key, text in checkpoint.provenance.metadata.items() if len(text) <= _KEPT}
