"""What is made for a unit moves it more than any photo does."""

from pathlib import Path

import numpy as np
import pytest

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.inspection.visualisation.recipe import Recipe
from gnet_desktop.inspection.visualisation.wanted import unit_wanted
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.finding import find_pictures
from gnet_desktop.pictures.preparation import prepare
from tests.inspection.visualisation.whole import visualised

UNITS = (
    *("4a/1x1:7", "4a/3x3:5", "4a/3x3:30", "4a/5x5:11", "4a/pool_proj:2"),
    *("4e/1x1:3", "4e/1x1:20", "4e/3x3:12", "4e/5x5:4", "4e/pool_proj:9"),
)


@pytest.mark.slow
def test_of_ten_units_nine_answer_more_than_to_any_photo(shared: Path, bundled: Path) -> None:
    checkpoint = open_checkpoint(bundled)
    network = GoogLeNet.from_checkpoint(checkpoint)
    largest: dict[str, float] = dict.fromkeys(UNITS, 0.0)
    for path in find_pictures([shared / "images"]):
        record = network(prepare(read_picture(path), checkpoint.convention).tensor(), detail="branches")
        for name in UNITS:
            part, _, channel = name.partition(":")
            largest[name] = max(largest[name], float(record[part][int(channel)].max()))
    active = [name for name in UNITS if largest[name] > 0]
    above = [
        name
        for name in active
        if visualised(
            network, checkpoint.convention, unit_wanted(checkpoint.architecture, name), Recipe()
        ).peaks[0]
        > largest[name]
    ]
    assert len(active) >= 6
    assert len(above) >= np.ceil(0.9 * len(active))
