"""``gnet-desktop evaluate``: how right a checkpoint is on a folder of pictures."""

import argparse
import itertools
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gnet_desktop.commands.calibrating import keep
from gnet_desktop.commands.opening import CommandSession, open_session, progress_wanted
from gnet_desktop.commands.output import CsvRows, as_json, say_failed, words
from gnet_desktop.convention import parse_convention
from gnet_desktop.errors import PictureError, UsageError
from gnet_desktop.folder.exporting import facts, number
from gnet_desktop.inspection.answers import percent
from gnet_desktop.shown import counted, listed, name_of

if TYPE_CHECKING:
    from gnet_desktop.checkpoints.checkpoint import Checkpoint
    from gnet_desktop.folder.conventions import TriedConvention
    from gnet_desktop.folder.evaluating import Evaluation, Fit
    from gnet_desktop.folder.figures import Share
    from gnet_desktop.folder.store import Stamp
    from gnet_desktop.folder.truth import Truth

WORST: Final = 20
"""Confusions and mistakes that are listed as text."""


def run(arguments: argparse.Namespace) -> int:
    """Evaluate; 0 all pictures were read, 1 some were not, 2 none could be."""
    from gnet_desktop.folder import evaluating, scanning, truth
    from gnet_desktop.folder.answering import AnsweringPass, bring_up_to_date
    from gnet_desktop.folder.exporting import JudgedFolder, export
    from gnet_desktop.folder.rows import rows_of
    from gnet_desktop.folder.store import AnsweringRecipe, Store

    found = scanning.scan(arguments.folder)
    given = truth.from_table(arguments.truth) if arguments.truth else truth.from_folders(found)
    source = arguments.truth.name if arguments.truth else "class folders"
    session = open_session(arguments)
    checkpoint = session.checkpoint
    matched = truth.match(given, checkpoint.labels.names, source)
    if arguments.conventions:
        return _compare_conventions(arguments, session, found, matched)
    recipe = AnsweringRecipe(
        checkpoint.provenance.sha256,
        json.dumps(session.convention.facts(), sort_keys=True),
        len(checkpoint.labels.names),
    )
    with tempfile.TemporaryDirectory(prefix="gnet-evaluate-") as temporary:
        store = Store(
            (arguments.keep or Path(temporary)) / "answers.sqlite", recipe, session.network.temperatures
        )
        try:
            through = AnsweringPass(session.network, session.convention)
            bring_up_to_date(store, arguments.folder, found, through, _show_progress)
            evaluation = evaluating.evaluate(checkpoint, store, matched)
            fitted = evaluating.temperatures(store, matched)
            if arguments.fit:
                _keep_fit(checkpoint, evaluating.fit(checkpoint, store, matched, name_of(arguments.folder)))
            if arguments.out:
                rows = rows_of(store, matched, evaluation.loss)
                judged = JudgedFolder(arguments.folder, checkpoint, session.convention, evaluation, rows)
                export(arguments.out, judged)
        finally:
            store.close()
    if len(evaluation.failed) == len(found):
        raise PictureError("No picture could be read.", next(iter(evaluation.failed.values())))
    say_failed(evaluation.failed)
    WRITERS[arguments.format](session, evaluation, fitted)
    return 1 if evaluation.failed else 0


def _keep_fit(checkpoint: "Checkpoint", fit: "Fit | None") -> None:
    """Keep what was fitted with the checkpoint, and say what it changes on stderr."""
    if fit is None:
        raise UsageError(
            "Nothing can be fitted.", "The main head is right on no picture whose class is known."
        )
    keep(checkpoint, fit.calibration)
    now, then = map(percent, fit.errors)
    told = ", ".join(f"{head} {value:.2f}" for head, value in fit.calibration.temperatures.items())
    print(
        f"kept with this checkpoint: temperatures {told}; nothing fits below"
        f" {percent(fit.calibration.threshold or 0)} %; calibration error {now} % → {then} %",
        file=sys.stderr,
    )


def _compare_conventions(
    arguments: argparse.Namespace, session: CommandSession, found: "dict[str, Stamp]", matched: "Truth"
) -> int:
    """The same pictures under several conventions."""
    from gnet_desktop.folder.conventions import candidates, sample_of, try_all

    names = arguments.conventions
    wanted = candidates(session.convention)
    if names != "all":
        wanted = tuple(parse_convention(name, session.convention) for name in names.split(","))
    pictures = sample_of(found, matched, arguments.sample or len(found))
    if not pictures:
        raise UsageError(
            "No picture has a known class.", "", "Name the folders like the classes, or give --truth."
        )
    total, steps = len(pictures) * len(wanted), itertools.count(1)
    temperature = session.network.temperatures.get("main", 1.0)
    tried = try_all(
        arguments.folder,
        pictures,
        session.network,
        wanted,
        matched,
        temperature,
        lambda: _show_progress(next(steps), total),
    )
    CONVENTION_WRITERS[arguments.format](session, tried)
    return 0


