"""The header of the lanes: what is shown, its order, scale, size, filter; the rest in a menu."""

from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.common import ElidedLabel, IconButton, PanelHeader
from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.controls.waiting import of_which, of_which_run
from gnet_desktop.gui.lanes.area import LanesArea
from gnet_desktop.gui.lanes.filtering import unit_named
from gnet_desktop.gui.lanes.legend import Legend, common_legend
from gnet_desktop.gui.lanes.menus import explained_name, fill_options_menu, fill_sort_menu, sort_words
from gnet_desktop.gui.looks.icons import icon
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.gui.painting.numbers import size
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.gui.painting.scale_bar import draw_lying_bar, lying_bar_width
from gnet_desktop.shown import whole
from gnet_desktop.workspace.state import Workspace

SCALES: Final = ("map", "branch", "module")
TILES: Final = (24, 48, 96, 256)
_BAR: Final = 72
_CONTROL, _FILTER, _NARROW_FILTER = 24, 130, 88
_WITH_WORDS: Final = 1100
_WITH_LABEL, _WITH_SORT, _WITH_FILTER, _WITH_NOTE, _WITH_BAR = 1000, 960, 800, 780, 560


class ScaleBar(Speaking, QWidget):
    """The colour bar of all lanes with what stands at its two ends."""

    spoken_role = Role.Graphic

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._legend: Legend | None = None
        self._strip: QImage | None = None
        self._short = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def show_legend(self, legend: Legend | None, *, short: bool) -> None:
        """Show a scale, or nothing; ``short`` where there is little room for words."""
        if (legend, short) == (self._legend, self._short):
            return
        self._legend, self._short = legend, short
        self._strip = None if legend is None else legend.scale.strip()
        self.setFixedWidth(0 if legend is None else round(lying_bar_width(self.ends, _BAR)))
        self.setAccessibleDescription(legend.sentence if legend else "")
        self.setToolTip(legend.sentence if legend else "")
        self.update()

    @override
    def spoken_value(self) -> str:
        """What it tells in a sentence."""
        return self._legend.sentence if self._legend else ""

    @property
    def ends(self) -> tuple[str, str]:
        """What stands at the two ends."""
        if self._legend is None:
            return "", ""
        low, high = self._legend.ends
        return low, (self._legend.short if self._short else "") or high

    @property
    def scale(self) -> Scale | None:
        """The scale shown."""
        return None if self._legend is None else self._legend.scale

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Number, strip, number."""
        if self._strip is not None:
            painter = QPainter(self)
            draw_lying_bar(painter, self.ends, self._strip, QRectF(self.rect()))
            painter.end()


class LanesHeader(Speaking, QWidget):
    """Title and count, filter, sort order, scale with its colour bar, tile size, options."""

    pressed = Signal()
    spoken_role = Role.ToolBar

    def __init__(self, workspace: Workspace, area: LanesArea, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._area = workspace, area
        self.panel = PanelHeader("")
        self.filter = QLineEdit()
        self.sort, self.options = IconButton("sort"), IconButton("more")
        self.scale = Segmented([(scale, self._words(scale)) for scale in SCALES])
        self.tiles = Segmented([(tile, str(tile)) for tile in TILES[:3]])
        self.bar = ScaleBar()
        self._name_all()
        self.scale.explain(
            {
                scale: explained(words, word="scale")
                for scale, words in zip(SCALES, self._scale_words(), strict=True)
            }
        )
        self.filter.setFont(font(12))
        self.filter.setFixedHeight(_CONTROL)
        self.filter.addAction(icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition)
        self.label = ElidedLabel(self.tr("scale"), token="text3")
        for widget in (self.filter, self.sort, self.label, self.scale, self.bar, self.tiles, self.options):
            self.panel.add(widget)
        self.panel.pressed.connect(self.pressed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.panel)
        # the words and controls that don't fit give way; they don't make the panel wider
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.scale.chosen.connect(lambda scale: workspace.change_view(scale=scale))
        self.tiles.chosen.connect(lambda tile: workspace.change_view(tile=tile))
        self.filter.textChanged.connect(lambda text: workspace.change_view(filter=text))
        self.filter.returnPressed.connect(self._go_to_named)
        self.sort.clicked.connect(self._open_sorts)
        self.options.clicked.connect(self._open_options)
        area.changed.connect(self.refresh)
        self.refresh()

    def add(self, widget: QWidget) -> None:
        """Append a control at the right."""
        self.panel.add(widget)

    def _name_all(self) -> None:
        for widget, name in (
            (self.filter, self.tr("Filter: numbers, ranges and names, such as 0-15, 3x3:11, mixed4a:411")),
            (self.sort, self.tr("Sort order")),
            (self.scale, self.tr("Scale")),
            (self.tiles, self.tr("Size of tiles")),
            (self.options, self.tr("Colours, contrast, reductions")),
            (self.bar, self.tr("Colour bar")),
        ):
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        self.filter.setPlaceholderText(self.tr("Filter"))
        self.filter.setClearButtonEnabled(True)

    def _scale_words(self) -> tuple[str, str, str]:
        """Each of `SCALES` as a sentence."""
        return (
            self.tr("Each map is stretched to its own maximum."),
            self.tr("The maps of each branch share a scale."),
            self.tr("All maps of the module share a scale."),
        )

    def _words(self, scale: str) -> str:
        return {"map": self.tr("Map"), "branch": self.tr("Branch"), "module": self.tr("Module")}[scale]

    def refresh(self) -> None:
        """Say what is shown now."""
        view, area = self._workspace.view, self._area
        self.panel.set_title(self.tr("Branches of {0}").format(self._workspace.selection.module))
        self._show_note()
        self.sort.setText(self._sort_words())
        self.sort.setToolTip(
            f"{self.sort.accessibleName()}: {sort_words(view.sort, explained_name(self._workspace))}"
        )
        self.scale.set_value(view.scale)
        self.tiles.set_value(view.tile)
        self._show_legend()
        if self.filter.text() != view.filter:
            self.filter.setText(view.filter)
        self.filter.setToolTip(
            str(area.contents.error) if area.contents.error else self.filter.accessibleName()
        )

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where room is short the words give way, not the controls."""
        width = event.size().width()
        self.label.setVisible(width >= _WITH_LABEL)
        self.filter.setVisible(width >= _WITH_FILTER)
        self.bar.setVisible(width >= _WITH_BAR)
        self.filter.setFixedWidth(_FILTER if width >= _WITH_LABEL else _NARROW_FILTER)
        self.sort.setText(self._sort_words())
        self._show_note()
        self._show_legend()
        super().resizeEvent(event)

    def _show_note(self) -> None:
        self.panel.set_note(self.note if self.width() >= _WITH_NOTE else "")

    def _sort_words(self) -> str:
        if self.width() < _WITH_SORT:
            return ""
        share, name = self._area.sorting.effects.share, explained_name(self._workspace)
        if share is not None:
            words = self.tr("{0}, {1} %")
            return words.format(sort_words(self._workspace.view.sort, name), round(100 * share))
        return sort_words(self._area.contents.sort, name)

    @property
    def note(self) -> str:
        """How many maps are shown, of how many cells."""
        contents = self._area.contents
        if not contents.lanes:
            return of_which_run(self._workspace) if self._workspace.seen is not None else ""
        words = self.tr("{0} of {1} maps").format(*contents.shown)
        if self._workspace.stale:
            return of_which(self._workspace)
        if marked := self._workspace.marked_units:
            words = self.tr("{0} marked").format(whole(len(marked)))
        whose = of_which_run(self._workspace)
        return f"{whose or words} · {size(*contents.lanes[0].cells)}"

    def _show_legend(self) -> None:
        workspace = self._workspace
        legend = common_legend(self._area.contents, workspace.look, stale=workspace.stale)
        self.bar.show_legend(legend, short=self.width() < _WITH_WORDS)

    def _go_to_named(self) -> None:
        result = self._workspace.seen
        unit = unit_named(self.filter.text(), result.checkpoint.architecture) if result else None
        if unit is not None:
            self._workspace.change_view(filter="")
            self._workspace.choose_unit(unit)

    def _open_sorts(self) -> None:
        menu = QMenu(self)
        fill_sort_menu(menu, self._workspace)
        self._popup(menu, self.sort)

    def _open_options(self) -> None:
        menu = QMenu(self)
        self.fill_options(menu)
        self._popup(menu, self.options)

    def fill_options(self, menu: QMenu) -> None:
        """The menu of how maps are shown."""
        reset = self._area.reset_zoom if self._area.zoomed else None
        fill_options_menu(menu, self._workspace, reset_zoom=reset)

    def _popup(self, menu: QMenu, below: QWidget) -> None:
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(below.mapToGlobal(below.rect().bottomLeft()))
