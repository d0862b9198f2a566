"""Names of folders and tables matched to classes: what fits is found, what doesn't is listed."""

from pathlib import Path

import pytest

from gnet_desktop.checkpoints.labels import imagenet
from gnet_desktop.errors import UsageError
from gnet_desktop.folder import truth


def matched(names: list[str], labels: tuple[str, ...]) -> truth.Truth:
    return truth.match({f"{name}/1.jpg": name for name in names}, labels, "class folders")


def test_a_picture_belongs_to_the_innermost_folder() -> None:
    found = truth.from_folders(["cat/1.jpg", "val/dog/2.jpg", "loose.jpg"])
    assert found == {"cat/1.jpg": "cat", "val/dog/2.jpg": "dog"}


def test_case_and_separators_dont_count() -> None:
    found = matched(["Great_White-Shark"], ("tench", "great white shark"))
    assert found.classes == {"Great_White-Shark": 1}
    assert found.of("Great_White-Shark/1.jpg") == 1


@pytest.mark.parametrize("labels", [imagenet(), ("background", *imagenet())])
def test_wordnet_ids_fit_imagenets_classes(labels: tuple[str, ...]) -> None:
    """n01440764 is the tench and n02102040 the English springer, as ImageNet published them."""
    found = matched(["n01440764", "n02102040"], labels)
    assert [labels[index] for index in found.classes.values()] == ["tench", "English springer"]


def test_a_wordnet_id_fits_nothing_in_other_lists() -> None:
    assert matched(["n01440764"], ("tench", "dog")).unmatched == {"n01440764": "No class has this name."}


def test_numbers_are_classes_only_where_all_names_are_numbers() -> None:
    assert matched(["0", "2"], ("a", "b", "c")).classes == {"0": 0, "2": 2}
    assert "2" in matched(["a", "2"], ("a", "b", "c")).unmatched
    assert "3" in matched(["0", "3"], ("a", "b", "c")).unmatched


def test_a_name_that_two_classes_have_is_never_guessed() -> None:
    """ImageNet has a crane that flies and one that lifts; many lists call both so."""
    found = matched(["crane"], ("crane", "heron", "crane"))
    assert found.unmatched == {"crane": "2 classes have this name: 0, 2."}
    assert found.of("crane/1.jpg") is None


def test_what_a_person_corrected_goes_first() -> None:
    given = {"birds/1.jpg": "birds", "a/1.jpg": "a"}
    found = truth.match(given, ("a", "b"), "class folders", {"birds": 1})
    assert found.classes == {"a": 0, "birds": 1}
    assert found.unmatched == {}


@pytest.mark.parametrize(
    "text",
    ["cats/1.jpg,tabby\r\n", "path,class\n./cats/1.jpg,tabby\n", "file\tlabel\ncats\\1.jpg\ttabby\n"],
)
def test_tables_of_usual_forms_are_read(tmp_path: Path, text: str) -> None:
    table = tmp_path / "truth.csv"
    table.write_text(text, newline="")
    assert truth.from_table(table) == {"cats/1.jpg": "tabby"}


@pytest.mark.parametrize("data", [b"only one column\n", b"", b"\xff\xfe\x00"])
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, data: bytes) -> None:
    table = tmp_path / "truth.csv"
    table.write_bytes(data)
    with pytest.raises(UsageError, match=r"truth\.csv"):
        truth.from_table(table)
