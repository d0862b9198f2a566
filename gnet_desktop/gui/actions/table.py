"""Every action of the program in one table: menus, keys, palette and help are made from it.

An action is carried out by the method of `gui.handlers.Handlers` of its name; ``checked`` a view option
that it switches. Nothing binds a key elsewhere, except what a list or map does with
the arrows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from gnet_desktop.inspection.colour_maps import OFFERED

MENUS: Final = ("File", "Edit", "View", "Navigate", "Help")


@dataclass(frozen=True, slots=True)
class Action:
    """An entry: ``name`` is its address, ``also`` further words that the palette finds it by.

    ``keys`` are alternatives. ``ruled`` draws a line above it in its menu.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    also: str = ""
    option: str = ""
    ruled: bool = False


def _modules() -> Iterator[Action]:
    from gnet_desktop.network.architecture import MODULES

    for number, module in enumerate(MODULES, 1):
        yield Action(
            f"module {module}", "Navigate", f"Module {module}", (str(number),), "inception", ruled=number == 1
        )


ACTIONS: Final[tuple[Action, ...]] = (
    Action("open_pictures", "File", "Open pictures…", ("Ctrl+O",), "image photo file"),
    Action("open_folder", "File", "Open a folder…", (), "directory images"),
    Action("evaluate_folder", "File", "Evaluate a folder…", (), "accuracy confusion many pictures truth"),
    Action("open_checkpoint", "File", "Open a checkpoint…", ("Ctrl+Shift+O",), "weights model network file"),
    Action(
        "show_catalogue", "File", "Known checkpoints…", (), "catalogue fetch download models imagenet bvlc"
    ),
    Action("choose_labels", "File", "Choose class names…", (), "labels names classes"),
    Action("show_card", "File", "Checkpoint card…", ("Ctrl+I",), "info properties weights", ruled=True),
    Action("try_both", "File", "Try two conventions…", ("Ctrl+T",), "preprocessing normalisation compare"),
    Action("export_shown", "File", "Export what is shown…", ("Ctrl+E",), "save png picture", ruled=True),
    Action("export_page", "File", "Export the exploration as a page…", (), "html report share"),
    Action("export_maps", "File", "Export maps as arrays…", (), "save npy numpy record"),
    Action("quit", "File", "Quit", ("Ctrl+Q",), "exit close", ruled=True),
    Action("undo", "Edit", "Undo the last change of the network", ("Ctrl+Z",), "back what if"),
    Action("redo", "Edit", "Redo", ("Ctrl+Shift+Z",), "again what if"),
    Action("reset_changes", "Edit", "Take back all changes of the network", (), "reset what if unchanged"),
    Action("switch_unit", "Edit", "Switch the unit off, or on again", ("X",), "what if ablate remove zero"),
    Action("switch_branch", "Edit", "Switch the branch off, or on again", ("Shift+X",), "what if ablate"),
    Action("switch_module", "Edit", "Switch the module off, or on again", (), "what if ablate remove"),
    Action("copy_numbers", "Edit", "Copy numbers", ("Ctrl+C",), "clipboard"),
    Action("paste", "Edit", "Paste picture or path", ("Ctrl+V",), "clipboard"),
    Action("remove_picture", "Edit", "Take picture off the list", (), "delete remove close", ruled=True),
    Action("remove_all", "Edit", "Take all pictures off the list", (), "delete remove close clear empty"),
    Action("sort added", "Edit", "Pictures as they were added", (), "sort list order", ruled=True),
    Action("sort name", "Edit", "Pictures by name", (), "sort list order"),
    Action("sort answer", "Edit", "Pictures by answer", (), "sort list order class"),
    Action("sort surest", "Edit", "Pictures, surest first", (), "sort list order probability"),
    Action("sort unsurest", "Edit", "Pictures, least sure first", (), "sort list order probability doubtful"),
    Action("pin_unit", "Edit", "Pin unit to the tray", ("P",), "keep remember", ruled=True),
    Action("clear_pins", "Edit", "Forget pinned places", (), "unpin"),
    Action("toggle_overlay", "View", "Overlay", ("O",), "heat map", "overlay"),
    Action("toggle_field", "View", "Receptive field", ("F",), "box", "field"),
    Action("toggle_crop", "View", "Crop frame", ("C",), "network sees", "crop_frame"),
    Action("toggle_smooth", "View", "Smooth overlay", ("M",), "cells nearest interpolation", "smooth"),
    Action("toggle_teaching", "View", "Teaching mode", ("T",), "explain cost learn", "teaching"),
    Action("toggle_reductions", "View", "Reductions and pools in the lanes", (), "unfold 1x1", "reductions"),
    Action("toggle_logits", "View", "Logits instead of probabilities", (), "scores", "logits"),
    Action("why grad-cam", "View", "Why this answer: Grad-CAM", ("Y",), "explain attribution", ruled=True),
    Action("why contributions", "View", "Why this answer: contributions", (), "explain class activation map"),
    Action("why integrated-gradients", "View", "Why this answer: integrated gradients", (), "explain pixels"),
    Action("why occlusion", "View", "Why this answer: occlusion", (), "explain cover window"),
    Action("next_sort", "View", "Next sort order", ("S",), "order strongest", ruled=True),
    Action("next_scale", "View", "Next scale: map, branch, module", ("L",), "range contrast normalise"),
    Action("next_colours", "View", "Next colour map", (), f"color palette {' '.join(OFFERED)}"),
    Action("larger", "View", "Larger", ("+", "="), "zoom in tile"),
    Action("smaller", "View", "Smaller", ("-",), "zoom out tile"),
    Action("whole", "View", "Whole picture, usual tiles", ("0",), "fit reset zoom"),
    Action("page explore", "View", "Explore: one picture", ("F2",), "page look inside", ruled=True),
    Action("page folder", "View", "Folder: many pictures", ("F3",), "page evaluate accuracy confusion"),
    Action("show_heads", "View", "Auxiliary heads…", ("H",), "aux1 aux2 timeline", ruled=True),
    Action("panel pictures", "View", "Pictures", ("F9",), "panel list", ruled=True),
    Action("panel answers", "View", "Answers", ("F10",), "panel classes heads"),
    Action("panel lanes", "View", "Branches", ("F11",), "panel lanes maps"),
    Action("panel unit", "View", "Unit", ("F12",), "panel"),
    Action("panel photo", "View", "Photo", (), "panel"),
    Action("panel network", "View", "Network", (), "panel map"),
    Action("reset_layout", "View", "Reset layout", (), "panels docks default"),
    Action(
        "next_theme",
        "View",
        "Light, dark, as the system",
        ("Ctrl+Shift+L",),
        "theme colours night",
        ruled=True,
    ),
    Action("back", "Navigate", "Back", ("Alt+Left",), "previous visited"),
    Action("forward", "Navigate", "Forward", ("Alt+Right",), "next visited"),
    Action("previous_picture", "Navigate", "Previous picture", ("PgUp",), "photo", ruled=True),
    Action("next_picture", "Navigate", "Next picture", ("PgDown",), "photo"),
    Action("strongest_unit", "Navigate", "Strongest unit of the module", (), "best channel", ruled=True),
    Action("go_to_unit", "Navigate", "Go to unit…", ("Ctrl+G",), "channel alias mixed4a"),
    Action("palette", "Navigate", "Find a command, unit or picture…", ("Ctrl+K", "Ctrl+Shift+P"), "search"),
    Action("previous_module", "Navigate", "Previous module", ("[",), "inception"),
    Action("next_module", "Navigate", "Next module", ("]",), "inception"),
    Action("branch 1x1", "Navigate", "Branch 1×1", ("Q",), "lane"),
    Action("branch 3x3", "Navigate", "Branch 3×3", ("W",), "lane"),
    Action("branch 5x5", "Navigate", "Branch 5×5", ("E",), "lane"),
    Action("branch pool_proj", "Navigate", "Branch pool", ("R",), "lane projection"),
    *_modules(),
    Action("next_panel", "Navigate", "Next panel", ("F6",), "focus", ruled=True),
    Action("previous_panel", "Navigate", "Previous panel", ("Shift+F6",), "focus"),
    Action("show_help", "Help", "Help: all keys", ("F1", "Ctrl+/"), "shortcuts keyboard"),
    Action("show_ideas", "Help", "Ten ideas behind the window…", (), "learn teaching tutorial explain"),
    Action("show_words", "Help", "What the words mean…", ("?",), "glossary terms explain definition"),
    Action("about", "Help", "About GNet Desktop", (), "version licence credits"),
)


