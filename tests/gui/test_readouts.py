"""Answers at every depth: readouts over the list, drawn into the heads' timeline."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.heads.window import HeadsView
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.inspection.readout import FEWEST
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.resources import resource
from gnet_desktop.workspace.pooling import pool_modules
from tests.gui.made import there, wait_until

linear_model = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is the oracle here")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Quarters of the sample pictures, and one file that is no picture."""
    folder, made = tmp_path_factory.mktemp("quarters"), []
    for sample in sorted(resource("samples").glob("*.jpg")):
        whole = Image.open(sample).convert("RGB")
        half = whole.width // 2, whole.height // 2
        for place, (x, y) in enumerate(((0, 0), (half[0], 0), (0, half[1]), half)):
            made.append(folder / f"{sample.stem}{place}.png")
            whole.crop((x, y, x + half[0], y + half[1])).resize((96, 96)).save(made[-1])
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return [*made[:3], folder / "broken.png", *made[3:24]]


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path, pictures: list[Path]) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.show()
    made.workspace.open_checkpoint(bundled)
    made.workspace.add_pictures(pictures[:5])
    wait_until(lambda: made.workspace.result is not None)
    yield made
    made.close()
    del dispatcher


@pytest.fixture
def view(window: Window) -> Iterator[HeadsView]:
    shown = window.dialogs.show("heads")
    assert isinstance(shown, HeadsView)
    yield shown
    shown.close()


def test_a_few_pictures_are_not_enough(view: HeadsView) -> None:
    assert not view.depths.isEnabled()
    assert f"at least {FEWEST} pictures" in view.depths.toolTip()


def test_every_module_is_read_out_with_its_agreement(
    view: HeadsView, window: Window, pictures: list[Path]
) -> None:
    window.workspace.add_pictures(pictures[5:], show=False)
    wait_until(lambda: view.depths.isEnabled())
    QTest.mouseClick(view.depths, Qt.MouseButton.LeftButton)
    wait_until(lambda: not view.readouts.found.busy)
    course = view.timeline.courses[0]
    assert [module for module, _ in course.readout] == list(MODULES)
    assert "(24 in all)" in view.reading.text()  # the broken one doesn't count

    # 3a by scikit-learn, fitted without the picture that is shown
    loaded, result = window.workspace.network, window.workspace.result
    pooled = pool_modules(there(loaded), pictures, there(result).convention, lambda share: True)
    assert pooled.places == tuple(place for place in range(25) if place != 3)
    shown = list(window.workspace.pictures).index(there(result).key.picture)
    place = pooled.places.index(shown)
    np.testing.assert_allclose(
        pooled.modules["4a"][place], there(result).record["4a"].mean((1, 2)), rtol=1e-4, atol=1e-5
    )
    others = np.arange(24) != place
    candidates = []
    for power in range(-4, 4):
        centred = pooled.modules["3a"] - pooled.modules["3a"].mean(0, dtype=np.float64)
        unit = np.square(centred).sum() / centred.shape[1]
        model = linear_model.Ridge(alpha=10.0**power * unit)
        model.fit(pooled.modules["3a"][others].astype(np.float64), pooled.logits[others].astype(np.float64))
        logits = model.predict(pooled.modules["3a"][place : place + 1].astype(np.float64))[0]
        powers = np.exp((logits - logits.max()) / there(result).checkpoint.heads["main"].temperature)
        candidates.append(100 * powers[course.index] / powers.sum())
    assert np.min(np.abs(np.array(candidates) - dict(course.readout)["3a"])) < 1e-3

    QTest.mouseClick(view.depths, Qt.MouseButton.LeftButton)
    assert view.timeline.courses[0].readout == ()
    assert view.reading.isHidden()


def test_another_list_takes_them_away(view: HeadsView, window: Window) -> None:
    QTest.mouseClick(view.depths, Qt.MouseButton.LeftButton)
    wait_until(lambda: not view.readouts.found.busy)
    assert view.timeline.courses[0].readout
    last = list(window.workspace.pictures)[-1]
    window.workspace.remove_picture(last)
    wait_until(lambda: not view.timeline.courses[0].readout)
    assert not view.depths.isChecked()
