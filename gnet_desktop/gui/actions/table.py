"""Every action of the program in one table: menus, keys, palette and help are made from it.

An action is carried out by the method of its name in `gui.actions.handlers` (those that open
something in `opening`, those that write files in `exporting`). Nothing binds a key elsewhere,
except what a list or map does with the arrows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from gnet_desktop.gui.lanes.menus import COLOUR_WORDS, SORT_WORDS
from gnet_desktop.gui.panels import TITLES
from gnet_desktop.gui.photo.choosing import PHOTOS
from gnet_desktop.workspace.values import ViewOptions

MENUS: Final = ("File", "Edit", "View", "Navigate", "Help")


@dataclass(frozen=True, slots=True)
class Action:
    """An entry: ``name`` is its address, ``also`` further words that the palette finds it by.

    ``keys`` are alternatives. ``ruled`` draws a line above it in its menu. ``option`` is a
    view option that it switches, or sets to ``value``; ``group`` the submenu that it stands in.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    also: str = ""
    option: str = ""
    ruled: bool = False
    group: str = ""
    value: str = ""

    @property
    def title(self) -> str:
        """What it is called where its submenu isn't seen."""
        return f"{tr(self.group)}: {tr(self.text)}" if self.value else tr(self.text)


def _choices(group: str, option: str, also: str, texts: Mapping[str, str]) -> Iterator[Action]:
    """A radio entry for each value of a view option."""
    for value, text in texts.items():
        name = f"choose {option}={value}"
        yield Action(name, "View", text, (), also, option, group=group, value=value)


def _in(group: str, *actions: Action) -> Iterator[Action]:
    """Entries of one submenu."""
    return (replace(action, group=group) for action in actions)


def _panels() -> Iterator[Action]:
    for name, title in TITLES.items():
        keys = (title.key,) if title.key else ()
        yield Action(f"panel {name}", "View", title.text, keys, f"panel {title.also}", group="Panels")


def _modules() -> Iterator[Action]:
    from gnet_desktop.network.architecture import MODULES

    for number, module in enumerate(MODULES, 1):
        keys = (str(number),)
        yield Action(f"module {module}", "Navigate", f"Module {module}", keys, "inception", group="Modules")


_SHOWN: Final = {
    "this": "This run",
    "reference": "The reference",
    "difference": "The difference",
}
_ANSWERS: Final = {"answer": "Likeliest first", "change": "Most changed first"}
_SCALES: Final = {
    "map": "Each map to its own maximum",
    "branch": "One scale for each branch",
    "module": "One scale for the module",
}
_THEMES: Final = {"light": "Light", "dark": "Dark", "system": "As the system"}

