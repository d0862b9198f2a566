"""The glossary: one source for the window and the document, short, and complete where it is used."""

import ast
from pathlib import Path

import pytest

import gnet_desktop
from gnet_desktop.glossary import IDEAS, TERMS, markdown

PACKAGE = Path(gnet_desktop.__file__).parent
STUDENTS = (
    *("branch", "reduction", "auxiliary head", "energy", "non-zero", "rank", "sees", "stride", "logit"),
    *("expanded weights", "unit", "map", "cell", "kernel", "receptive field", "convention", "module", "head"),
)


def test_the_document_is_made_of_it() -> None:
    document = PACKAGE.parent / "docs" / "glossary.md"
    if not document.is_file():
        pytest.skip("the documents lie in the repository")
    assert document.read_text("utf-8") == markdown(), (
        "run: python -m gnet_desktop.glossary > docs/glossary.md"
    )


def test_what_a_student_meets_on_the_screen_is_explained() -> None:
    assert [word for word in STUDENTS if word not in TERMS] == []


def test_explanations_are_short_plain_sentences() -> None:
    for word, term in TERMS.items():
        assert term.word == word
        assert term.means.endswith("."), word
        assert len(term.means) <= 260, word
        assert term.means.count(". ") <= 2, word
        assert "|" not in term.means + term.others, word


def test_words_stand_in_their_order() -> None:
    assert list(TERMS) == sorted(TERMS)


def test_there_are_ten_ideas_of_explained_words() -> None:
    assert len(IDEAS) == 10
    assert len({idea.title for idea in IDEAS}) == 10
    for idea in IDEAS:
        assert idea.words
        assert TERMS.keys() >= set(idea.words)


def test_every_word_that_the_window_explains_is_there() -> None:
    used = set()
    for file in (PACKAGE / "gui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", "")
            words = [keyword.value for keyword in node.keywords if keyword.arg == "word"]
            words += node.args[:1] if name == "meaning" else []
            if name in ("explained", "meaning"):
                used |= {word.value for word in words if isinstance(word, ast.Constant) and word.value}
    assert used >= {"branch", "logit", "probability"}
    assert used <= TERMS.keys()
