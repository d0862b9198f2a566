"""Pieces of HTML. Whatever comes from files passes through `escape` here or where it is put in."""

import base64
from collections.abc import Iterable, Sequence
from html import escape

from PySide6.QtCore import QCoreApplication


def tr(text: str) -> str:
    """Words of the page in the window's language."""
    return QCoreApplication.translate("report", text)


def section(name: str, title: str, *parts: str) -> str:
    """A part of the page under its heading; nothing where there is nothing to show."""
    body = "".join(parts)
    return f'<section id="{name}"><h2>{escape(title)}</h2>{body}</section>' if body else ""


def note(words: str) -> str:
    """A line in grey."""
    return f'<p class="note">{escape(words)}</p>' if words else ""


def image(data: bytes, kind: str, words: str, size: tuple[int, int] | None = None) -> str:
    """A picture that travels with the page; ``kind`` is png or jpeg, ``words`` stand for it."""
    sized = f' width="{size[0]}" height="{size[1]}"' if size else ""
    coded = base64.b64encode(data).decode("ascii")
    return f'<img alt="{escape(words)}"{sized} src="data:image/{kind};base64,{coded}">'


def pairs(rows: Iterable[tuple[str, str]]) -> str:
    """Names and what they are, as a list of facts."""
    lines = (f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    return f"<dl>{''.join(lines)}</dl>"


def listed(lines: Sequence[str]) -> str:
    """Lines as a list."""
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>" if lines else ""
