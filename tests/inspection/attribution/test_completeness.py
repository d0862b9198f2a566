"""On ten photos and the bundled network: what promises a sum keeps to it."""

from pathlib import Path

import pytest

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.inspection.attribution.at_layer import contributions, grad_cam
from gnet_desktop.inspection.attribution.attribution import Target
from gnet_desktop.inspection.attribution.integrated import TOLERANCE, integrated_gradients
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.preparation import baseline, prepare


@pytest.mark.slow
def test_gradients_are_complete_to_a_hundredth_and_5b_exactly(shared: Path, bundled: Path) -> None:
    checkpoint = open_checkpoint(bundled)
    network = GoogLeNet.from_checkpoint(checkpoint)
    paths = sorted((shared / "images").glob("*.jpg"))[::4]
    assert len(paths) == 10
    for path in paths:
        prepared = prepare(read_picture(path), checkpoint.convention)
        record = network(prepared.tensor())
        target = Target("main", record.answers["main"].top(1)[0][0])
        for found in (
            contributions(network, record, target, "5b"),
            grad_cam(network, record, target, "5b"),
        ):
            assert found.exact
            assert found.error is not None
            assert found.error < 1e-4, path.name
        found = integrated_gradients(network, record, target, baseline(prepared, "mean"))
        assert found.error is not None
        assert found.error < TOLERANCE, path.name
