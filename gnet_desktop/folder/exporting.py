"""An evaluated folder as files: the figures as JSON, the pictures as a table, the wrong ones as a list."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.convention import Convention
from gnet_desktop.errors import ExportError
from gnet_desktop.files import write_whole
from gnet_desktop.folder import page
from gnet_desktop.folder.evaluating import Evaluation
from gnet_desktop.folder.figures import HeadFigures
from gnet_desktop.folder.rows import UNKNOWN, Rows

DIGITS: Final = 12


@dataclass(frozen=True, slots=True, eq=False)
class JudgedFolder:
    """Everything that is known of a folder, to be written."""

    folder: Path
    checkpoint: Checkpoint
    convention: Convention
    evaluation: Evaluation
    rows: Rows


def export(file: Path, judged: JudgedFolder) -> None:
    """Write what the file's ending says, whole or not at all; raises ExportError."""
    make = WRITERS.get(file.suffix.lower())
    if make is None:
        raise ExportError(
            f"{file.name} was not written.",
            "A folder is saved as a page, a table, figures or a list of the wrong ones.",
            f"End the name in {', '.join(WRITERS)}.",
        )
    write_whole(file, make(judged).encode("utf-8", "surrogateescape"))


def _page(judged: JudgedFolder) -> str:
    return page.page(judged.folder, judged.checkpoint, judged.convention, judged.evaluation)


def _json(judged: JudgedFolder) -> str:
    found = facts(judged.checkpoint, judged.convention, judged.evaluation, {})
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _table(judged: JudgedFolder) -> str:
    """A row a picture."""
    names, rows = judged.checkpoint.labels.names, judged.rows
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(("picture", "truth", "answer", "probability", "right", "log_loss", "heads_agree"))
    for place, path in enumerate(rows.paths):
        truth, known = int(rows.truth[place]), rows.truth[place] != UNKNOWN
        out.writerow(
            (
                path,
                names[truth] if known else "",
                names[int(rows.answer[place])],
                number(float(rows.confidence[place])),
                int(not rows.wrong[place]) if known else "",
                "" if np.isnan(rows.loss[place]) else number(float(rows.loss[place])),
                int(rows.agree[place]),
            )
        )
    return text.getvalue()


def _wrong(judged: JudgedFolder) -> str:
    """The files whose first answer is wrong, the surest first, a line each, with their folders."""
    rows = judged.rows
    places = np.flatnonzero(rows.wrong)
    order = places[np.argsort(-rows.confidence[places], kind="stable")]
    return "".join(f"{judged.folder.absolute() / rows.paths[place]}\n" for place in order)


WRITERS: Final[Mapping[str, Callable[[JudgedFolder], str]]] = MappingProxyType(
    {".html": _page, ".csv": _table, ".json": _json, ".txt": _wrong}
)


def facts(
    checkpoint: Checkpoint, convention: Convention, evaluation: Evaluation, fitted: Mapping[str, float]
) -> dict[str, Any]:
    """The evaluation in the form of JSON; shares in 0…1, what is no number is null."""
    names = checkpoint.labels.names
    return {
        "checkpoint": checkpoint.provenance.path.name,
        "sha256": checkpoint.provenance.sha256,
        "convention": convention.name,
        "calibration": None if checkpoint.calibration is None else asdict(checkpoint.calibration),
        "pictures": evaluation.pictures,
        "truth": evaluation.truth.source,
        "heads": {head: _head(one, names, evaluation) for head, one in evaluation.heads.items()},
        "first_right": {head or "none": count for head, count in evaluation.first_right.items()},
        "temperatures": {head: round(value, 4) for head, value in fitted.items()},
        "mistakes": [
            {
                "picture": one.path,
                "truth": names[one.truth],
                "answer": names[one.answer],
                "probability": number(one.probability),
                "of_truth": number(one.of_truth),
            }
            for one in evaluation.mistakes
        ],
        "unmatched": [{"name": name, "why": why} for name, why in evaluation.truth.unmatched.items()],
        "without_truth": list(evaluation.without_truth),
        "failed": [{"picture": path, "error": error} for path, error in evaluation.failed.items()],
        "incomplete": [{"picture": path, "note": note} for path, note in evaluation.incomplete.items()],
    }


def _head(figures: HeadFigures, names: tuple[str, ...], _evaluation: Evaluation) -> dict[str, Any]:
    return {
        "top1": number(figures.top1.value),
        "top5": number(figures.top5.value),
        "interval": [number(bound) for bound in figures.top1.interval],
        "interval5": [number(bound) for bound in figures.top5.interval],
        "log_loss": number(figures.log_loss),
        "calibration_error": number(figures.calibration_error),
        "reliability": [
            {
                "low": one.low,
                "high": one.high,
                "count": one.count,
                "confidence": one.confidence,
                "accuracy": one.accuracy,
            }
            for one in figures.reliability
        ],
        "per_class": [
            {
                "index": one.index,
                "label": names[one.index],
                "pictures": one.support,
                "precision": number(one.precision),
                "recall": number(one.recall),
                "f1": number(one.f1),
                "interval": [number(bound) for bound in one.share.interval],
            }
            for one in figures.per_class
        ],
        "confusion": [
            {"truth": shown, "answer": answer, "pictures": count}
            for (shown, answer), count in sorted(figures.confusion.items())
        ],
    }


def number(value: float) -> float | None:
    """A number as JSON has it, rounded; None for what is no number."""
    return round(value, DIGITS) if value == value else None
