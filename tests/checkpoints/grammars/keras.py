"""Keras 3's files, whose description of the model lies."""

import io
import json
import zipfile
from functools import cache
from typing import Any

from tests.checkpoints.grammars.dice import Dice
from tests.checkpoints.grammars.headers import any_json
from tests.checkpoints.keras_models import port
from tests.checkpoints.tiny import keras_weights, small_caffe_state


@cache
def _weights() -> bytes:
    return keras_weights(small_caffe_state())


def _lying(dice: Dice, value: Any) -> Any:
    """A value in which any part may be another."""
    if dice.lies():
        return any_json(dice)
    if isinstance(value, dict):
        return {key: _lying(dice, one) for key, one in value.items() if not dice.lies()}
    if isinstance(value, list):
        return [_lying(dice, one) for one in value]
    return dice.number(value) if isinstance(value, int) and not isinstance(value, bool) else value


def file(dice: Dice) -> bytes:
    """A small network of Caffe's layers, as the public port describes it."""
    config = _lying(dice, port(dice.choice((2, 3)), order=dice.choice(("channels_last", "channels_first"))))
    with zipfile.ZipFile(data := io.BytesIO(), "w", dice.choice((0, 8))) as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", _weights())
    return data.getvalue()
