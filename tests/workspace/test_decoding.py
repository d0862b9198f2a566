"""The picture that is looked at is decoded where no network is there to be given it."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.workspace.tasks import LoadedNetwork
from tests.workspace.desk import Desk, photo


def pixels(source: tuple[str, bytes]) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(source[1])))


@pytest.fixture
def empty() -> Desk:
    return Desk()


def test_without_a_network_the_picture_is_decoded_all_the_same(empty: Desk) -> None:
    first, second = photo(1), photo(2)
    added = empty.workspace.add_pictures([first, second])
    assert empty.workspace.decoded is None
    empty.settle()
    decoded = empty.workspace.decoded
    assert decoded is not None
    assert decoded.id == added[0]
    assert decoded.geometry is None
    assert np.array_equal(decoded.picture.image, pixels(first))
    empty.workspace.choose_picture(added[1])
    assert empty.workspace.decoded is None  # the other one's pixels are not shown for it
    empty.settle()
    assert empty.workspace.decoded is not None
    assert np.array_equal(empty.workspace.decoded.picture.image, pixels(second))
    assert not empty.errors


def test_a_picture_that_cannot_be_read_says_why_without_a_network(empty: Desk) -> None:
    (added,) = empty.workspace.add_pictures([("photo.jpg", b"\xff\xd8\xff no photo")])
    empty.settle()
    assert empty.workspace.decoded is None
    assert empty.workspace.pictures[added].error is not None


def test_a_network_that_is_being_opened_decodes_it_itself(empty: Desk, opening: None) -> None:
    empty.workspace.open_checkpoint(Path("good.pth"))
    empty.workspace.add_pictures([photo(1)])
    empty.settle()
    assert empty.workspace.decoded is not None
    assert empty.workspace.decoded.geometry is not None
    assert "decode" not in empty.reader.done


def test_when_the_first_network_fails_to_open_the_picture_is_decoded(empty: Desk, opening: None) -> None:
    empty.workspace.open_checkpoint(Path("bad"))
    empty.workspace.add_pictures([photo(1)])
    empty.settle()
    assert [error.what for error in empty.refusals] == ["bad is damaged."]
    assert empty.workspace.decoded is not None
    assert empty.workspace.decoded.geometry is None


def test_a_network_that_comes_later_lays_its_input_over_it(empty: Desk, loaded: LoadedNetwork) -> None:
    empty.workspace.add_pictures([photo(1)])
    empty.settle()
    empty.workspace.use(loaded)
    empty.settle()
    assert empty.workspace.decoded is not None
    assert empty.workspace.decoded.geometry is not None
    assert empty.workspace.result is not None
