"""The windows beside the main one, made when first wanted and kept."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.actions.asking import Asking
from gnet_desktop.gui.actions.shell import Shell
from gnet_desktop.gui.network_map.choosing import choose_target
from gnet_desktop.gui.system.screens import fit_screen
from gnet_desktop.network.architecture import BRANCHES, MODULES
from gnet_desktop.network.naming import Unit


class Dialogs(QObject):
    """One of each kind: ``card``, ``try_both``, ``heads``, ``why``, ``compare``, ``groups``, ``effects``,
    ``catalogue``, ``help``, ``ideas``, ``words``, ``about``.

    ``run`` does an action by name.
    """

    def __init__(self, shell: Shell, run: Callable[[str], None]) -> None:
        super().__init__(shell.widget)
        self._shell, self._run = shell, run
        self._made: dict[str, QWidget] = {}

    def show(self, name: str) -> QWidget:
        """Show a dialog and bring it to the front."""
        if name not in self._made:
            made = self._made[name] = _MAKERS[name](self)
            made.installEventFilter(self)
            fit_screen(made, over=self._shell.widget)
        dialog = self._made[name]
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        return dialog

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc that nothing in a window wanted closes it."""
        if not isinstance(watched, QWidget) or not isinstance(event, QKeyEvent):
            return False
        if event.type() != QEvent.Type.KeyPress or event.key() != Qt.Key.Key_Escape:
            return False
        return watched.close()

    def close_all(self) -> None:
        """The program ends."""
        from gnet_desktop.gui.card.catalogue import CatalogueDialog

        for dialog in self._made.values():
            dialog.close()
            if isinstance(dialog, CatalogueDialog):
                dialog.end()

    def card(self) -> QWidget:
        """Everything that is known about the checkpoint."""
        from gnet_desktop.gui.card.dialog import CheckpointCard

        card = CheckpointCard(self._shell.workspace, self._shell.widget)
        card.save_wanted.connect(lambda: self._run("save_checkpoint"))
        card.try_both_wanted.connect(lambda: self._run("try_both"))
        card.labels_wanted.connect(lambda: self._run("choose_labels"))
        card.label_folder_wanted.connect(lambda: self._run("choose_label_folder"))
        return _as_window(card)

    def try_both(self) -> QWidget:
        """The current picture under two conventions."""
        from gnet_desktop.gui.conventions.try_both import TryBoth

        return _as_window(TryBoth(self._shell.workspace, self._shell.widget))

    def heads(self) -> QWidget:
        """The auxiliary heads step by step."""
        from gnet_desktop.gui.heads.window import HeadsView

        return _as_window(HeadsView(self._shell.workspace, self._shell.widget))

    def why(self) -> QWidget:
        """Why the answer is what it is: heads or classes side by side, and trust."""
        from gnet_desktop.gui.why.window import WhyView

        return _as_window(WhyView(self._shell.workspace, self._shell.widget))

    def compare(self) -> QWidget:
        """Two checkpoints: what moved, and what they see alike."""
        from gnet_desktop.gui.compare.checkpoints import CheckpointsView

        shell, asking = self._shell, Asking(self._shell)
        view = CheckpointsView(shell.workspace, shell.widget)
        view.other_wanted.connect(lambda: self._run("compare_checkpoint"))
        view.ask_folder = lambda: asking.folder(self.tr("Compare over a folder"), "pictures")
        view.ask_path = asking.target
        view.part_wanted.connect(self._show_part)
        view.unit_wanted.connect(self._show_unit)
        view.picture_wanted.connect(self._show_picture)
        return _as_window(view)

    def groups(self) -> QWidget:
        """The units that tell two marked groups of pictures apart."""
        from gnet_desktop.gui.compare.groups import GroupsView

        view = GroupsView(self._shell.workspace, self._shell.widget)
        view.ask_path = Asking(self._shell).target
        view.unit_wanted.connect(self._show_unit)
        return _as_window(view)

    def effects(self) -> QWidget:
        """What each branch is worth to the class when it is off."""
        from gnet_desktop.gui.compare.effects import EffectsView

        shown = self._shell.panels.network.map
        view = EffectsView(self._shell.workspace, shown.effects, self._shell.widget)
        view.ask_path = Asking(self._shell).target
        shown.effects_grew.connect(view.refresh)
        return _as_window(view)

    def _show_part(self, name: str) -> None:
        """In Explore a module, the keyboard in the lane of one of its branches, or a layer's strongest
        unit; a head with its layers in the heads' window.
        """
        module, _, branch = name.partition("/")
        if module in MODULES:
            self._shell.show_page("explore")
            self._shell.workspace.choose_module(module)
            if branch:
                self._shell.panels.lanes.focus_branch(BRANCHES.index(branch))
        elif choose_target(self._shell.workspace, name) is not None:
            self.show("heads")
            return
        else:
            self._shell.show_page("explore")
        self._shell.widget.activateWindow()

    def _show_unit(self, unit: Unit) -> None:
        self._shell.show_page("explore")
        self._shell.workspace.choose_unit(unit)

    def _show_picture(self, picture: int) -> None:
        self._shell.show_page("explore")
        self._shell.workspace.choose_picture(picture)

    def catalogue(self) -> QWidget:
        """Known checkpoints."""
        from gnet_desktop.gui.card.catalogue import CatalogueDialog

        dialog = CatalogueDialog(self._shell.widget)
        dialog.open_wanted.connect(self._shell.open_checkpoint)
        dialog.changed.connect(self._shell.refresh_choices)
        return dialog

    def help(self) -> QWidget:
        """All keys."""
        from gnet_desktop.gui.actions.keys import KeysSheet

        return KeysSheet(self._shell.widget)

    def ideas(self) -> QWidget:
        """The ten ideas."""
        from gnet_desktop.gui.actions.help import TextDialog
        from gnet_desktop.gui.controls.explaining import ideas_html

        return TextDialog(self.tr("Ten ideas"), ideas_html(), self._shell.widget)

    def words(self) -> QWidget:
        """The glossary."""
        from gnet_desktop.gui.actions.help import TextDialog
        from gnet_desktop.gui.controls.explaining import glossary_html

        return TextDialog(self.tr("What the words mean"), glossary_html(), self._shell.widget)

    def about(self) -> QWidget:
        """Version, licence, credits."""
        from gnet_desktop.gui.actions.help import TextDialog, about_html

        return TextDialog(self.tr("About GNet Desktop"), about_html(), self._shell.widget)


def _as_window(widget: QWidget) -> QWidget:
    widget.setWindowFlag(Qt.WindowType.Window)
    return widget


_MAKERS: Final[dict[str, Callable[[Dialogs], QWidget]]] = {
    "card": Dialogs.card,
    "try_both": Dialogs.try_both,
    "heads": Dialogs.heads,
    "why": Dialogs.why,
    "compare": Dialogs.compare,
    "groups": Dialogs.groups,
    "effects": Dialogs.effects,
    "catalogue": Dialogs.catalogue,
    "help": Dialogs.help,
    "ideas": Dialogs.ideas,
    "words": Dialogs.words,
    "about": Dialogs.about,
}
