"""The map painted, and where everything is on it; what hands do is in `view.py`."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.waiting import obstacle
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.network_map.choosing import chosen_target
from gnet_desktop.gui.network_map.effects import Effects
from gnet_desktop.gui.network_map.kept_image import KeptImage
from gnet_desktop.gui.network_map.marks import (
    CHOSEN,
    Mark,
    draw_changes,
    draw_frames,
    draw_ground,
    draw_names,
    draw_progress,
)
from gnet_desktop.gui.network_map.model import MapModel, model_of
from gnet_desktop.gui.network_map.shapes import MapLayout
from gnet_desktop.gui.network_map.viewport import Viewport
from gnet_desktop.workspace.state import Workspace


class MapCanvas(QWidget):
    """The network as one picture, whole or a part of it; what is chosen is framed."""

    effects_grew = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._model: MapModel | None = None
        self._layout: MapLayout | None = None
        self._viewport = Viewport()
        self._image = KeptImage(self, self._viewport)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 104)
        self.effects = Effects(workspace, self._effects_grew)
        ends = [
            workspace.checkpoint_changed.subscribe(self.refresh),
            workspace.loading_changed.subscribe(self.update),
            workspace.result_changed.subscribe(self.refresh),
            workspace.reference_result_changed.subscribe(self.refresh),
            workspace.explained_changed.subscribe(self._explained_changed),
            workspace.view_changed.subscribe(self._view_changed),
            workspace.selection_changed.subscribe(self._selection_changed),
            self.effects.found.end,
        ]
        self.destroyed.connect(lambda: [end() for end in ends])

    # What is shown, and where

    def refresh(self) -> None:
        """The network, the picture or the quantity changed."""
        self._model = model_of(self._workspace, self._model, self.effects.of)
        self._lay_out()

    @property
    def empty_words(self) -> str:
        """What stands in the map's place while there is no network; empty otherwise."""
        return obstacle(self._workspace)

    @property
    def model(self) -> MapModel | None:
        """What is shown."""
        return self._model

    @property
    def map_layout(self) -> MapLayout | None:
        """Where everything is, in the map's coordinates."""
        return self._layout

    @property
    def zoom(self) -> float:
        """1 shows all; up to 8."""
        return self._viewport.zoom

    def position_of(self, target: str) -> QPointF | None:
        """The middle of a target in the widget's coordinates."""
        area = self._layout.area(target) if self._layout is not None else None
        return None if area is None else self._viewport.rectangle(area).center()

    @override
    def sizeHint(self) -> QSize:
        """The size in a window of 1600×1000."""
        return QSize(1047, 182)

    def _lay_out(self) -> None:
        self._layout = self._viewport.lay_out(self._model, self.size())
        self._image.forget()
        self._move_to(self._viewport.offset)

    def _move_to(self, offset: QPointF) -> None:
        if self._viewport.move_to(offset, self._layout, self.size()):
            self._image.forget()
        self.update()

    def _view_changed(self, old: object) -> None:
        if getattr(old, "quantity", None) != self._workspace.view.quantity:
            self.refresh()

    def _explained_changed(self) -> None:
        if self._workspace.view.quantity == "effect":
            self.refresh()

    def _effects_grew(self) -> None:
        self.refresh()
        self.effects_grew.emit()

    def _selection_changed(self) -> None:
        self.show_target(self._workspace.selection.module)
        self.update()

    def show_target(self, target: str) -> None:
        """Move so that a target is in view."""
        area = self._layout.area(target) if self._layout is not None else None
        if area is not None:
            self._move_to(self._viewport.showing(area, self.size()))

    def set_zoom(self, zoom: float, about: QPointF | None = None) -> None:
        """Zoom, keeping the place under ``about`` (the middle by default) where it is."""
        middle = QPointF(self.width() / 2, self.height() / 2)
        about = middle if about is None else about
        if not self._viewport.zoom_to(zoom, about):
            return
        self._lay_out()
        if about == middle:
            self.show_target(self._workspace.selection.module)

    def _target_at(self, position: QPointF) -> str | None:
        if self._layout is None:
            return None
        there = self._viewport.to_map(position)
        return self._layout.at(there.x(), there.y())

    # Painting

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground of the chosen module, the cached picture, the frames."""
        painter = QPainter(self)
        if self._layout is None:
            self._paint_empty(painter)
        else:
            chosen = self._workspace.selection.module
            painter.save()
            self._viewport.apply(painter)
            draw_ground(painter, self._layout, chosen)
            painter.restore()
            picture = self._model.picture if self._model is not None else None
            painter.drawPixmap(0, 0, self._image.get(self._layout, picture, stale=self._workspace.stale))
            self._viewport.apply(painter)
            draw_changes(painter, self._layout, self._workspace.changes)
            draw_names(painter, self._layout, chosen, above=self._viewport.to_map(QPointF()).y())
            draw_frames(painter, self._layout, self._marks())
            painter.resetTransform()
            draw_progress(painter, QRectF(self.rect()), self.progress_words)
        painter.end()

    @property
    def progress_words(self) -> str:
        """How far the effects are that were asked for; empty once they are there."""
        model, result = self._model, self._workspace.own_result
        if model is None or model.quantity.name != "effect" or model.quantity.layers or result is None:
            return ""
        return self.tr("Effect when off: {0}").format(self.effects.words(result))

    def _marks(self) -> list[tuple[str | None, Mark]]:
        """What is framed, the uppermost last."""
        return [(chosen_target(self._workspace), CHOSEN)]

    def _paint_empty(self, painter: QPainter) -> None:
        painter.setFont(font(13))
        painter.setPen(Theme.now().colour("text3"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.empty_words)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        self._lay_out()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme: paint anew."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._image.forget()
            self.update()
        super().changeEvent(event)
