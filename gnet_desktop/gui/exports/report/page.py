"""The whole page: picture, answers, heads, network, branches, units, with what, and how to make it again."""

import re
from html import escape
from pathlib import Path

from gnet_desktop import __version__
from gnet_desktop.convention import describe
from gnet_desktop.files import write_whole
from gnet_desktop.gui.exports.report.answers import answers_of, changes_of, heads_of
from gnet_desktop.gui.exports.report.branches import branches_of
from gnet_desktop.gui.exports.report.command import command, unspoken, without_file
from gnet_desktop.gui.exports.report.compared import compared_of
from gnet_desktop.gui.exports.report.markup import image, listed, note, pairs, section, tr
from gnet_desktop.gui.exports.report.pictures import photo
from gnet_desktop.gui.exports.report.seen import Exploration
from gnet_desktop.gui.exports.report.style import STYLE
from gnet_desktop.gui.exports.report.units import units_of
from gnet_desktop.gui.exports.report.why import why_of
from gnet_desktop.shown import name_of


def write_page(path: Path, seen: Exploration) -> None:
    """Write the page, whole or not at all; raises ExportError."""
    write_whole(path, make_page(seen).encode())


def make_page(seen: Exploration) -> str:
    """The page's HTML, which needs no other file; everything that comes from files is escaped."""
    name = escape(name_of(Path(seen.result.picture.source)))
    parts = (
        f'<h1>{name}</h1><p class="lead">{escape(_lead(seen))}</p>',
        f'<div class="top"><figure>{_photo(seen)}</figure><div>{answers_of(seen)}</div></div>',
        changes_of(seen),
        compared_of(seen),
        heads_of(seen),
        why_of(seen),
        _network(seen),
        units_of(seen),
        branches_of(seen),
        _made_with(seen),
        _again(seen),
        f"<footer>GNet Desktop {__version__}</footer>",
    )
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}</title><style>{STYLE}</style>"
    )
    body = f"<main>{''.join(parts)}</main>"
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def _lead(seen: Exploration) -> str:
    """What was read, by which file, and how it was put in."""
    picture, checkpoint = seen.result.picture, seen.result.checkpoint
    words = tr("{0} × {1} pixels, answered by {2}; input convention: {3}")
    return words.format(*picture.size, name_of(checkpoint.provenance.path), seen.result.convention.name)


def _photo(seen: Exploration) -> str:
    data, size = photo(seen.result)
    seen_all = seen.result.geometry.seen_box == (0.0, 0.0, *map(float, seen.result.picture.size))
    words = "" if seen_all else tr("The network sees what is framed.")
    caption = f"<figcaption>{escape(words)}</figcaption>" if words else ""
    return image(data, "jpeg", name_of(Path(seen.result.picture.source)), size) + caption


def _network(seen: Exploration) -> str:
    drawn = re.search(r"<svg.*</svg>", seen.network.decode(), re.DOTALL)
    return section("network", tr("Network"), f'<div class="wide">{drawn[0]}</div>' if drawn else "")


def _made_with(seen: Exploration) -> str:
    result, checkpoint = seen.result, seen.result.checkpoint
    provenance = checkpoint.provenance
    with_what = [
        (tr("checkpoint"), name_of(provenance.path)),
        ("SHA-256", provenance.sha256),
        (tr("family"), provenance.family_title),
        (tr("class names"), checkpoint.labels.source),
        (tr("device"), result.record.device),
        (tr("picture"), "; ".join(result.picture.notes) or tr("as stored")),
    ]
    convention = [(tr("name"), result.convention.name), *describe(result.convention)]
    columns = (
        f"<div><h3>{tr('Checkpoint')}</h3>{pairs(with_what)}</div>"
        f"<div><h3>{tr('Input convention')}</h3>{pairs(convention)}</div>"
    )
    warnings = listed(provenance.warnings)
    return section("with", tr("With what"), f'<div class="two">{columns}</div>', warnings)


def _again(seen: Exploration) -> str:
    left = unspoken(seen.result.key.changes)
    words = tr("Changes that a command has no words for are left out: {0}.")
    told = words.format(", ".join(one.name for one in left)) if left else ""
    if pasted := without_file(seen):
        words = tr("Save what came without a file first, and write its path in place of its name: {0}.")
        told = f"{told} {words.format(', '.join(pasted))}".strip()
    line = " ".join(f"<span>{escape(word)}</span>" for word in command(seen).split(" "))
    return section("again", tr("To make this page again"), f"<code>{line}</code>", note(told))