ACTIONS: Final[tuple[Action, ...]] = (
    Action("open_pictures", "File", "Open pictures…", ("Ctrl+O",), "image photo file"),
    Action("open_folder", "File", "Open a folder…", (), "directory images"),
    Action("index_folder", "File", "Strongest pictures of a folder…", (), "index units crops top activating"),
    Action(
        "open_directions", "File", "Directions in a layer…", (), "units matrix sae autoencoder concept cav"
    ),
    Action("evaluate_folder", "File", "Evaluate a folder…", (), "accuracy confusion many pictures truth"),
    Action("judge_by_table", "File", "Judge by a table of classes…", (), "truth csv tsv labels evaluate"),
    Action("open_checkpoint", "File", "Open a checkpoint…", ("Ctrl+Shift+O",), "weights model network file"),
    Action(
        "show_catalogue", "File", "Known checkpoints…", (), "catalogue fetch download models imagenet bvlc"
    ),
    Action("choose_labels", "File", "Choose class names…", (), "labels names classes"),
    Action("show_card", "File", "Checkpoint card…", ("Ctrl+I",), "info properties weights", ruled=True),
    Action(
        "save_checkpoint",
        "File",
        "Save the checkpoint as…",
        (),
        "convert safetensors torchvision onnx export",
    ),
    Action("choose_convention", "File", "Input convention…", (), "preprocessing normalisation mean std"),
    Action("try_both", "File", "Try two conventions…", ("Ctrl+T",), "preprocessing normalisation compare"),
    Action(
        "compare_checkpoints", "File", "Compare checkpoints…", (), "fine-tuned moved frozen cka reference"
    ),
    Action("export_shown", "File", "Export what is shown…", ("Ctrl+E",), "save png picture", ruled=True),
    Action("export_page", "File", "Export the exploration as a page…", (), "html report share"),
    Action("export_maps", "File", "Export maps as arrays…", (), "save npy numpy record"),
    Action("quit", "File", "Quit", ("Ctrl+Q",), "exit close", ruled=True),
    Action("undo", "Edit", "Undo the last change of the network", ("Ctrl+Z",), "back what if"),
    Action("redo", "Edit", "Redo", ("Ctrl+Shift+Z",), "again what if"),
    Action("reset_changes", "Edit", "Take back all changes of the network", (), "reset what if unchanged"),
    Action("compare_picture", "Edit", "Compare with another picture…", (), "reference difference"),
    Action("compare_checkpoint", "Edit", "Compare with another checkpoint…", (), "reference difference"),
    Action("switch_unit", "Edit", "Switch the unit off, or on again", ("X",), "what if ablate remove marked"),
    Action("switch_branch", "Edit", "Switch the branch off, or on again", ("Shift+X",), "what if ablate"),
    Action("switch_module", "Edit", "Switch the module off, or on again", (), "what if ablate remove"),
    Action("switch_tray", "Edit", "Switch the tray's units off, or on again", (), "what if ablate pinned"),
    Action("switch_filtered", "Edit", "Switch the filter's units off, or on again", (), "what if ablate"),
    Action("copy_numbers", "Edit", "Copy numbers", ("Ctrl+C",), "clipboard"),
    Action("paste", "Edit", "Paste picture or path", ("Ctrl+V",), "clipboard"),
    Action("remove_picture", "Edit", "Take picture off the list", (), "delete remove close", ruled=True),
    Action("remove_all", "Edit", "Take all pictures off the list", (), "delete remove close clear empty"),
    Action("find_picture", "Edit", "Find pictures in the list", ("Ctrl+F",), "filter search", ruled=True),
    Action("sift_doubtful", "Edit", "Only pictures in doubt", (), "filter heads disagree nothing fits"),
    Action("sift_nothing", "Edit", "Show all pictures of the list", (), "filter clear reset"),
    *_in(
        "Order of the pictures",
        Action("sort added", "Edit", "Pictures as they were added", (), "sort list order"),
        Action("sort name", "Edit", "Pictures by name", (), "sort list order"),
        Action("sort answer", "Edit", "Pictures by answer", (), "sort list order class"),
        Action("sort surest", "Edit", "Pictures, surest first", (), "sort list order probability"),
        Action(
            "sort least sure",
            "Edit",
            "Pictures, least sure first",
            (),
            "sort list order probability doubtful",
        ),
    ),
    *_in(
        "Two groups of pictures",
        Action("group A", "Edit", "Marked pictures are group A", (), "compare class mark select"),
        Action("group B", "Edit", "Marked pictures are group B", (), "compare class mark select"),
        Action(
            "tell_apart", "Edit", "What tells the two groups apart…", (), "units difference class compare"
        ),
        Action("forget_groups", "Edit", "Forget the two groups", (), "clear marks"),
    ),
    Action("pin_unit", "Edit", "Pin unit to the tray", ("P",), "keep remember", ruled=True),
    Action("clear_pins", "Edit", "Forget pinned places", (), "unpin"),
    Action("toggle_overlay", "View", "Overlay", ("O",), "heat map", "overlay"),
    Action("toggle_field", "View", "Receptive field", ("F",), "box", "field"),
    Action("toggle_crop", "View", "Crop frame", ("C",), "network sees", "crop_frame"),
    Action("toggle_smooth", "View", "Smooth overlay", ("M",), "cells nearest interpolation", "smooth"),
    Action("toggle_teaching", "View", "Teaching mode", ("T",), "explain cost learn", "teaching"),
    Action("toggle_reductions", "View", "Reductions and pools in the lanes", (), "unfold 1x1", "reductions"),
    Action("toggle_logits", "View", "Logits instead of probabilities", (), "scores", "logits"),
    *_in(
        "Why this answer",
        Action("why grad-cam", "View", "Why this answer: Grad-CAM", ("Y",), "explain attribution"),
        Action(
            "why contributions", "View", "Why this answer: contributions", (), "explain class activation map"
        ),
        Action(
            "why integrated-gradients", "View", "Why this answer: integrated gradients", (), "explain pixels"
        ),
        Action("why occlusion", "View", "Why this answer: occlusion", (), "explain cover window"),
        Action(
            "show_why",
            "View",
            "Side by side, and how far to trust it…",
            ("Shift+Y",),
            "explain heads path back",
        ),
    ),
    Action("show_effects", "View", "Effect when off…", (), "ablate strongest branches interaction what if"),
    *_choices("Which run is shown", "show", "compare", _SHOWN),
    Action(
        "next_shown",
        "View",
        "Next: this run, the reference, the difference",
        ("D",),
        "compare difference reference",
        group="Which run is shown",
    ),
    *_choices("The run and its reference", "photos", "photo beside split line compare", PHOTOS),
    Action(
        "next_photos",
        "View",
        "Next: one of the two, side by side, a line",
        ("B",),
        "photo beside split compare",
        group="The run and its reference",
    ),
    *_choices("Order of the answers", "answers_by", "sort compare", _ANSWERS),
    Action(
        "next_answers",
        "View",
        "Next order of the answers",
        ("A",),
        "sort answers changed",
        group="Order of the answers",
    ),
    *_choices("Order of the maps", "sort", "strongest", SORT_WORDS),
    Action("next_sort", "View", "Next order", ("S",), "sort strongest", group="Order of the maps"),
    *_choices("Scale of the maps", "scale", "range contrast normalise", _SCALES),
    Action("next_scale", "View", "Next scale", ("L",), "range contrast", group="Scale of the maps"),
    *_choices("Colours of the maps", "colour_map", "color palette", COLOUR_WORDS),
    Action("next_colours", "View", "Next colours", (), "color palette", group="Colours of the maps"),
    *_in(
        "Size",
        Action("larger", "View", "Larger", ("+", "="), "zoom in tile"),
        Action("smaller", "View", "Smaller", ("-",), "zoom out tile"),
        Action("whole", "View", "Whole picture, usual tiles", ("0",), "fit reset zoom"),
    ),
    Action("page explore", "View", "Explore: one picture", ("F2",), "page look inside", ruled=True),
    Action("page folder", "View", "Folder: many pictures", ("F3",), "page evaluate accuracy confusion"),
    Action("page units", "View", "Units: what each wants", ("F4",), "page feature visualisation dream cards"),
    Action("show_heads", "View", "Auxiliary heads…", ("H",), "aux1 aux2 timeline", ruled=True),
    *_panels(),
    Action("reset_layout", "View", "Reset layout", (), "panels docks default"),
    *_choices("Theme", "theme", "colours night", _THEMES),
    Action("next_theme", "View", "Next theme", ("Ctrl+Shift+L",), "light dark night", group="Theme"),
    Action("back", "Navigate", "Back", ("Alt+Left",), "previous visited"),
    Action("forward", "Navigate", "Forward", ("Alt+Right",), "next visited"),
    Action("previous_picture", "Navigate", "Previous picture", ("PgUp",), "photo", ruled=True),
    Action("next_picture", "Navigate", "Next picture", ("PgDown",), "photo"),
    Action("strongest_unit", "Navigate", "Strongest unit of the module", (), "best channel", ruled=True),
    Action("go_to_unit", "Navigate", "Go to unit…", ("Ctrl+G",), "channel alias mixed4a"),
    Action("palette", "Navigate", "Find a command, unit or picture…", ("Ctrl+K", "Ctrl+Shift+P"), "search"),
    Action("previous_module", "Navigate", "Previous module", ("[",), "inception"),
    Action("next_module", "Navigate", "Next module", ("]",), "inception"),
    *_in(
        "Branches",
        Action("branch 1x1", "Navigate", "Branch 1×1", ("Q",), "lane"),
        Action("branch 3x3", "Navigate", "Branch 3×3", ("W",), "lane"),
        Action("branch 5x5", "Navigate", "Branch 5×5", ("E",), "lane"),
        Action("branch pool_proj", "Navigate", "Branch pool", ("R",), "lane projection"),
    ),
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
    made: dict[str, QAction] = {}
    groups: dict[str, QActionGroup] = {}
    for action in ACTIONS:
        qt = QAction(tr(action.text), owner)
        qt.setShortcuts([QKeySequence(key) for key in action.keys])
        # the same keys in the card, the heads and all other windows
        qt.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
        qt.setCheckable(bool(action.option) or action.name.startswith("panel "))
        if action.value:
            groups.setdefault(action.group, QActionGroup(owner)).addAction(qt)
        qt.triggered.connect(lambda _checked=False, name=action.name: run(name))
        owner.addAction(qt)
        made[action.name] = qt
    return made


def fill_menus(bar: QMenuBar, actions: dict[str, QAction]) -> dict[str, QMenu]:
    """The menus in their order, with their submenus; every entry can be chosen by a letter."""
    titles = with_mnemonics([tr(name) for name in MENUS])
    menus = {name: bar.addMenu(title) for name, title in zip(MENUS, titles, strict=True)}
    groups: dict[str, QMenu] = {}
    for action in ACTIONS:
        menu = menus[action.menu]
        if action.group and action.group not in groups:
            groups[action.group] = menu.addMenu(tr(action.group))
        if action.ruled and not menu.isEmpty():
            menu.addSeparator()
        target = groups.get(action.group, menu)
        if target is not menu and not action.value and any(one.isCheckable() for one in target.actions()):
            target.addSeparator()
        target.addAction(actions[action.name])
    return menus


def check_options(actions: Mapping[str, QAction], view: ViewOptions) -> None:
    """Check the actions whose view option has their value, and no others that have one."""
    for action in ACTIONS:
        if action.option:
            now = getattr(view, action.option)
            actions[action.name].setChecked(now == action.value if action.value else bool(now))


def give_mnemonics(menu: QMenu) -> None:
    """A letter for each entry of a menu and of its submenus that has none yet."""
    entries = [entry for entry in menu.actions() if not entry.isSeparator()]
    plain = [entry.text().replace("&&", "\0").replace("&", "").replace("\0", "&") for entry in entries]
    for entry, words in zip(entries, with_mnemonics(plain), strict=True):
        entry.setText(words)
        inner = entry.menu()
        if isinstance(inner, QMenu):
            give_mnemonics(inner)


def with_mnemonics(texts: Sequence[str]) -> list[str]:
    """Texts with ``&`` before a letter that no other of them has, of a word's beginning where possible."""
    owners: dict[str, int] = {}
    for number in range(len(texts)):
        _give_letter(texts, number, owners, set())
    letters = {number: letter for letter, number in owners.items()}
    return [_marked(text, letters.get(number, "")) for number, text in enumerate(texts)]


def _letters(text: str) -> list[str]:
    """Letters that a text can be chosen by, those of words' beginnings first."""
    words = text.casefold().split(" ")
    ordered = [word[:1] for word in words] + [letter for word in words for letter in word]
    return [letter for letter in dict.fromkeys(ordered) if letter.isalnum()]


def _give_letter(texts: Sequence[str], number: int, owners: dict[str, int], tried: set[str]) -> bool:
    """A letter for one text; one that owns it takes another if it can."""
    free = [letter for letter in _letters(texts[number]) if letter not in owners]
    if free:
        owners[free[0]] = number
        return True
    for letter in _letters(texts[number]):
        if letter not in tried:
            tried.add(letter)
            if _give_letter(texts, owners[letter], owners, tried):
                owners[letter] = number
                return True
    return False


def _marked(text: str, letter: str) -> str:
    """``&`` before the letter, where it begins a word if it begins one."""
    folded = text.casefold()
    places = [place for place, one in enumerate(folded) if one == letter]
    first = [place for place in places if place == 0 or text[place - 1] == " "]
    if not places:
        return _escaped(text)
    place = (first or places)[0]
    return f"{_escaped(text[:place])}&{_escaped(text[place:])}"


def _escaped(text: str) -> str:
    return text.replace("&", "&&")


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
