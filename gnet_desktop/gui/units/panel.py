"""The panel beside the cards: everything about the chosen unit."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QGridLayout, QMenu, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.section import Section
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import draw_glyph
from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.gui.units.grouping import Grouping
from gnet_desktop.gui.units.painting import draw_picture
from gnet_desktop.inspection.visualisation.recipe import Made, Recipe
from gnet_desktop.workspace.units.items import Item
from gnet_desktop.workspace.units.wanting import Job, Wanting

PAD: Final = 16
STEPS: Final = (128, 256, 512, 1024)
SIDES: Final = (96, 128, 192, 256)
APART: Final = 4

WAYS: Final = {
    "wants": lambda recipe: recipe,
    "silenced": lambda recipe: replace(recipe, negative=True),
    "apart": lambda recipe: replace(recipe, count=APART),
    "cell": lambda recipe: replace(recipe, centre=True),
}
"""What the large picture is made for, from the recipe of the cards."""


_WRAPPED: Final = int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)


class NameSection(Section):
    """The unit's name with its branch's glyph; below, where it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(44)
        self._item: Item | None = None
        self._line = ""

    def show_item(self, item: Item, line: str) -> None:
        """Name an item."""
        self._item, self._line = item, line
        self._fit()
        self.setAccessibleName(f"{item.name}, {line}")
        self.update()

    @override
    def resizeEvent(self, event: object) -> None:
        """As many lines as the words take."""
        self._fit()

    def _fit(self) -> None:
        room = QRect(0, 0, max(1, self.width()), 400)
        tall = QFontMetrics(font(12)).boundingRect(room, _WRAPPED, self._line).height()
        self.setFixedHeight(26 + max(18, tall))

    @override
    def draw(self, painter: QPainter) -> None:
        """Glyph, name, line."""
        if self._item is None:
            return
        theme, unit, left = Theme.now(), self._item.unit, 0.0
        if unit is not None and unit.branch:
            draw_glyph(painter, unit.branch, 0, 6)
            left = 22.0
        painter.setFont(font(18, 600))
        painter.setPen(theme.colour("text"))
        painter.drawText(QPointF(left, 20), self._item.name)
        painter.setFont(font(12))
        painter.setPen(theme.colour("text2"))
        painter.drawText(QRectF(0, 26, self.width(), self.height() - 26), _WRAPPED, self._line)


