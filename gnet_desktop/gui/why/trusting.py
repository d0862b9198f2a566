"""How far to trust a map, on demand: deletion and insertion, and the map again under shuffled weights."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.common import heading
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.gui.why.asking import Asked, attribute, prepared_of, target_words
from gnet_desktop.gui.why.growing import Growing
from gnet_desktop.gui.why.plots import CurvePlot, RankPlot
from gnet_desktop.inspection.attribution.attribution import Attribution, Progress
from gnet_desktop.inspection.attribution.placing import on_input
from gnet_desktop.inspection.attribution.trust import Trusted, randomisation, shuffled_layers, trust
from gnet_desktop.network.record import Array
from gnet_desktop.pictures.preparation import baseline
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.tasks import LoadedNetwork
from gnet_desktop.workspace.values import Result

_ENOUGH: Final = 0.8
"""Where the blurred picture has more than this of the probability, putting pixels in shows nothing."""
_CURVES: Final = 0.4
"""The share of the time that deletion and insertion are taken to need."""

translate = QCoreApplication.translate


class TrustSection(QWidget):
    """The plots with a sentence on how to read them; worked out when a person asks for it.

    ``came()`` when they are there.
    """

    came = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._subject: tuple[Asked, Result] | None = None
        self._wanted: Asked | None = None
        self.found: Growing[Asked, Trusted] = Growing(workspace, "trust", self.refresh)
        self.about = Label()
        self.about.setFont(font(12))
        self.about.setWordWrap(True)
        self.button = Button()
        self.button.clicked.connect(self._press)
        self.deletion = CurvePlot(self.tr("Deletion"), self.tr("% of the pixels taken away"))
        self.insertion = CurvePlot(self.tr("Insertion"), self.tr("% of the pixels put in"))
        self.ranks = RankPlot()
        self._build()
        self.refresh()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(heading(self.tr("How far to trust it")))
        head.addWidget(self.about, 1)
        head.addWidget(self.button)
        self.plots = QWidget()
        row = QHBoxLayout(self.plots)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(20)
        for plot, stretch in ((self.deletion, 3), (self.insertion, 3), (self.ranks, 2)):
            row.addWidget(plot, stretch)
        self.reading = Label()
        self.reading.setFont(font(12))
        self.reading.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.plots)
        column.addWidget(self.reading)

    def show_subject(self, asked: Asked | None, result: Result | None) -> None:
        """The map in question; what is under way for another one stops."""
        subject = None if asked is None or result is None else (asked, result)
        if subject is None or self._wanted != subject[0]:
            self._wanted = None
            self.found.stop()
        self._subject = subject
        self.refresh()

    def _press(self) -> None:
        if self.found.busy:
            self._wanted = None
            self.found.stop()
        elif self._subject is not None:
            self._wanted = self._subject[0]
        self.refresh()

    def refresh(self) -> None:
        """Show the plots, how far they are, or what to press."""
        found = self._value()
        came = found is not None and self.plots.isHidden()
        self.plots.setVisible(found is not None)
        self.reading.setVisible(found is not None)
        self.button.setVisible(found is None)
        self.button.setEnabled(self._subject is not None)
        if self.found.busy:
            self.button.setText(self.tr("Stop"))
            self.about.setText(self.tr("{0} % done").format(round(100 * self.found.share)))
        else:
            self.button.setText(self.tr("Work it out"))
            self.about.setText(self._question() if found is None else self._of())
        if found is not None:
            self.deletion.show_curves(found.trust.deletion, found.trust.random_deletion)
            self.insertion.show_curves(found.trust.insertion, found.trust.random_insertion)
            self.ranks.show_ranks(found.ranks)
            self.reading.setText(reading(found))
        if came:
            self.came.emit()

    def _value(self) -> Trusted | None:
        if self._subject is None or self._wanted != self._subject[0]:
            return None
        asked, result = self._subject
        loaded = self._workspace.network_of(result)
        if loaded is None:
            return None
        return self.found.get(asked, lambda progress: work_out(asked, result, loaded, progress))

    def _question(self) -> str:
        return self.tr(
            "Does the answer go when the strongest pixels go, and does the map depend on the weights at all?"
        )

    def _of(self) -> str:
        assert self._subject is not None
        asked, result = self._subject
        return self.tr("of {0}").format(target_words(asked.target, result.checkpoint.labels.names))


def work_out(asked: Asked, result: Result, loaded: LoadedNetwork, progress: Progress) -> Trusted:
    """On the engine's thread; raises Cancelled once ``progress`` says no."""
    found = attribute(asked, result, loaded, lambda _share, _: progress(0.0, None))
    curves = trust(
        loaded.network,
        result.record,
        asked.target,
        importance(found, result),
        baseline(prepared_of(result), "mean"),
        progress=lambda share, _: progress(_CURVES * share, None),
        changes=asked.run.changes,
    )
    ranks = randomisation(
        loaded.network,
        found,
        shuffled_layers(result.checkpoint.architecture, asked.target.head),
        lambda network: _again(asked, result, replace(loaded, network=network), progress),
        progress=lambda share, _: progress(_CURVES + (1 - _CURVES) * share, None),
    )
    return Trusted(curves, ranks)


def _again(asked: Asked, result: Result, loaded: LoadedNetwork, progress: Progress) -> Attribution:
    """The map of the same picture by another network."""
    import torch

    assert result.record.input is not None
    record = loaded.network(torch.from_numpy(result.record.input)[None], changes=asked.run.changes)
    other = replace(result, record=record)
    return attribute(asked, other, loaded, lambda _share, _: progress(_CURVES, None))


def importance(found: Attribution, result: Result) -> Array:
    """A map on the input's pixels."""
    if found.at is None:
        return found.map
    return on_input(result.checkpoint.architecture, found.at, found.map, result.record.input_size)


def reading(found: Trusted) -> str:
    """What the plots say of this map, and how to read them."""
    curves = found.trust
    lower = curves.deletion.area < curves.random_deletion.area
    higher = curves.insertion.area > curves.random_insertion.area
    answer = {
        (True, True): translate("Why", "Both say that the marked pixels carry the answer."),
        (True, False): translate("Why", "Taking the marked pixels away hurts, but they alone don't suffice."),
        (False, True): translate("Why", "The marked pixels suffice, but the answer survives without them."),
        (False, False): translate("Why", "No better than random order: this map doesn't show what matters."),
    }[lower, higher]
    if curves.insertion.probabilities[0] > _ENOUGH * curves.insertion.probabilities[-1]:
        answer = {
            True: translate("Why", "Taking the marked pixels away takes the answer away."),
            False: translate("Why", "Taking the marked pixels away hurts no more than taking any."),
        }[lower] + translate("Why", " The blurred picture is enough for this answer: insertion can't tell.")
    how = translate(
        "Why",
        "Deletion is good below the dashed line, insertion above it. Shuffled weights should leave nothing"
        " of the map: a correlation that stays near 1 shows the picture, not the network.",
    )
    return f"{answer} {how}"
