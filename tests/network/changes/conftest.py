"""A small network and what it left behind."""

import pytest

from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record
from tests.network.changes.networks import made


@pytest.fixture(scope="package")
def small() -> tuple[GoogLeNet, Record]:
    return made("torchvision")
