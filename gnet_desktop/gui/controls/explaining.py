"""Explanations of our words, as tips and pages in the window's language."""

import html
import textwrap
from typing import Final

from PySide6.QtCore import QCoreApplication

from gnet_desktop.glossary import IDEAS, TERMS
from gnet_desktop.gui.controls.plain import BOLD

_LINE: Final = 62
"""Letters of a line in a tip that doesn't break its lines itself."""


def escape(text: str) -> str:
    """A text for a page or a tip, where a quotation mark is no danger."""
    return html.escape(text, quote=False)


def meaning(word: str) -> str:
    """What a word of the glossary means."""
    return QCoreApplication.translate("Glossary", TERMS[word].means)


def explained(*parts: str, word: str = "") -> str:
    """A tooltip that breaks its lines: plain sentences, then what ``word`` means."""
    paragraphs = [escape(part) for part in parts if part]
    if word:
        paragraphs.append(f"{BOLD}{escape(word)}</b>: {escape(meaning(word))}")
    return "".join(f"<p>{one}</p>" for one in paragraphs)


def lines_of(text: str) -> tuple[str, ...]:
    """A sentence broken into lines."""
    return tuple(textwrap.wrap(text, _LINE))


def ideas_html() -> str:
    """The ten ideas behind the window, as a page."""
    tr = QCoreApplication.translate
    parts = [f"<h2>{escape(tr('Glossary', 'Ten ideas'))}</h2>"]
    for number, idea in enumerate(IDEAS, 1):
        words = " ".join(f"<b>{escape(word)}</b>: {escape(meaning(word))}" for word in idea.words)
        parts.append(f"<h3>{number}. {escape(tr('Glossary', idea.title))}</h3><p>{words}</p>")
        parts.append(f"<p><i>{escape(tr('Glossary', idea.see))}</i></p>")
    return "".join(parts)


def glossary_html() -> str:
    """All words, as a page."""
    tr = QCoreApplication.translate
    rows = "".join(
        f'<tr><td style="padding:4px 16px 4px 0"><b>{escape(term.word)}</b></td>'
        f'<td style="padding:4px 0">{escape(meaning(term.word))}</td></tr>'
        for term in TERMS.values()
    )
    return f"<h2>{escape(tr('Glossary', 'Words'))}</h2><table>{rows}</table>"