def _conventions_text(session: CommandSession, tried: "list[TriedConvention]") -> None:
    print(f"{counted(tried[0].figures.top1.total, 'picture')} with a known class, the best convention first")
    for one in tried:
        mark = "  (in use)" if one.convention == session.convention else ""
        error = percent(one.figures.calibration_error)
        print(
            f"{words(one.convention.name):<28} first {_share(one.figures.top1)}"
            f"   within five {percent(one.figures.top5.value):>5} %"
            f"   log loss {one.figures.log_loss:.3f}, calibration error {error} %{mark}"
        )


def _convention_rows(session: CommandSession, tried: "list[TriedConvention]") -> list[dict[str, Any]]:
    return [
        {
            "name": one.convention.name,
            "in_use": one.convention == session.convention,
            "pictures": one.figures.top1.total,
            "top1": number(one.figures.top1.value),
            "interval": [number(bound) for bound in one.figures.top1.interval],
            "top5": number(one.figures.top5.value),
            "log_loss": number(one.figures.log_loss),
            "calibration_error": number(one.figures.calibration_error),
        }
        for one in tried
    ]


def _conventions_json(session: CommandSession, tried: "list[TriedConvention]") -> None:
    rows = _convention_rows(session, tried)
    provenance = session.checkpoint.provenance
    print(as_json({"checkpoint": provenance.path.name, "sha256": provenance.sha256, "conventions": rows}))


def _conventions_csv(session: CommandSession, tried: "list[TriedConvention]") -> None:
    found = _convention_rows(session, tried)
    rows = CsvRows(*(name for name in found[0] if name != "interval"), "low", "high")
    for one in found:
        interval = one.pop("interval")
        rows.write([*one.values(), *interval])


CONVENTION_WRITERS: Final[dict[str, Callable[[CommandSession, "list[TriedConvention]"], None]]] = {
    "text": _conventions_text,
    "json": _conventions_json,
    "csv": _conventions_csv,
}


def _show_progress(done: int, total: int) -> None:
    if progress_wanted():
        print(f"\r{done} of {total} pictures", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _write_text(session: CommandSession, evaluation: "Evaluation", fitted: Mapping[str, float]) -> None:
    from gnet_desktop.folder.figures import FEW

    names = session.checkpoint.labels.names
    judged = counted(evaluation.pictures, "picture")
    print(f"{judged} with a known class, truth from {words(evaluation.truth.source)}")
    if evaluation.without_truth:
        print(f"{counted(len(evaluation.without_truth), 'picture')} without a known class left out")
    if evaluation.incomplete:
        count, some = len(evaluation.incomplete), listed(evaluation.incomplete)
        print(f"cut or damaged, judged by what could be read of them: {count} ({some})")
    for name, why in evaluation.truth.unmatched.items():
        print(f"  {words(name)}: {words(why)}")
    if not evaluation.pictures:
        return
    for head, figures in evaluation.heads.items():
        print(f"{head:<5} first {_share(figures.top1)}   within five {_share(figures.top5)}")
        error = percent(figures.calibration_error)
        best = f", best temperature {fitted[head]:.2f}" if head in fitted else ""
        print(f"      log loss {figures.log_loss:.3f}, calibration error {error} %{best}")
    if evaluation.pictures < FEW:
        said = "say" if evaluation.pictures > 1 else "says"
        about = "calibration and the best temperature" if fitted else "calibration"
        print(f"      {judged} {said} little about {about}: {FEW} or more are needed")
    if (main := evaluation.heads.get("main")) is None:
        return
    print("\nclass                            right       95 %      precision  pictures")
    for one in main.per_class:
        low, high = one.share.interval
        right = f"{percent(one.recall)} %"
        print(
            f"{names[one.index]:<30} {right:>8}  {percent(low, digits=0):>3}–{percent(high, digits=0):<3} %"
            f"  {percent(one.precision):>7} %  {one.support:>7}"
        )
    if mistakes := main.mistakes()[:WORST]:
        print("\nmost frequent mistakes")
        for shown, answer, count in mistakes:
            print(f"  {count:>4}  {names[shown]} → {names[answer]}")


def _share(share: "Share") -> str:
    low, high = share.interval
    return f"{percent(share.value):>5} % (95 %: {percent(low)}–{percent(high)})"


def _write_json(session: CommandSession, evaluation: "Evaluation", fitted: Mapping[str, float]) -> None:
    print(as_json(facts(session.checkpoint, session.convention, evaluation, fitted)))


def _write_csv(session: CommandSession, evaluation: "Evaluation", _fitted: Mapping[str, float]) -> None:
    """A row a class and head."""
    names = session.checkpoint.labels.names
    rows = CsvRows("head", "index", "label", "pictures", "right", "precision", "recall", "f1", "low", "high")
    for head, figures in evaluation.heads.items():
        for one in figures.per_class:
            numbers = (one.precision, one.recall, one.f1, *one.share.interval)
            rows.write([head, one.index, names[one.index], one.support, one.right, *map(number, numbers)])


WRITERS: Final[dict[str, Callable[[CommandSession, "Evaluation", Mapping[str, float]], None]]] = {
    "text": _write_text,
    "json": _write_json,
    "csv": _write_csv,
}
