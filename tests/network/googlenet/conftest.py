"""A network with both heads and a handful of channels."""

import pytest

from gnet_desktop.network.googlenet import GoogLeNet
from tests.network.cases import tiny
from tests.network.googlenet.networks import network_of


@pytest.fixture(scope="package")
def small() -> GoogLeNet:
    """torchvision's network with both heads and a handful of channels."""
    return network_of(tiny("torchvision", heads=True))
