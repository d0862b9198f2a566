"""Class names: every kind of file, the order of folders, and counts that don't fit."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnet_desktop.checkpoints.checkpoint import Labels
from gnet_desktop.checkpoints.labels import find_labels, imagenet, read_labels
from gnet_desktop.errors import LabelsError

FLOWERS = ("daisy", "dandelion", "roses")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("class_indices.json", '{"0": "daisy", "1": "dandelion", "2": "roses"}'),
        ("unsorted.json", '{"2": "roses", "0": "daisy", "1": "dandelion"}'),
        ("class_to_idx.json", '{"roses": 2, "daisy": 0, "dandelion": 1}'),
        ("list.json", '["daisy", "dandelion", "roses"]'),
        ("config.json", '{"id2label": {"0": "daisy", "1": "dandelion", "2": "roses"}, "lr": 1}'),
        (
            "config.json",  # timm's
            '{"architecture": "inception_v1", "label_names": ["daisy", "dandelion", "roses"],'
            ' "label_descriptions": {"roses": "rose", "daisy": "a daisy", "dandelion": "a flower"}}',
        ),
        ("index.json", '{"0": ["n1", "daisy"], "1": ["n2", "dandelion"], "2": ["n3", "roses"]}'),
        ("lines.txt", "daisy\ndandelion\nroses\n"),
        ("windows.txt", "\ufeffdaisy\r\ndandelion\r\n\r\nroses\r\n"),
        ("numbered.txt", "0: daisy\n1: dandelion\n2: roses"),
        ("shuffled.txt", "2 roses\n0 daisy\n1 dandelion"),
        ("python.txt", "{0: 'daisy',\n 1: 'dandelion',\n 2: 'roses'}"),
        ("synset_words.txt", "n11939491 daisy, ox-eye\nn12345678 dandelion\nn00000001 roses, rose"),
        ("plain.csv", "daisy\ndandelion\nroses\n"),
        ("index_first.csv", "index,name\n0,daisy\n1,dandelion\n2,roses\n"),
        ("name_first.csv", "name;id\nroses;2\ndaisy;0\ndandelion;1\n"),
        ("without_heading.csv", "0,daisy\n1,dandelion\n2,roses\n"),
    ],
)
def test_every_usual_kind_of_file_gives_the_names_in_order(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8", newline="")
    assert read_labels(file, 3).names == FLOWERS


def test_utf16_text_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("데이지\n장미\n", encoding="utf-16")
    assert read_labels(tmp_path / "a.txt").names == ("데이지", "장미")


def test_class_folders_are_sorted_as_text_and_the_other_order_is_offered(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / str(number)).mkdir()
    (tmp_path / "notes.txt").write_text("")
    labels = read_labels(tmp_path, 12)
    assert labels.names == ("0", "1", "10", "11", "2", "3", "4", "5", "6", "7", "8", "9")
    assert labels.alternative == tuple(map(str, range(12)))


def test_folders_whose_orders_agree_offer_no_other(tmp_path: Path) -> None:
    for name in FLOWERS:
        (tmp_path / name).mkdir()
    assert read_labels(tmp_path).alternative == ()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("short.txt", "daisy\nroses", "2 names, but the network has 3"),
        ("hole.json", '{"0": "a", "1": "b", "3": "c"}', "not 0 to 2"),
        ("from_one.json", '{"1": "a", "2": "b", "3": "c"}', "not 0 to 2"),
        ("twice.csv", "0,a\n0,b\n1,c", "twice"),
        ("numbers.json", "[1, 2, 3]", "not a name"),
        ("broken.json", '{"0": "a", ', "does not hold class names"),
        ("empty.txt", "", "empty"),
        ("deep.json", "[" * 100_000, "does not hold class names"),
    ],
)
def test_a_list_that_does_not_fit_is_an_error_in_words(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(LabelsError, match=words):
        read_labels(tmp_path / name, 3)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x80\x02\xff\xfe")
    with pytest.raises(LabelsError, match="UTF-8"):
        read_labels(tmp_path / "a.txt")


def test_equal_names_stay_separate_classes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("crane\nmaillot\ncrane\n")
    assert read_labels(tmp_path / "a.txt", 3).names == ("crane", "maillot", "crane")


def test_imagenets_names_are_torchvisions() -> None:
    models = pytest.importorskip("torchvision.models")
    assert list(imagenet()) == models.GoogLeNet_Weights.IMAGENET1K_V1.meta["categories"]


def test_1001_outputs_have_a_background_in_front(tmp_path: Path) -> None:
    labels, notes = find_labels(tmp_path / "a.pth", 1001, {})
    assert labels.names[:2] == ("background", "tench")
    assert "background" in notes[0]


def test_a_file_of_1001_lines_is_not_shifted(tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("".join(f"thing {i}\n" for i in range(1001)))
    labels, notes = find_labels(tmp_path / "a.pth", 1001, {})
    assert labels.names[0] == "thing 0"
    assert notes == ()


def test_other_counts_are_numbered_and_never_imagenet(tmp_path: Path) -> None:
    labels, _ = find_labels(tmp_path / "a.pth", 5, {})
    assert labels.names == ("class 0", "class 1", "class 2", "class 3", "class 4")


def test_a_neighbour_that_does_not_fit_is_passed_over_with_a_note(tmp_path: Path) -> None:
    (tmp_path / "class_indices.json").write_text(json.dumps({"0": "a", "1": "b"}))
    (tmp_path / "flowers.txt").write_text("\n".join(FLOWERS))
    labels, notes = find_labels(tmp_path / "flowers.pth.tar", 3, {})
    assert labels.names == FLOWERS
    assert "class_indices.json" in notes[0]


def test_the_files_own_names_come_before_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("x\ny\nz")
    labels, _ = find_labels(tmp_path / "a.safetensors", 3, {"labels": json.dumps(FLOWERS)})
    assert labels.names == FLOWERS


def test_names_in_the_file_that_do_not_fit_are_passed_over_with_a_note(tmp_path: Path) -> None:
    labels, notes = find_labels(tmp_path / "a.pth", 4, {"labels": json.dumps(FLOWERS)})
    assert labels.names == ("class 0", "class 1", "class 2", "class 3")
    assert notes == (
        "Class names in the file were passed over: it has 3 names, but the network has 4 outputs.",
    )


@given(st.text(max_size=200))
def test_any_text_is_names_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("labels") / "labels.txt"
    file.write_text(text, encoding="utf-8")
    try:
        names = read_labels(file).names
    except LabelsError:
        return
    assert all(isinstance(name, str) for name in names)


def test_the_other_order_can_be_taken_and_given_back(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / str(number)).mkdir()
    labels = read_labels(tmp_path, 12)
    other = labels.swapped()
    assert (other.names, other.alternative) == (labels.alternative, labels.names)
    assert other.source == f"{labels.source}, in the other order"
    assert other.swapped() == labels
    with pytest.raises(ValueError, match="one order"):
        Labels(("a", "b"), "numbers only").swapped()