class PictureSection(Section):
    """What it wants, large: one picture, or several apart; what came of it in words below."""

    def __init__(self) -> None:
        super().__init__()
        self._made: Made | None = None
        self._failure = ""
        self.show_made(None, "")

    def show_made(self, made: Made | None, failure: str) -> None:
        """Show a picture as far as it is made."""
        self._made, self._failure = made, failure
        self.setAccessibleName(self.words)
        self._fit()
        self.update()

    @property
    def words(self) -> str:
        """How far it is, or what value the unit reaches on it."""
        made = self._made
        if made is None:
            return self._failure
        if not made.done:
            return self.tr("step {0} of {1}").format(made.step, made.recipe.steps)
        peaks = ", ".join(number(peak) for peak in made.peaks)
        words = self.tr("smallest value {0}") if made.recipe.negative else self.tr("largest value {0}")
        return words.format(peaks)

    def _fit(self) -> None:
        self.setFixedHeight(max(60, self.width()) + 20)

    @override
    def resizeEvent(self, event: object) -> None:
        """Square."""
        self._fit()

    @override
    def draw(self, painter: QPainter) -> None:
        """The pictures, then the words."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side, made = float(self.width()), self._made
        count = 1 if made is None else made.recipe.count
        across = 1 if count == 1 else 2
        each = (side - 4 * (across - 1)) / across
        for place in range(count):
            down, right = divmod(place, across)
            box = QRectF(right * (each + 4), down * (each + 4), each, each)
            image = None if made is None else rgb_image(made.pictures[place])
            share = 1.0 if made is None else made.step / made.recipe.steps
            draw_picture(painter, image, box, share=share, words=self._failure)
        painter.setFont(font(12))
        painter.setPen(Theme.now().colour("text2"))
        words = QRectF(0, side + 2, side, 18)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.words if made is not None else "")


class ItemPanel(QWidget):
    """Everything about one item, one section below the other.

    ``recipe_wanted(recipe)`` asks for cards made otherwise, ``explore_wanted(item)`` to see
    the unit in Explore, ``looked()`` when another picture is wanted, ``project_wanted(item)`` to take a
    direction out of the network or put it back.
    """

    recipe_wanted, explore_wanted = Signal(object), Signal(object)
    looked = Signal()
    project_wanted = Signal(object)

    def __init__(self, wanting: Wanting) -> None:
        super().__init__()
        self._wanting = wanting
        self.item: Item | None = None
        self.recipe = Recipe()
        self.name, self.picture = NameSection(), PictureSection()
        self.ways = Segmented(
            (
                ("wants", self.tr("Wants")),
                ("silenced", self.tr("Silenced by")),
                ("apart", self.tr("Apart")),
                ("cell", self.tr("One cell")),
            )
        )
        self.ways.setAccessibleName(self.tr("What the picture is made for"))
        self.ways.explain(
            {
                "wants": self.tr("A picture on which the unit is strong everywhere"),
                "silenced": self.tr("A picture on which its value before the rectifier is as low as can be"),
                "apart": self.tr("Four pictures that are kept unlike each other: do they show one thing?"),
                "cell": self.tr("A picture for the cell in the middle alone"),
            }
        )
        self.ways.chosen.connect(lambda _: self._look())
        self.recipe_button = Button()
        self.recipe_button.setFont(font(12))
        self.recipe_button.setFlat(True)
        self.recipe_button.setMenu(self._recipe_menu())
        self.explore = Button(self.tr("Show in Explore"))
        self.explore.setFont(font(12))
        self.explore.clicked.connect(lambda: self.explore_wanted.emit(self.item))
        self.project = Button()
        self.project.setFont(font(12))
        self.project.setToolTip(self.tr("Compute everything behind this layer without this direction"))
        self.project.clicked.connect(lambda: self.project_wanted.emit(self.item))
        self.show_projected(False)
        self.buttons = QWidget()
        grid = QGridLayout(self.buttons)
        grid.setContentsMargins(0, 0, 0, 0)
        self.grouping = Grouping(lambda: self.item.name if self.item is not None else "")
        grid.addWidget(self.recipe_button, 0, 0, 1, 2)
        grid.addWidget(self.grouping, 1, 0)
        grid.addWidget(self.explore, 1, 1)
        grid.addWidget(self.project, 1, 1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(PAD, 10, PAD, 12)
        self.column.setSpacing(8)
        for widget in (self.name, self.picture, self.ways, self.buttons):
            self.column.addWidget(widget)
        self.column.addStretch(1)
        self.show_item(None)

    def add(self, section: QWidget) -> None:
        """Append a section."""
        self.column.insertWidget(self.column.count() - 1, section)

    @property
    def job(self) -> Job | None:
        """The large picture."""
        if self.item is None:
            return None
        return Job(self.item.wanted, WAYS[self.ways.value](self.recipe))

    def show_item(self, item: Item | None, line: str = "") -> None:
        """Show another item, or none."""
        self.item = item
        for widget in (self.name, self.picture, self.ways, self.buttons):
            widget.setVisible(item is not None)
        if item is not None:
            self.name.show_item(item, line)
            self.explore.setVisible(item.unit is not None)
            self.project.setVisible(item.unit is None and not item.wanted.is_class)
            self.grouping.setVisible(item.unit is not None)
        self._look()

    def show_projected(self, projected: bool) -> None:
        """Say whether the direction is taken out of the network."""
        self.project.setText(self.tr("Put it back") if projected else self.tr("Project it out"))

    def show_recipe(self, recipe: Recipe) -> None:
        """Make the pictures by another recipe."""
        self.recipe = recipe
        words = self.tr("{0} steps · {1} px · seed {2}").format(recipe.steps, recipe.size, recipe.seed)
        self.recipe_button.setText(words)
        self._look()

    def show_picture(self) -> None:
        """Show the large picture as far as it is made."""
        job = self.job
        if job is None:
            return
        made = self._wanting.get(job)
        self.picture.show_made(made, self._wanting.failure(job))

    def _look(self) -> None:
        self.show_picture()
        self.looked.emit()

    def _recipe_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.aboutToShow.connect(lambda: self._fill_recipes(menu))
        return menu

    def _fill_recipes(self, menu: QMenu) -> None:
        menu.clear()
        for title, name, values in (
            (self.tr("{0} steps"), "steps", STEPS),
            (self.tr("{0} pixels a side"), "size", SIDES),
            (self.tr("seed {0}"), "seed", self._seeds()),
        ):
            for value in values:
                action = menu.addAction(title.format(value))
                action.setCheckable(True)
                action.setChecked(getattr(self.recipe, name) == value)
                recipe = replace(self.recipe, **{name: value})  # type: ignore[arg-type]
                action.triggered.connect(lambda _=False, recipe=recipe: self.recipe_wanted.emit(recipe))
            menu.addSeparator()

    def _seeds(self) -> Sequence[int]:
        return sorted({0, 1, 2, self.recipe.seed, self.recipe.seed + 1})
