"""An evaluation as one page of HTML that needs nothing else: figures, and pictures of the worst mistakes."""

import base64
import io
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from PIL import Image

from gnet_desktop import __version__
from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError
from gnet_desktop.folder.evaluating import Evaluation, Mistake
from gnet_desktop.folder.figures import FEW, ClassFigures, HeadFigures, Share
from gnet_desktop.inspection.answers import percent
from gnet_desktop.shown import counted

SHOWN: Final = 60
"""Mistakes that are shown with their picture."""
SIDE: Final = 200
"""Longest side of a picture on the page, in pixels."""
PAIRS: Final = 40
"""Confused pairs that are listed."""


def page(folder: Path, checkpoint: Checkpoint, convention: Convention, evaluation: Evaluation) -> str:
    """The page's HTML."""
    names = checkpoint.labels.names
    main = evaluation.heads.get("main")
    return _PAGE.substitute(
        title=escape(f"{checkpoint.provenance.path.name} on {folder.name}"),
        heads="".join(_head(head, one) for head, one in evaluation.heads.items()),
        depth=_few(main) + _depth(evaluation),
        classes="".join(_class(one, names) for one in main.per_class) if main else "",
        pairs="".join(_pairs(main, names)) if main else "",
        mistakes="".join(_mistakes(folder, evaluation.mistakes[:SHOWN], names)),
        shown=min(SHOWN, len(evaluation.mistakes)),
        wrong=len(evaluation.mistakes),
        problems=_problems(evaluation),
        pictures=counted(evaluation.pictures, "picture"),
        truth=escape(evaluation.truth.source),
        sha=checkpoint.provenance.sha256,
        convention=escape(convention.name),
        version=__version__,
    )


def _head(head: str, figures: HeadFigures) -> str:
    return (
        f"<tr><th>{head}</th><td><b>{percent(figures.top1.value)} %</b> {_interval(figures.top1)}</td>"
        f"<td>{percent(figures.top5.value)} % {_interval(figures.top5)}</td>"
        f"<td class=less>{figures.log_loss:.3f}</td>"
        f"<td class=less>{percent(figures.calibration_error)} %</td></tr>"
    )


def _few(main: HeadFigures | None) -> str:
    if main is None or not main.few:
        return ""
    count = counted(main.top1.total, "picture")
    return f"<p>{count}: too few to tell how calibrated the answers are, {FEW} or more are needed.</p>"


def _interval(share: Share) -> str:
    low, high = share.interval
    return f"<span class=quiet>{percent(low)}–{percent(high)}</span>"


def _depth(evaluation: Evaluation) -> str:
    if len(evaluation.heads) < 2:
        return ""
    told = [f"{count} at {head}" for head, count in evaluation.first_right.items() if head]
    return f"<p>Right for the first time: {', '.join(told)}; {evaluation.first_right[None]} at no head.</p>"


def _class(one: ClassFigures, names: tuple[str, ...]) -> str:
    low, high = (round(100 * bound, 1) for bound in one.share.interval)
    right = round(100 * one.recall, 1)
    return (
        f"<tr><th>{escape(names[one.index])}</th>"
        f"<td class=bar><i style='width:{right}%'></i>"
        f"<u style='left:{low}%;width:{high - low:.1f}%'></u></td>"
        f"<td>{percent(one.recall)}</td><td class=quiet>{low:.0f}–{high:.0f}</td>"
        f"<td class=less>{percent(one.precision)}</td><td>{one.support}</td></tr>"
    )


def _pairs(main: HeadFigures, names: tuple[str, ...]) -> Iterator[str]:
    for truth, answer, count in main.mistakes()[:PAIRS]:
        yield f"<tr><th>{escape(names[truth])}</th><td>→ {escape(names[answer])}</td><td>{count}</td></tr>"