def tr(text: str) -> str:
    """An action's words in the window's language."""
    return QCoreApplication.translate("actions", text)


def make_actions(owner: QWidget, run: Callable[[str], None]) -> dict[str, QAction]:
    """A QAction for each entry, with its keys, living in ``owner``; ``run`` is given the name."""
    made = {}
    for action in ACTIONS:
        qt = QAction(tr(action.text), owner)
        qt.setShortcuts([QKeySequence(key) for key in action.keys])
        # the same keys in the card, the heads and all other windows
        qt.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
        qt.setCheckable(bool(action.option) or action.name.startswith("panel "))
        qt.triggered.connect(lambda checked=False, name=action.name: run(name))
        owner.addAction(qt)
        made[action.name] = qt
    return made


def fill_menus(bar: QMenuBar, actions: dict[str, QAction]) -> dict[str, QMenu]:
    """The menus in their order."""
    menus = {name: bar.addMenu(tr(name)) for name in MENUS}
    for action in ACTIONS:
        menu = menus[action.menu]
        if action.ruled and not menu.isEmpty():
            menu.addSeparator()
        menu.addAction(actions[action.name])
    return menus


def key_text(action: Action) -> str:
    """Its keys as this system writes them."""
    return ", ".join(
        QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in action.keys
    )


def matches(query: str, text: str) -> int | None:
    """How well a text answers a query (lower is better), or None: every word must be found."""
    text = text.casefold()
    score = 0
    for word in query[:200].casefold().split():
        place = text.find(word)
        if place < 0:
            return None
        score += place + (0 if place == 0 or not text[place - 1].isalnum() else 50)
    return score
