"""The real window as a picture, for the command line and the documentation."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from gnet_desktop.convention import Convention, parse_convention
from gnet_desktop.errors import GNetError, UsageError
from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.conventions.choices import same_but_name
from gnet_desktop.gui.exports.report.page import make_page
from gnet_desktop.gui.exports.report.seen import Exploration
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.faults import quieten_qt
from gnet_desktop.gui.system.session import Session
from gnet_desktop.gui.why.telling import Told, question_of, tell
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.network.changes import Changes
from gnet_desktop.network.naming import parse_unit
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Reference, Result

if TYPE_CHECKING:
    from gnet_desktop.inspection.visualisation.recipe import Recipe
    from gnet_desktop.network.googlenet import GoogLeNet

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ComparedWith:
    """With what a run is compared: another picture, another checkpoint, another convention by its words."""

    picture: Path | None = None
    checkpoint: Path | None = None
    preprocess: str | None = None

    def __post_init__(self) -> None:
        """Refuse two at once where one of them would be passed over; raises UsageError."""
        if self.checkpoint is not None and (self.picture, self.preprocess) != (None, None):
            raise UsageError(
                "Another checkpoint is compared on the same picture, under its own convention.",
                "",
                "Leave out --against and --with-preprocess, or --with.",
            )


PATIENCE: Final = 120.0
_QUIET: Final = 50
"""Rounds of events without work for anyone, after which a window is at rest: a clock would run on while
a busy machine gives this program no time.
"""
_MAKING: Final = 3600.0
"""Seconds that the pictures of a page may take."""


def render_window(checkpoint: Path, picture: Path, *, panel: str | None = None, **shown: Any) -> QImage:
    """The window with a checkpoint and a picture, once all panels are current.

    ``panel`` names one of the docks, or ``card``, ``heads``, ``try_both``; ``shown`` is what
    `in_window` takes. Raises what opening either raises.
    """
    return in_window(checkpoint, picture, lambda app, window: _grab(app, window, panel), **shown)


def render_units(
    checkpoint: Path, picture: Path, *, recipe: "Recipe", folder: Path | None = None, **shown: Any
) -> QImage:
    """The Units page, once everything that is on it is made; ``folder`` is indexed for its crops."""
    return in_window(
        checkpoint, picture, lambda app, window: _grab_units(app, window, recipe, folder), **shown
    )


def _grab_units(app: QApplication, window: Window, recipe: "Recipe", folder: Path | None) -> QImage:
    page, workspace = window.units_page, window.workspace
    page.set_recipe(recipe)
    window.show_page("units")
    if folder is not None:
        page.index(folder)
    if workspace.selection.unit is not None:
        page.show_unit(workspace.selection.unit)
    _wait(app, lambda: page.settled, _MAKING)
    if workspace.selection.unit is None and page.cards.cards.items:
        page.cards.choose(page.cards.cards.items[0])
        _wait(app, lambda: page.settled, _MAKING)
    page.wanting.pause()
    _settle(app, window)
    return window.grab().toImage()


def render_folder(checkpoint: Path, picture: Path, *, folder: Path, **shown: Any) -> QImage:
    """The Folder page, once every picture of the folder is answered and judged."""
    return in_window(checkpoint, picture, lambda app, window: _grab_folder(app, window, folder), **shown)


def _grab_folder(app: QApplication, window: Window, folder: Path) -> QImage:
    failures: list[GNetError] = []
    window.workspace.failed.subscribe(failures.append)
    window.evaluate(folder)
    _wait(app, lambda: bool(failures) or window.folder_page.settled, _MAKING)
    _raise_first(failures)
    _settle(app, window)  # which draws the gallery and asks for its pictures
    _wait(app, lambda: window.folder_page.settled, _MAKING)
    return window.grab().toImage()


def render_page(checkpoint: Path, picture: Path, **shown: Any) -> str:
    """The same as one page of HTML that needs nothing else."""
    return in_window(checkpoint, picture, _page, **shown)


def _page(app: QApplication, window: Window) -> str:
    _settle(app, window)
    result = window.workspace.result
    assert result is not None
    return make_page(
        Exploration.of(window.workspace, window.panels, result, _told(app, window.workspace, result))
    )


def _told(app: QApplication, workspace: Workspace, result: Result) -> Told | None:
    """Why the answer is what it is; None where no head answered."""
    asked, loaded = question_of(workspace, result), workspace.network_of(result)
    if asked is None or loaded is None:
        return None
    found: list[Told] = []
    workspace.compute("tell why", lambda: tell(asked, result, loaded), found.append)
    _wait(app, lambda: bool(found))
    return found[0]


def in_window(
    checkpoint: Path,
    picture: Path,
    take: Callable[[QApplication, Window], T],
    *,
    labels: Path | None = None,
    assume: Mapping[str, str] | None = None,
    module: str | None = None,
    unit: str | None = None,
    pinned: Sequence[str] = (),
    theme: str = "light",
    size: tuple[int, int] = (1600, 1000),
    preprocess: str | None = None,
    changes: "Callable[[GoogLeNet, Convention], Changes]" = lambda _network, _convention: (),
    compared: "ComparedWith | None" = None,
    view: Mapping[str, Any] = MappingProxyType({}),
    device: str = "cpu",
    noted: Callable[[Sequence[str]], None] = lambda _: None,
) -> T:
    """What ``take`` makes of the window with a checkpoint and a picture, once it shows them.

    ``pinned`` are the units of the tray, ``changes`` gives what is changed in the network that
    is open, ``compared`` what that is compared with, ``view`` some of the `ViewOptions`;
    ``noted`` is told what was done to the picture on the way in.
    Raises what opening either raises.
    """
    if module is not None and module not in MODULES:
        raise UsageError(f"There is no module {module}.", f"The modules are {', '.join(MODULES)}.")
    app = make_application()
    end_quiet = quieten_qt()
    apply_theme(app, theme)
    window, dispatcher = make_window(Session(None))
    failures: list[GNetError] = []
    window.workspace.failed.subscribe(failures.append)
    try:
        window.workspace.change_view(theme=theme, **{**view, "show": "this"})
        window.resize(*size)
        window.show()
        window.workspace.set_device(device)
        window.workspace.open_checkpoint(checkpoint, labels, assume)
        _wait(app, lambda: window.workspace.checkpoint is not None or bool(failures))
        _raise_first(failures)
        _choose(window, module, unit, pinned, preprocess)
        window.workspace.set_changes(_asked(window, changes))
        window.workspace.add_pictures([picture])
        if compared is not None:
            _compare(window.workspace, compared)
        _wait(app, lambda: bool(failures) or _is_current(window, compared))
        _raise_first(failures)
        window.workspace.change_view(show=view.get("show", "this"))
        _raise_first([entry.error for entry in window.workspace.pictures.values() if entry.error])
        if (result := window.workspace.result) is not None:
            noted(result.picture.notes)
        return take(app, window)
    finally:
        window.close()
        window.deleteLater()
        app.processEvents()
        end_quiet()
        del dispatcher


def _asked(window: Window, changes: "Callable[[GoogLeNet, Convention], Changes]") -> Changes:
    """The changes for what is open."""
    network, convention = window.workspace.network, window.workspace.convention
    assert network is not None
    assert convention is not None
    return changes(network.network, convention)


def _choose(
    window: Window, module: str | None, unit: str | None, pinned: Sequence[str], preprocess: str | None
) -> None:
    workspace = window.workspace
    assert workspace.checkpoint is not None
    if preprocess:
        workspace.set_convention(parse_convention(preprocess, workspace.checkpoint.convention))
    if module is not None:
        workspace.choose_module(module)
    if unit is not None:
        workspace.choose_unit(parse_unit(unit, workspace.checkpoint.architecture))
    for name in dict.fromkeys(pinned):
        workspace.toggle_in_tray(parse_unit(name, workspace.checkpoint.architecture))


def _compare(workspace: Workspace, compared: ComparedWith) -> None:
    """Compare with what was asked for; what takes time is waited for later."""
    if compared.checkpoint is not None:
        workspace.open_reference(compared.checkpoint)
        return
    now, picture, convention = workspace.convention, None, None
    assert now is not None
    if compared.picture is not None:
        picture = workspace.add_pictures([compared.picture], show=False)[0]
    if compared.preprocess is not None:
        convention = parse_convention(compared.preprocess, now)
        if picture is None and same_but_name(convention, now):
            raise UsageError(
                "There is nothing to compare.",
                f"{compared.preprocess} is the input convention in use.",
                "Name another with --with-preprocess.",
            )
    if (picture, convention) != (None, None):
        workspace.compare_with(Reference(picture=picture, convention=convention))


def _is_current(window: Window, compared: ComparedWith | None) -> bool:
    workspace = window.workspace
    failed = any(entry.error for entry in workspace.pictures.values())
    wanted = bool(workspace.changes) or (compared is not None and compared != ComparedWith())
    there = workspace.reference_result is not None or not wanted
    return failed or (workspace.result is not None and not workspace.stale and there)


def _grab(app: QApplication, window: Window, panel: str | None) -> QImage:
    _settle(app, window)
    if panel is None:
        return window.grab().toImage()
    if panel in window.panels:
        return window.panels[panel].grab().toImage()
    if panel not in ("card", "heads", "try_both"):
        names = ", ".join([*window.panels, "card", "heads", "try_both"])
        raise UsageError(f"There is no panel {panel}.", f"The panels are {names}.")
    dialog = window.show_dialog(panel)
    _settle(app, window)
    return dialog.grab().toImage()


def _raise_first(failures: list[GNetError]) -> None:
    if failures:
        raise failures[0]


def _wait(app: QApplication, done: Callable[[], bool], patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not done():
        if time.monotonic() > end:
            raise GNetError("The window was not ready in time.", f"It took more than {patience:.0f} s.")
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.002)


def _settle(app: QApplication, window: Window) -> None:
    """Wait until the workers have had nothing to do for a while, and layouts are at rest."""
    last, quiet = time.monotonic() + PATIENCE, 0
    while quiet < _QUIET and time.monotonic() < last:
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        quiet = quiet + 1 if window.workspace.idle else 0
        time.sleep(0.005)
