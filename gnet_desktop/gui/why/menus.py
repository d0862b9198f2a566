"""The options of the question why, as a menu: head, against which class, where, compared with what."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QWidget

from gnet_desktop.gui.answers.values import class_name
from gnet_desktop.gui.controls.plain import menu_words
from gnet_desktop.gui.why.asking import (
    USUAL,
    Asked,
    asked_of,
    baseline_words,
    heads_of,
    method_words,
    target_words,
)
from gnet_desktop.gui.why.drawing import DRAWN, drawn_words
from gnet_desktop.inspection.attribution.methods import AT_LAYER, METHODS
from gnet_desktop.inspection.attribution.trust import layers_before
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

_RIVALS: Final = 8
"""Classes that are offered to hold against the one explained."""
_WINDOWS: Final = (0, 16, 24, 32, 48, 64)

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class _Option:
    """A field of the `WhyQuestion` with its choices; ``fits`` tells whether the method has it."""

    field: str
    words: str
    choices: Sequence[tuple[Any, str]]
    now: Any
    fits: bool = True


def method_menu(parent: QWidget, workspace: Workspace, result: Result | None) -> QMenu:
    """What lies over the photo: the unit's map or a method's; how it is drawn; the options."""
    menu = QMenu(parent)
    methods = [("", translate("Why", "The unit's map")), *((one, method_words(one)) for one in METHODS)]
    _choose(menu, methods, workspace.view.why, lambda method: workspace.change_view(why=method))
    menu.addSeparator()
    drawn = [(one, drawn_words(one)) for one in DRAWN]
    _choose(menu, drawn, workspace.question.drawn, lambda one: workspace.ask_why(drawn=one))
    if result is not None:
        menu.addSeparator()
        fill_question_menu(menu, workspace, result)
    return menu


def fill_question_menu(menu: QMenu, workspace: Workspace, result: Result) -> None:
    """Everything about the question, as submenus; what is in use is marked."""
    method = workspace.view.why or USUAL
    asked = asked_of(workspace, result, method)
    if asked is None:
        return
    for one in _options(workspace, asked, result):
        submenu = menu.addMenu(one.words)
        submenu.setEnabled(one.fits)
        _choose(submenu, one.choices, one.now, partial(_ask, workspace, one.field))


def _options(workspace: Workspace, asked: Asked, result: Result) -> list[_Option]:
    from gnet_desktop.pictures.preparation import BASELINES

    question, layerwise = workspace.question, asked.method in AT_LAYER
    layers = layers_before(result.checkpoint.architecture, asked.target.head)
    rivals = [(None, translate("Why", "None")), *_rivals(asked, result)]
    head, against = asked.target.head, asked.target.against
    windows = [(size, _window_words(size)) for size in _WINDOWS]
    baselines = [(kind, baseline_words(kind)) for kind in BASELINES]
    return [
        _Option("head", translate("Why", "Head"), [(one, one) for one in heads_of(result)], head),
        _Option("against", translate("Why", "Against another class"), rivals, against),
        _Option("at", translate("Why", "At the layer"), [(at, at) for at in layers], asked.at, layerwise),
        _Option("baseline", translate("Why", "Compared with"), baselines, question.baseline, not layerwise),
        _Option(
            "window",
            translate("Why", "Window that is covered"),
            windows,
            question.window,
            asked.method == "occlusion",
        ),
    ]


def _ask(workspace: Workspace, field: str, value: Any) -> None:
    workspace.ask_why(**{field: value})


def _rivals(asked: Asked, result: Result) -> list[tuple[int, str]]:
    """The head's first classes beside the one explained."""
    names = result.checkpoint.labels.names
    first = result.record.answers[asked.target.head].top(_RIVALS + 1)
    return [(index, class_name(names, index)) for index, _ in first if index != asked.target.index]


def question_words(asked: Asked, result: Result) -> str:
    """The question as a sentence."""
    names = result.checkpoint.labels.names
    about = translate("Why", "What speaks for {0}?").format(target_words(asked.target, names))
    if asked.target.against is not None:
        return translate("Why", "{0} First the difference of their logits, then each alone.").format(about)
    if len(heads_of(result)) == 1:
        return about
    return translate("Why", "{0} Beside it, where the other heads find the same class.").format(about)


def _window_words(size: int) -> str:
    if not size:
        return translate("Why", "a seventh of the side")
    return translate("Why", "{0} × {0} px").format(size)


def _choose(menu: QMenu, choices: Iterable[tuple[Any, str]], now: Any, choose: Callable[[Any], None]) -> None:
    for value, words in choices:
        action = menu.addAction(menu_words(words))
        action.setCheckable(True)
        action.setChecked(value == now)
        action.triggered.connect(lambda _=False, value=value: choose(value))
