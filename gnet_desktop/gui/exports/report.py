"""The current exploration as one page of HTML that needs nothing else.

It holds what was seen (photo with overlay, network, branches, unit, answers), with
what, and the command that makes it again.
"""

import base64
import shlex
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from gnet_desktop import __version__
from gnet_desktop.convention import Convention, describe
from gnet_desktop.files import write_whole
from gnet_desktop.gui.exports.saving import png_of
from gnet_desktop.inspection.answers import percent
from gnet_desktop.network.naming import Unit
from gnet_desktop.shown import name_of
from gnet_desktop.workspace.facts import answer_rows, unit_facts
from gnet_desktop.workspace.values import Result, Selection

_TOP: Final = 10
SHOWN: Final = ("photo", "network", "lanes", "unit")
"""The panels whose pictures are on the page."""
_STYLE: Final = """
body { font: 14px/1.5 Inter, system-ui, sans-serif; color: #1A1E26; background: #ECEEF2; margin: 0 }
main { max-width: 1100px; margin: 24px auto; background: #FFF; padding: 24px 32px; border-radius: 9px }
h1 { font-size: 20px; margin: 0 } h2 { font-size: 15px; margin: 28px 0 8px }
p.note { color: #626B7B; margin: 2px 0 } img { max-width: 100%; border: 1px solid #DEE2E9 }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
td, th { padding: 3px 14px 3px 0; text-align: left }
code { background: #F5F6F9; padding: 8px; display: block; white-space: pre-wrap }
"""


def tr(text: str) -> str:
    """Words of the page in the window's language."""
    return QCoreApplication.translate("report", text)


def write_page(
    path: Path,
    result: Result,
    panels: Mapping[str, QWidget],
    selection: Selection,
    tray: Sequence[Unit] = (),
) -> None:
    """Write the page, with the pictures of `SHOWN` of ``panels``; raises ExportError."""
    pictures = {name: picture_of(panels[name]) for name in SHOWN}
    write_whole(path, make_page(result, pictures, selection.module, selection.unit, tray).encode())


def picture_of(widget: QWidget) -> bytes:
    """What a widget shows, as PNG."""
    return png_of(widget.grab().toImage())


def make_page(
    result: Result, pictures: dict[str, bytes], module: str, unit: Unit | None, tray: Sequence[Unit]
) -> str:
    """The whole page; everything that comes from files is escaped."""
    picture, weights = result.picture, name_of(result.checkpoint.provenance.path)
    name = escape(name_of(Path(picture.source)))
    titles = {
        "photo": tr("Photo"),
        "network": tr("Network"),
        "lanes": tr("Branches of {0}").format(module),
        "unit": tr("Unit"),
    }
    kept = [one for one in (unit, *tray) if one is not None]
    parts = [
        f"<h1>{name}</h1>",
        f'<p class="note">{picture.size[0]} × {picture.size[1]} · {escape(weights)} · '
        f"GNet Desktop {__version__}</p>",
        _section(tr("Answers"), _answers(result)),
        *(_section(titles[name], _image(content, titles[name])) for name, content in pictures.items()),
        _section(tr("Chosen and pinned units"), _units(result, kept)) if kept else "",
        _section(tr("With what"), _facts(result)),
        _section(tr("To make it again"), f"<code>{escape(command(result, module, unit))}</code>"),
    ]
    head = (
        f'<meta charset="utf-8"><title>{escape(name_of(Path(picture.source)))}</title><style>{_STYLE}</style>'
    )
    return f"<!doctype html><html><head>{head}</head><body><main>{''.join(parts)}</main></body></html>"


def command(result: Result, module: str, unit: Unit | None) -> str:
    """The command line that makes the same window again."""
    words = ["gnet-desktop", "screenshot", result.picture.source]
    words += ["--checkpoint", str(result.checkpoint.provenance.path), "--module", module]
    if unit is not None:
        words += ["--unit", unit.name]
    if result.convention != result.checkpoint.convention:
        words += ["--preprocess", spelled(result.convention)]
    return shlex.join([*words, "--out", "picture.png"])


def spelled(convention: Convention) -> str:
    """A convention as `parse_convention` reads it."""
    pairs = {
        "mode": convention.resize.replace(" ", "-"),
        "resize": convention.size,
        "crop": convention.crop or "none",
        "order": convention.order,
        "range": f"{convention.range:g}",
        "mean": ":".join(f"{value:g}" for value in convention.mean),
        "std": ":".join(f"{value:g}" for value in convention.std),
        "transform_input": "on" if convention.transform_input else "off",
        "interpolation": convention.interpolation,
        "long_side": convention.long_side,
        "crop_offset": convention.crop_offset,
        "profile": convention.profile,
    }
    return ",".join(f"{key}={value}" for key, value in pairs.items())


def _section(title: str, body: str) -> str:
    return f"<h2>{escape(title)}</h2>{body}"


def _image(content: bytes, title: str) -> str:
    return f'<img alt="{escape(title)}" src="data:image/png;base64,{base64.b64encode(content).decode()}">'


def _table(rows: Sequence[Sequence[Any]], *, headed: bool = False) -> str:
    lines = []
    for place, row in enumerate(rows):
        tag = "th" if headed and not place else "td"
        lines.append("<tr>" + "".join(f"<{tag}>{escape(str(cell))}</{tag}>" for cell in row) + "</tr>")
    return f"<table>{''.join(lines)}</table>"


def _answers(result: Result) -> str:
    rows = answer_rows(result.checkpoint, result.record.answers, _TOP)
    said = {head: answers for head, answers in rows.items() if answers is not None}
    lines = [list(said)]
    for rank in range(max((len(answers) for answers in said.values()), default=0)):
        lines.append(
            [
                f"{answers[rank]['label']} {percent(answers[rank]['probability'])} %"
                for answers in said.values()
                if rank < len(answers)
            ]
        )
    return _table(lines, headed=True)


def _units(result: Result, units: Sequence[Unit]) -> str:
    lines: list[list[Any]] = [
        [tr("unit"), tr("mean"), tr("maximum"), tr("non-zero"), tr("peak (row, column)")]
    ]
    for one in dict.fromkeys(units):
        maps = result.record.get(one.part)
        if maps is not None and maps.ndim == 3:
            facts = unit_facts(maps[one.channel])
            numbers = (facts[name] for name in ("mean", "max", "nonzero", "peak"))
            lines.append([one.name, *map(_number, numbers)])
    return _table(lines, headed=True)


def _number(value: Any) -> str:
    """Five digits are enough to read."""
    if value is None:
        return "NaN"
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _facts(result: Result) -> str:
    checkpoint = result.checkpoint
    convention = " · ".join(f"{name} {value}" for name, value in describe(result.convention))
    return _table(
        [
            [tr("checkpoint"), name_of(checkpoint.provenance.path)],
            ["SHA-256", checkpoint.provenance.sha256],
            [tr("family"), checkpoint.provenance.family_title],
            [tr("convention"), f"{result.convention.name}: {convention}"],
            [tr("class names"), checkpoint.labels.source],
            [tr("device"), result.record.device],
            [tr("picture"), "; ".join(result.picture.notes) or tr("as stored")],
        ]
    )
