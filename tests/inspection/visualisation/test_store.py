"""Made pictures are kept, found again bit for bit, and never cost more than the limit."""

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gnet_desktop.convention import CONVENTIONS, Convention
from gnet_desktop.inspection.visualisation.recipe import Made, Recipe
from gnet_desktop.inspection.visualisation.store import Kept
from gnet_desktop.inspection.visualisation.wanted import Wanted
from gnet_desktop.network.changes import Values

SHA = "ab" * 32
CONVENTION = CONVENTIONS["torchvision"]
RECIPE = Recipe(size=16, count=2)


def wanted(channel: int = 0) -> Wanted:
    direction = np.zeros(4, np.float32)
    direction[channel] = 1
    return Wanted(f"4a/5x5:{channel}", "4a/5x5", Values(direction))


def made(channel: int = 0, recipe: Recipe = RECIPE) -> Made:
    random = np.random.default_rng(channel)
    pictures = random.integers(0, 256, (recipe.count, recipe.size, recipe.size, 3), np.uint8)
    return Made(wanted(channel), recipe, recipe.steps, pictures, (1.5, -2.0), (0.1, 0.25))


def test_what_was_kept_is_found_bit_for_bit(tmp_path: Path) -> None:
    one = made()
    assert Kept(tmp_path / "new").put(SHA, CONVENTION, one)
    found = Kept(tmp_path / "new").get(SHA, CONVENTION, wanted(), RECIPE)
    assert found is not None
    assert np.array_equal(found.pictures, one.pictures)
    assert (found.peaks, found.means, found.done) == (one.peaks, one.means, True)


@pytest.mark.parametrize(
    ("sha256", "convention", "wanted", "recipe"),
    [
        ("cd" * 32, CONVENTION, wanted(), RECIPE),
        (SHA, CONVENTIONS["caffe"], wanted(), RECIPE),
        (SHA, CONVENTION, wanted(1), RECIPE),
        (SHA, CONVENTION, wanted(), replace(RECIPE, seed=1)),
        (SHA, CONVENTION, wanted(), replace(RECIPE, negative=True)),
        (SHA, CONVENTION, wanted(), replace(RECIPE, steps=128)),
    ],
)
def test_anything_else_is_another_picture(
    tmp_path: Path, sha256: str, convention: Convention, wanted: Wanted, recipe: Recipe
) -> None:
    kept = Kept(tmp_path)
    kept.put(SHA, CONVENTION, made())
    assert kept.get(sha256, convention, wanted, recipe) is None


def test_those_not_looked_at_for_longest_go_first(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    for channel in range(3):
        kept.put(SHA, CONVENTION, made(channel))
    for place, file in enumerate(sorted(tmp_path.iterdir(), key=lambda file: file.stat().st_mtime)):
        os.utime(file, (time.time() - 100 + place,) * 2)
    assert kept.get(SHA, CONVENTION, wanted(0), RECIPE) is not None  # looked at: now the youngest
    kept.limit = kept.bytes + 10
    kept.put(SHA, CONVENTION, made(3))
    assert kept.bytes <= kept.limit
    left = [channel for channel in range(4) if kept.get(SHA, CONVENTION, wanted(channel), RECIPE)]
    assert left == [0, 2, 3]


@pytest.mark.parametrize("damage", [b"", b"no picture", None], ids=["empty", "other", "cut"])
def test_what_is_damaged_is_made_anew(tmp_path: Path, damage: bytes | None) -> None:
    kept = Kept(tmp_path)
    kept.put(SHA, CONVENTION, made())
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:300] if damage is None else damage)
    assert kept.get(SHA, CONVENTION, wanted(), RECIPE) is None
    assert kept.put(SHA, CONVENTION, made())
    assert kept.get(SHA, CONVENTION, wanted(), RECIPE) is not None


def test_a_picture_of_another_size_under_the_name_is_not_taken(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.put(SHA, CONVENTION, made())
    (file,) = tmp_path.iterdir()
    other = Kept(tmp_path / "other")
    other.put(SHA, CONVENTION, made(recipe=Recipe(size=24, count=2)))
    (larger,) = other.folder.iterdir()
    os.replace(larger, file)
    assert kept.get(SHA, CONVENTION, wanted(), RECIPE) is None


def test_a_full_disk_or_a_missing_right_loses_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert not Kept(tmp_path / "file").put(SHA, CONVENTION, made())

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    kept = Kept(tmp_path / "kept")
    monkeypatch.setattr("os.replace", full)
    assert not kept.put(SHA, CONVENTION, made())
    assert kept.get(SHA, CONVENTION, wanted(), RECIPE) is None
    assert list(kept.folder.iterdir()) == []


def test_all_can_be_forgotten(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.put(SHA, CONVENTION, made())
    assert kept.bytes > 0
    kept.empty()
    assert kept.bytes == 0
