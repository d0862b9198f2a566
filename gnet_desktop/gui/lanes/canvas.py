"""The lanes laid out, coloured and zoomed together; pointing, choosing and keys are in `area.py`."""

from math import ceil
from typing import Final

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import (
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.lanes.arrangement import EDGE, SCROLLER, Arrangement, Place, Zoom, arrange
from gnet_desktop.gui.lanes.atlas import LaneAtlas, Region
from gnet_desktop.gui.lanes.contents import LaneContents
from gnet_desktop.gui.lanes.lane_view import LaneView
from gnet_desktop.gui.lanes.legend import Legend, lane_legend
from gnet_desktop.gui.lanes.model import Lane, LaneScale
from gnet_desktop.gui.lanes.painting import Texts
from gnet_desktop.gui.lanes.texts import header_texts, in_one_form
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.painting.images import tile_table
from gnet_desktop.inspection.colour_maps import faded
from gnet_desktop.workspace.state import Workspace

_SHORT_BELOW: Final = 300


class LanesCanvas(QWidget):
    """Lanes side by side under one zoom; ``changed()`` when others, or other cells, are shown."""

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.contents = LaneContents()
        self._views: list[LaneView] = []
        self._arrangement: Arrangement | None = None
        self._zoom = Zoom()
        self._room = 0

    @property
    def views(self) -> list[LaneView]:
        """The widgets of the lanes, in order."""
        return self._views[: len(self.contents.lanes)]

    def set_room(self, width: int) -> None:
        """How wide the lanes may be before they scroll sideways."""
        if width != self._room:
            self._room = width
            self._lay_out()

    def _lay_out(self) -> None:
        lanes, scales = self.contents.lanes, self.contents.scales
        while len(self._views) < len(lanes):
            self._views.append(self._make_view())
        for view in self._views[len(lanes) :]:
            view.hide()
        if not lanes:
            return
        self._arrangement = arrange(
            lanes[0].cells,
            self.contents.orders,
            room=self._room or self.width(),
            nominal=self._workspace.view.tile,
            ratio=self.devicePixelRatioF(),
            zoom=self._zoom,
        )
        self.setMinimumWidth(ceil(self._arrangement.width) if self._room else 0)
        places = self._arrangement.places
        texts = [
            header_texts(lane, len(place.layout.order), place.width)
            for lane, place in zip(lanes, places, strict=True)
        ]
        if self._short:
            texts = in_one_form(texts, [place.width - EDGE - SCROLLER for place in places])
        for number, place in enumerate(places):
            self._fill(self._views[number], lanes[number], scales[number], place, texts[number])

    @property
    def _short(self) -> bool:
        return self.height() < _SHORT_BELOW

    def _fill(self, view: LaneView, lane: Lane, scale: LaneScale, place: Place, texts: Texts) -> None:
        assert self._arrangement is not None
        region, layout, atlas = self._arrangement.region, place.layout, view.atlas
        if atlas is None or not atlas.shows(lane, layout, region, scale):
            atlas = LaneAtlas(lane, layout, region, scale)
        atlas.colour(self._table(), self.devicePixelRatioF())
        view.setGeometry(round(place.left), 0, round(place.width), self.height())
        view.look.captions = self._arrangement.captions
        view.show_lane(lane, atlas, region, texts, legend=self._legend(scale), short=self._short)
        view.show()

    def _make_view(self) -> LaneView:
        view = LaneView(self)
        view.zoomed.connect(self._zoom_by)
        view.panned.connect(self._pan_by)
        return view

    def _table(self) -> list[int]:
        """The colour table in use."""
        name, theme = self._workspace.look.colour_map, Theme.now()
        name = faded(name) if self._workspace.stale else name
        return tile_table(name, ground=theme.colour("raised"), gap=theme.colour("panel"))

    def _recolour(self) -> None:
        table, ratio = self._table(), self.devicePixelRatioF()
        for view, scale in zip(self.views, self.contents.scales, strict=True):
            if view.atlas is not None:
                view.atlas.colour(table, ratio)
                view.show_legend(self._legend(scale))
                view.update()

    def _legend(self, scale: LaneScale) -> Legend | None:
        return lane_legend(scale.limits, self._workspace.look, stale=self._workspace.stale)

    # Linked zoom

    def _zoom_by(self, steps: float, x: float, y: float) -> None:
        self._zoom = self._zoom.by(steps, x, y)
        self._lay_out()
        self.changed.emit()

    def _pan_by(self, x: float, y: float) -> None:
        self._zoom = self._zoom.moved(x, y)
        self._lay_out()

    def reset_zoom(self) -> None:
        """Show whole maps again."""
        self._zoom = Zoom()
        self._lay_out()
        self.changed.emit()

    @property
    def region(self) -> Region | None:
        """The cells of every map that are shown."""
        return None if self._arrangement is None else self._arrangement.region

    @property
    def zoomed(self) -> bool:
        """Whether only a part of each map is shown."""
        return self._zoom.span < 1

    # Events

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other columns for another width, longer lanes for another height."""
        if event.size().height() != event.oldSize().height() or not self._room:
            self._lay_out()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme, another ground."""
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
        super().changeEvent(event)

    @override
    def event(self, event: QEvent) -> bool:
        """Another screen's ratio: tiles are laid out anew in its pixels."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._lay_out()
        return super().event(event)