def _mistakes(folder: Path, mistakes: Iterable[Mistake], names: tuple[str, ...]) -> Iterator[str]:
    for one in mistakes:
        data = _picture(folder / one.path)
        image = f"<img alt='' src='data:image/jpeg;base64,{data}'>" if data else "<div class=gone></div>"
        yield (
            f"<figure title='{escape(one.path, quote=True)}'>{image}"
            f"<figcaption><b>{escape(names[one.answer])}</b>"
            f" {percent(one.probability, digits=0)} %<br><span class=quiet>{escape(names[one.truth])}"
            f" {percent(one.of_truth, digits=0)} %</span></figcaption></figure>"
        )


def _picture(path: Path) -> str | None:
    """A small JPEG of a picture as base64; None if it can no longer be read."""
    from gnet_desktop.pictures.decoding import thumbnail

    try:
        image: Image.Image = thumbnail(path, SIDE)
    except GNetError:
        return None
    data = io.BytesIO()
    image.convert("RGB").save(data, "JPEG", quality=82)
    return base64.b64encode(data.getvalue()).decode("ascii")


def _problems(evaluation: Evaluation) -> str:
    lines = [f"{name}: {why}" for name, why in evaluation.truth.unmatched.items()]
    lines += [f"{path}: {why}" for path, why in evaluation.failed.items()]
    lines += [f"{path} counts, but {note}" for path, note in evaluation.incomplete.items()]
    if evaluation.without_truth:
        lines.append(f"{counted(len(evaluation.without_truth), 'picture')} without a known class left out.")
    if not lines:
        return ""
    return (
        "<h2>What doesn't count, or only in part</h2><ul>"
        + "".join(f"<li>{escape(line)}" for line in lines)
        + "</ul>"
    )


_PAGE: Final = Template("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>$title</title>
<style>
body{font:15px/1.45 Inter,system-ui,sans-serif;color:#1a1e26;background:#fff;max-width:62rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0 0 .2rem;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:2rem 0 .5rem}
.quiet{color:#626b7b}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:400}
td,th{padding:.15rem .9rem .15rem 0;vertical-align:baseline}
td+td,thead th:nth-child(n+3){text-align:right;white-space:nowrap}
thead th{color:#626b7b}
.bar{position:relative;width:9rem;height:.6rem;border-right:.9rem solid transparent}
.bar i{position:absolute;left:0;top:.45rem;height:.6rem;background:#8a93a5;border-radius:2px}
.bar u{position:absolute;top:.7rem;height:2px;background:#1a1e26}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:1rem}
figure{margin:0;break-inside:avoid}
img,.gone{width:100%;aspect-ratio:1;object-fit:cover;border-radius:4px;background:#e9ecf1}
figcaption{font-size:.85rem;line-height:1.3;overflow-wrap:anywhere}
code{font-size:.8rem;overflow-wrap:anywhere}
@media print{body{margin:0;max-width:none}
}
@media (max-width:36rem){body{margin:1rem auto;font-size:14px}
td,th{padding-right:.6rem}
.bar{width:3.5rem}
td.less,th.less{display:none}
.grid{grid-template-columns:repeat(auto-fill,minmax(95px,1fr));gap:.6rem}
}
</style>
<h1>$title</h1>
<p class=quiet>$pictures with a known class · truth from $truth · convention $convention</p>
<table><thead><tr><th>head<th>right at first guess<th>within five
<th class=less>log loss<th class=less>calibration error</thead>
$heads</table>
$depth
<h2>By class</h2>
<table><thead><tr><th>class<th>right<th>%<th>95 %<th class=less>precision, %<th>pictures</thead>
$classes</table>
<h2>Most frequent mistakes</h2><table>$pairs</table>
<h2>Most sure and wrong: $shown of $wrong</h2><div class=grid>$mistakes</div>
$problems
<p class=quiet>Made by GNet Desktop $version. Checkpoint <code>$sha</code>. Intervals are Wilson's, 95 %.</p>
</html>
""")
