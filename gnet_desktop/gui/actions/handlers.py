"""What each action does: one method an action here, in `opening`, `exporting` or `converting`."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QTextEdit

from gnet_desktop.gui.actions.asking import Asking
from gnet_desktop.gui.actions.converting import Converting
from gnet_desktop.gui.actions.exporting import Exporting
from gnet_desktop.gui.actions.lacking import lacking
from gnet_desktop.gui.actions.opening import Opening
from gnet_desktop.gui.actions.shell import Numbered, Shell, in_use
from gnet_desktop.gui.actions.table import ACTIONS
from gnet_desktop.gui.looks.styles import theme_named
from gnet_desktop.gui.photo.choosing import following
from gnet_desktop.inspection.colour_maps import OFFERED
from gnet_desktop.network.architecture import BRANCHES, MODULES
from gnet_desktop.network.changes import Change, off_together
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.seen import SHOWN
from gnet_desktop.workspace.sifting import EVERYTHING, Sieve

_SWITCHES: Final = {action.name: action.option for action in ACTIONS if action.option and not action.value}
_CHOICES: Final = {action.name: (action.option, action.value) for action in ACTIONS if action.value}
_THEMES: Final = ("light", "dark", "system")


class Handlers(QObject):
    """Carries out actions by name."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell.widget)
        self._shell = shell
        self._workspace = shell.workspace
        self.asking = Asking(shell)
        self.opening, self.exporting = Opening(shell, self.asking), Exporting(shell, self.asking)
        self.converting = Converting(shell, self.asking)
        self.units_of_pages: dict[str, Callable[[], Unit | None]] = {}
        """Of pages that choose units of their own, the one that is chosen there."""

    @property
    def _unit(self) -> Unit | None:
        """The unit that keys are about: the chosen one of the page that is shown."""
        own = self.units_of_pages.get(self._shell.page)
        return self._workspace.selection.unit if own is None else own()

    def run(self, name: str) -> None:
        """Do the action of that name, or say what it lacks."""
        if words := lacking(name, self._workspace, self._unit):
            self._shell.show_news(words)
            return
        kind, _, argument = name.partition(" ")
        if name in _CHOICES:
            self._workspace.change_view(**dict([_CHOICES[name]]))
        elif name in _SWITCHES:
            option = _SWITCHES[name]
            self._workspace.change_view(**{option: not getattr(self._workspace.view, option)})
        elif argument:
            {
                "module": self._module,
                "branch": self._branch,
                "panel": self._panel,
                "page": self._shell.show_page,
                "why": self._why,
                "sort": self._workspace.sort_pictures,
                "group": self._workspace.marks.gather,
            }[kind](argument)
        else:
            self.named(name)()

    def named(self, name: str) -> Callable[[], None]:
        """The method that carries out an action; AttributeError if there is none."""
        groups = (self.opening, self.exporting, self.converting)
        group = next((group for group in groups if hasattr(group, name)), self)
        handler: Callable[[], None] = getattr(group, name)
        return handler

    def show_why(self) -> None:
        """Why the answer is what it is, at each head or for two classes, and how far to trust that."""
        self._shell.show_dialog("why")

    def show_effects(self) -> None:
        """What each branch is worth to the class when it is off, and two of them together."""
        self._shell.show_dialog("effects")

    # File

    def show_catalogue(self) -> None:
        """Known checkpoints: open or fetch one."""
        self._shell.show_dialog("catalogue")

    def choose_convention(self) -> None:
        """The menu of input conventions."""
        self._shell.offer_conventions()

    def show_card(self) -> None:
        """Everything that is known about the checkpoint."""
        self._shell.show_dialog("card")

    def try_both(self) -> None:
        """The current picture under two conventions side by side."""
        self._shell.show_dialog("try_both")

    def compare_checkpoints(self) -> None:
        """What moved between the checkpoint in use and another one, and what they see alike."""
        shown = self._shell.show_dialog("compare")
        if self._workspace.reference_network is None:
            self.opening.compare_checkpoint(over=shown)

    def show_heads(self) -> None:
        """The auxiliary heads step by step."""
        self._shell.show_dialog("heads")

    def quit(self) -> None:
        """Close the window."""
        self._shell.close()

    # Edit

    def _why(self, method: str) -> None:
        """The map that speaks for the answer over the photo, or the unit's again."""
        self._workspace.change_view(why="" if self._workspace.view.why == method else method)

    def undo(self) -> None:
        """The changes before the last one."""
        self._workspace.undo()

    def redo(self) -> None:
        """The change that was taken back."""
        self._workspace.redo()

    def reset_changes(self) -> None:
        """The network as it is in its file."""
        self._workspace.reset_changes()

    def compare_picture(self) -> None:
        """Choose the picture that this one is compared with."""
        self._shell.offer_pictures()

    def switch_unit(self) -> None:
        """The marked units, or else the chosen one, off, or on again."""
        unit, marked = self._unit, self._workspace.marked_units if self._shell.page == "explore" else ()
        self._switch(marked or ((unit,) if unit is not None else ()))

    def switch_tray(self) -> None:
        """The units of the tray off, or on again."""
        self._switch(self._workspace.tray)

    def switch_filtered(self) -> None:
        """The units that the filter of the lanes shows off, or on again."""
        self._switch(self._shell.panels.lanes.area.filtered)

    def _switch(self, units: Sequence[Unit]) -> None:
        checkpoint = self._workspace.checkpoint
        if checkpoint is not None and units:
            self._workspace.toggle_changes(off_together(checkpoint.architecture, units))

    def switch_branch(self) -> None:
        """The branch of the chosen unit off, or on again."""
        unit = self._unit
        if unit is not None:
            self._workspace.toggle_change(Change(unit.part))

    def switch_module(self) -> None:
        """The chosen module off, or on again."""
        if self._workspace.checkpoint is not None:
            self._workspace.toggle_change(Change(self._workspace.selection.module))

    def copy_numbers(self) -> None:
        """Copy a text field's selection, or the numbers of the panel with the keyboard."""
        focus = QApplication.focusWidget()
        if isinstance(focus, QLineEdit | QTextEdit | QPlainTextEdit):
            focus.copy()
            return
        if isinstance(focus, QLabel) and focus.hasSelectedText():
            QGuiApplication.clipboard().setText(focus.selectedText())
            return
        shown = in_use(self._shell)
        shown = self._shell.panels.answers if shown is self._shell.widget else shown
        text = shown.copy_numbers() if isinstance(shown, Numbered) else ""
        if text:
            QGuiApplication.clipboard().setText(text)
            self._shell.show_news(self.tr("Copied."))

    def paste(self) -> None:
        """Paste into a text field, or open what the clipboard holds."""
        focus = QApplication.focusWidget()
        if isinstance(focus, QLineEdit):
            focus.paste()
        else:
            self._shell.take_clipboard()

    def remove_picture(self) -> None:
        """Take the current picture off the list."""
        if self._workspace.current is not None:
            self._workspace.remove_picture(self._workspace.current)

    def remove_all(self) -> None:
        """Empty the list of pictures."""
        self._workspace.remove_all_pictures()

    def find_picture(self) -> None:
        """The keyboard to the field that sifts the list of pictures."""
        self._shell.panels.pictures.begin_search()

    def sift_doubtful(self) -> None:
        """Only pictures whose answer is in doubt."""
        self._workspace.sift_pictures(Sieve(only="doubtful"))

    def sift_nothing(self) -> None:
        """All pictures of the list."""
        self._workspace.sift_pictures(EVERYTHING)

    def tell_apart(self) -> None:
        """The units that tell the two groups of pictures apart."""
        self._shell.show_dialog("groups")

    def forget_groups(self) -> None:
        """No groups of pictures any more."""
        self._workspace.marks.forget_groups()

    def pin_unit(self) -> None:
        """Keep the hovered or chosen unit in the tray, or take it out."""
        unit = self._workspace.hovered or self._unit
        if unit is not None:
            self._workspace.toggle_in_tray(unit)

    def clear_pins(self) -> None:
        """Forget pinned places."""
        self._workspace.clear_pins()

    # View

    def next_sort(self) -> None:
        """The lanes' next order."""
        self._shell.panels.lanes.next_sort()

    def next_shown(self) -> None:
        """This run, the reference, the difference in turn."""
        now = self._workspace.view.show
        self._workspace.change_view(show=SHOWN[(SHOWN.index(now) + 1) % len(SHOWN)])

    def next_photos(self) -> None:
        """The photo as one picture, as two side by side, as one in two parts, in turn."""
        panel = self._shell.panels.photo
        self._workspace.change_view(photos=following(panel.view.mode, self._workspace))

    def next_answers(self) -> None:
        """The likeliest answers first, or those that changed most."""
        changed = self._workspace.view.answers_by == "change"
        self._workspace.change_view(answers_by="answer" if changed else "change")

    def next_scale(self) -> None:
        """The lanes' next scale."""
        self._shell.panels.lanes.next_scale()

    def next_colours(self) -> None:
        """The next colour map."""
        self._workspace.change_view(colour_map=_after(OFFERED, self._workspace.view.colour_map))

    def larger(self) -> None:
        """Zoom into the photo or the network if it has the keyboard, else larger tiles."""
        self._scale(1)

    def smaller(self) -> None:
        """Zoom out of the photo or the network if it has the keyboard, else smaller tiles."""
        self._scale(-1)

    def whole(self) -> None:
        """The whole photo if it has the keyboard, else the whole network and tiles of the usual size."""
        self._scale(0)

    def _scale(self, step: int) -> None:
        panels, focus = self._shell.panels, self._shell.panel_with_focus()
        network = panels.network.map
        if focus == "photo":
            panels.photo.view.zoom(1.25**step) if step else panels.photo.view.show_whole()
        elif focus == "network":
            network.set_zoom(network.zoom * 1.25**step if step else 1.0)
        else:
            panels.lanes.change_tile(step)
            if not step:
                network.set_zoom(1.0)

    def _panel(self, name: str) -> None:
        self._shell.toggle_panel(name)

    def reset_layout(self) -> None:
        """All panels back in their places."""
        self._shell.reset_layout()

    def next_theme(self) -> None:
        """The next theme that looks different from this one: light, dark, as the system."""
        now = self._workspace.view.theme
        following = [_after(_THEMES, now), _after(_THEMES, _after(_THEMES, now))]
        shown = theme_named(now)
        other = next((name for name in following if theme_named(name) is not shown), following[0])
        self._workspace.change_view(theme=other)

    # Navigate

    def back(self) -> None:
        """The selection before."""
        self._workspace.back()

    def forward(self) -> None:
        """The selection after."""
        self._workspace.forward()

    def previous_picture(self) -> None:
        """The picture before."""
        self._workspace.step_picture(-1)

    def next_picture(self) -> None:
        """The picture after."""
        self._workspace.step_picture(1)

    def palette(self) -> None:
        """Find anything."""
        self._shell.open_palette()

    def strongest_unit(self) -> None:
        """Choose the unit of the module that reaches highest."""
        self._shell.panels.unit.choose_strongest()

    def go_to_unit(self) -> None:
        """Find a unit, beginning with the module in view."""
        self._shell.open_palette(f"{self._workspace.selection.module}/")

    def _module(self, name: str) -> None:
        self._workspace.choose_module(name)

    def previous_module(self) -> None:
        """The module before."""
        self._step_module(-1)

    def next_module(self) -> None:
        """The module after."""
        self._step_module(1)

    def _step_module(self, step: int) -> None:
        place = MODULES.index(self._workspace.selection.module) + step
        if 0 <= place < len(MODULES):
            self._workspace.choose_module(MODULES[place])

    def _branch(self, name: str) -> None:
        self._shell.panels.lanes.focus_branch(BRANCHES.index(name))

    def next_panel(self) -> None:
        """The keyboard to the next panel."""
        self._shell.step_panel(1)

    def previous_panel(self) -> None:
        """The keyboard to the panel before."""
        self._shell.step_panel(-1)

    # Help

    def show_help(self) -> None:
        """All keys."""
        self._shell.show_dialog("help")

    def show_ideas(self) -> None:
        """The ten ideas behind what is shown."""
        self._shell.show_dialog("ideas")

    def show_words(self) -> None:
        """The glossary."""
        self._shell.show_dialog("words")

    def about(self) -> None:
        """Version and licences."""
        self._shell.show_dialog("about")


def _after(choices: tuple[str, ...], now: str) -> str:
    return choices[(choices.index(now) + 1) % len(choices)] if now in choices else choices[0]
