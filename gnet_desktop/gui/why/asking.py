"""What is asked of an answer, and the map that says why: worked out on the engine's thread."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from gnet_desktop.gui.answers.values import class_name
from gnet_desktop.inspection.attribution.attribution import (
    Attribution,
    Progress,
    Question,
    Target,
    blank,
    share_words,
    work_out,
)
from gnet_desktop.inspection.attribution.methods import AT_LAYER, Method
from gnet_desktop.inspection.attribution.trust import layers_before
from gnet_desktop.network.architecture import HEAD_PLACES, HEADS
from gnet_desktop.network.record import Array
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.tasks import LoadedNetwork
from gnet_desktop.workspace.values import Result, RunKey

if TYPE_CHECKING:
    from gnet_desktop.pictures.preparation import Prepared

USUAL: Final[Method] = "grad-cam"
"""The method where none is chosen: a pass and no more."""

translate = QCoreApplication.translate


def method_words(method: Method) -> str:
    """A method by its name."""
    return {
        "contributions": translate("Why", "contributions"),
        "grad-cam": translate("Why", "Grad-CAM"),
        "integrated-gradients": translate("Why", "integrated gradients"),
        "occlusion": translate("Why", "occlusion"),
    }[method]


def baseline_words(kind: str) -> str:
    """What a picture is compared with, in words."""
    return {
        "mean": translate("Why", "the convention's mean"),
        "black": translate("Why", "black"),
        "blurred": translate("Why", "the picture blurred"),
    }[kind]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which run, which class of which head, by which method, where and against what."""

    run: RunKey
    target: Target
    method: Method
    at: str
    baseline: str
    window: int


def heads_of(result: Result) -> list[str]:
    """The heads that answered, the deepest first."""
    return [head for head in HEADS if head in result.record.answers]


def asked_of(workspace: Workspace, result: Result, method: Method, head: str = "") -> Asked | None:
    """What a person asks of a result; ``head`` another one than theirs. None where no head answered."""
    question, heads = workspace.question, heads_of(result)
    if not heads:
        return None
    head = next((one for one in (head, question.head) if one in heads), heads[0])
    answers = result.record.answers[head]
    count, wanted = len(answers.logits), workspace.explained
    index = wanted if wanted is not None and wanted < count else answers.top(1)[0][0]
    against = question.against if question.against not in (None, index) else None
    if against is not None and against >= count:
        against = None
    return with_target(workspace, result, method, Target(head, index, against))


def with_target(workspace: Workspace, result: Result, method: Method, target: Target) -> Asked:
    """The person's question, of another target."""
    question = workspace.question
    layers = layers_before(result.checkpoint.architecture, target.head)
    at = question.at if question.at in layers else layers[0]
    layerwise = method in AT_LAYER
    return Asked(
        result.key,
        target,
        method,
        at if layerwise else "",
        "" if layerwise else question.baseline,
        question.window if method == "occlusion" else 0,
    )


def attribute(asked: Asked, result: Result, loaded: LoadedNetwork, progress: Progress) -> Attribution:
    """The map; raises Cancelled once ``progress`` says no."""
    question = Question(
        loaded.network,
        result.record,
        asked.target,
        asked.at,
        lambda: baseline_of(asked, result),
        asked.window or None,
        progress,
        asked.run.changes,
    )
    return work_out(asked.method, question)


def prepared_of(result: Result) -> "Prepared":
    """The input of a result's pass, from which baselines are made."""
    from gnet_desktop.pictures.preparation import Prepared

    assert result.record.input is not None
    return Prepared(result.record.input, result.geometry, result.shown, result.convention)


def baseline_of(asked: Asked, result: Result) -> Array:
    """The input that a result's is compared with, (channels, height, width)."""
    from gnet_desktop.pictures.preparation import baseline

    return baseline(prepared_of(result), asked.baseline)


# In words


def capital(words: str) -> str:
    """With a capital at the beginning, and nothing else changed."""
    return words[:1].upper() + words[1:]


def target_words(target: Target, names: tuple[str, ...]) -> str:
    """``zebra, main``, or ``tabby against tiger cat, main``."""
    name = class_name(names, target.index)
    if target.against is None:
        return translate("Why", "{0}, {1}").format(name, target.head)
    other = class_name(names, target.against)
    return translate("Why", "{0} against {1}, {2}").format(name, other, target.head)


def title(asked: Asked, result: Result) -> tuple[str, str]:
    """Of what a map is, and by which method where."""
    about = translate("Why", "why {0}").format(target_words(asked.target, result.checkpoint.labels.names))
    method = method_words(asked.method)
    if asked.at and asked.at != HEAD_PLACES.get(asked.target.head):
        method = translate("Why", "{0} at {1}").format(method, asked.at)
    return about, method


def check(found: Attribution, cover: str = "mean") -> str:
    """How far a map goes, in a few words; ``cover`` is what windows were covered with."""
    if blank(found.map):
        return translate("Why", "no evidence for it here")
    if found.explained is None:
        words = translate("Why", "covering {0} px takes up to {1} of its logit {2}; the cover is {3}")
        most, whole = f"{found.map.max():.2f}", f"{found.logit:.2f}"
        return words.format(found.settings["window"], most, whole, baseline_words(cover))
    share = share_words(found.explained)
    if found.exact or found.method == "integrated-gradients":
        return translate("Why", "explains {0} % of the logit").format(share)
    if found.method == "contributions":
        return translate("Why", "adds up to {0} % of the logit, first-order").format(share)
    return translate("Why", "adds up to {0} % of the logit, not complete by definition").format(share)
