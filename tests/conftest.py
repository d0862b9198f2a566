"""Fixtures that every test may use."""

import json
import os
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Several threads on shared cores wait for each other; one is quicker and steadier.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# An example that waits for a busy machine has found nothing.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run tests that take more than a few seconds")
    parser.addoption("--update-snapshots", action="store_true", help="write the reference pictures anew")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="slow; run with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def nothing_remembered(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the person at this machine keeps with a checkpoint decides no test."""
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("settings"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with photos, models and reference numbers; tests skip without it."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("GNET_SHARED", beside))
    if not (folder / "reference").is_dir():
        pytest.skip(f"no reference data at {folder}; set GNET_SHARED to its folder")
    return folder


@pytest.fixture(scope="session")
def bvlc(shared: Path) -> Path:
    """The real BVLC GoogLeNet, without auxiliary heads."""
    return shared / "models" / "bvlc_googlenet_deploy.caffemodel"


@pytest.fixture(scope="session")
def bundled() -> Path:
    """The bundled checkpoint."""
    from gnet_desktop.resources import bundled_checkpoint

    return bundled_checkpoint()


@pytest.fixture(scope="session")
def bundled_names(bundled: Path) -> list[str]:
    """The names of its classes, as safetensors itself reads them from the file."""
    from safetensors import safe_open

    with safe_open(bundled, "np") as opened:
        return list(json.loads(opened.metadata()["labels"]))
