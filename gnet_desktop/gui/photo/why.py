"""Why this class: the map that speaks for an answer, laid over the photo as a unit's map is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QCoreApplication

from gnet_desktop.gui.answers.values import class_name
from gnet_desktop.inspection.answers import percent
from gnet_desktop.inspection.attribution.attribution import Attribution, Method, Target, blank
from gnet_desktop.network.arithmetic import receptive_field
from gnet_desktop.network.record import Array
from gnet_desktop.pictures.geometry import Grid
from gnet_desktop.pictures.preparation import Prepared, baseline
from gnet_desktop.workspace.derived import Derived
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.tasks import LoadedNetwork
from gnet_desktop.workspace.values import Result, RunKey

LAST: Final = "5b"
SHOWN_SHARE: Final = 99.0
"""Per cent of the pixels that the scale of a map of pixels covers."""
WHY_COLOURS: Final = "tide"

translate = QCoreApplication.translate


def method_words(method: Method) -> str:
    """A method by its name."""
    return {
        "contributions": translate("Why", "contributions"),
        "grad-cam": translate("Why", "Grad-CAM"),
        "integrated-gradients": translate("Why", "integrated gradients"),
        "occlusion": translate("Why", "occlusion"),
    }[method]


@dataclass(frozen=True, slots=True, eq=False)
class WhyLayer:
    """An attribution's map on the input's grid; ``caption`` says what it is and how far it goes."""

    attribution: Attribution
    values: Array
    grid: Grid
    caption: tuple[str, ...]

    @property
    def identity(self) -> object:
        """What tells it from other layers."""
        return self.attribution


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked: which run, which class of which head, by which method."""

    run: RunKey
    target: Target
    method: Method


class Why:
    """Works out the map for what is shown and chosen, off the window's thread."""

    def __init__(self, workspace: Workspace, ready: Callable[[], None]) -> None:
        self._workspace = workspace
        self._found: Derived[_Asked, Attribution] = Derived(workspace, "why", ready)

    def layer(self, result: Result) -> WhyLayer | None:
        """The layer for a result; None while it is worked out, or where it cannot be."""
        asked = self._asked(result)
        loaded = self._workspace.network_of(result)
        if asked is None or loaded is None:
            return None
        found = self._found.get(asked, lambda: self._attribute(asked, result, loaded))
        return None if found is None else _layer(found, result)

    def words(self, result: Result) -> tuple[str, ...]:
        """The caption while the map is being worked out."""
        asked = self._asked(result)
        return () if asked is None else (*_title(asked.target, asked.method, result), translate("Why", "…"))

    def _asked(self, result: Result) -> _Asked | None:
        method = self._workspace.view.why
        heads = [head for head in ("main", "aux2", "aux1") if head in result.record.answers]
        if not method or not heads or self._workspace.stale:
            return None
        answers = result.record.answers[heads[0]]
        wanted = self._workspace.explained
        index = wanted if wanted is not None and wanted < len(answers.logits) else answers.top(1)[0][0]
        return _Asked(result.key, Target(heads[0], index), method)

    def _attribute(self, asked: _Asked, result: Result, loaded: LoadedNetwork) -> Attribution:
        """On the engine's thread; stops once something else is asked."""
        from gnet_desktop.inspection.attribution.at_layer import contributions, grad_cam
        from gnet_desktop.inspection.attribution.integrated import integrated_gradients
        from gnet_desktop.inspection.attribution.occlusion import occlusion

        network, record, target = loaded.network, result.record, asked.target
        if asked.method in ("contributions", "grad-cam"):
            head = result.checkpoint.architecture.head(target.head)
            at = head.source if head is not None else LAST
            layerwise = contributions if asked.method == "contributions" else grad_cam
            return layerwise(network, record, target, at, asked.run.changes)
        assert record.input is not None
        prepared = Prepared(record.input, result.geometry, result.shown, result.convention)
        method = integrated_gradients if asked.method == "integrated-gradients" else occlusion
        return method(
            network,
            record,
            target,
            baseline(prepared, "mean"),
            progress=lambda share, so_far: self._found.key == asked,
            changes=asked.run.changes,
        )


def _layer(found: Attribution, result: Result) -> WhyLayer:
    values = found.map
    if found.at is None:
        reach = np.float32(np.percentile(np.abs(values), SHOWN_SHARE))
        values, grid = np.clip(values, -reach, reach), Grid((0.0, 0.0), 1, (values.shape[1], values.shape[0]))
    else:
        field = receptive_field(result.checkpoint.architecture, found.at, result.record.input_size)
        grid = Grid(field.centre, field.jump, (values.shape[1], values.shape[0]))
    lines = list(_title(found.target, found.method, result))
    if blank(values):
        lines.append(translate("Why", "no evidence for it here"))
    elif found.explained is not None and (found.exact or found.method == "integrated-gradients"):
        lines.append(translate("Why", "explains {0} % of the logit").format(percent(found.explained)))
    elif found.explained is not None:
        share = percent(found.explained)
        lines.append(translate("Why", "explains {0} %, not complete by definition").format(share))
    return WhyLayer(found, values, grid, tuple(lines))


def _title(target: Target, method: Method, result: Result) -> tuple[str, str]:
    name = class_name(result.checkpoint.labels.names, target.index)
    return translate("Why", "why {0}, {1}").format(name, target.head), method_words(method)
