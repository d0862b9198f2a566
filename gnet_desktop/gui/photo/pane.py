"""One run's picture with what is laid over it: painted into a place of the photo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter

from gnet_desktop.gui.photo import painting
from gnet_desktop.gui.photo.camera import Camera
from gnet_desktop.gui.photo.labels import Weighed, field_words, place_words
from gnet_desktop.gui.photo.laid_over import KeptOverlay, LaidOver, Look
from gnet_desktop.gui.photo.layers import Point, UnitLayer, unit_layer
from gnet_desktop.gui.photo.pairing import across
from gnet_desktop.gui.photo.ready import ReadyImages
from gnet_desktop.gui.photo.scaled import ScaledPhoto
from gnet_desktop.gui.photo.sight import Sight, Whose, again, sight_of
from gnet_desktop.gui.why.layer import Why, WhyLayer, shown_as
from gnet_desktop.inspection.colour_maps import faded
from gnet_desktop.inspection.scaling import Limits
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

_INTERSECT: Final = Qt.ClipOperation.IntersectClip
_WHOLE_PHOTO: Final = 5000.0
"""What it costs to cover all of the photo with words, as `place_words` weighs."""


@dataclass(frozen=True, slots=True)
class Over:
    """What lies over a picture: a unit's map or an answer's, in which colours, and drawn as what."""

    layer: UnitLayer | WhyLayer
    colours: str
    drawn: str = "map"

    @property
    def scaled(self) -> bool:
        """Whether its colours are values."""
        return self.drawn in ("map", "signed")


class Pane:
    """A picture, where it lies, and the maps over it; ``name`` tells its work from that of others.

    ``update()`` when there is more to paint, ``ready()`` when a large picture can be had.
    """

    def __init__(
        self,
        workspace: Workspace,
        name: str,
        whose: Whose,
        update: Callable[[], None],
        ready: Callable[[], None],
    ) -> None:
        self._workspace = workspace
        self.whose = whose
        self.camera = Camera()
        self.sight: Sight | None = None
        self._images = ReadyImages(workspace, f"levels{name}", ready)
        self._photo = ScaledPhoto(partial(workspace.make_ready, f"sharp{name}"), update)
        self._overlay = KeptOverlay()
        self._layers: dict[Unit, UnitLayer | None] = {}
        self._layers_of: Result | None = None
        self._between: Result | None = None
        self.why = Why(workspace, f"why{name}", update)
        self.end = self.why.found.end

    # What is shown

    def look(self, first: Sight | None = None) -> bool:
        """Find the picture to show; whether it is another. ``first`` is shown, and lends its pixels."""
        before = self.sight
        key, other = self._workspace.reference_key, self._workspace.reference_result
        if first is not None and key is not None and key.picture == first.id:
            own = other is not None and other.key.picture == first.id
            geometry = other.geometry if other is not None and own else first.geometry
            self.sight = again(first, geometry, before)
        else:
            self.sight = sight_of(self._workspace, self.whose, before, self._images)
        return self.sight is not before

    def leave(self) -> None:
        """It isn't shown any more."""
        self.sight = self._between = self._layers_of = None
        self._layers = {}
        self._images.forget()
        self.why.found.stop()
        self.forget()

    def forget(self) -> None:
        """Another theme or screen."""
        self._overlay.forget()
        self._photo.forget()

    @property
    def result(self) -> Result | None:
        """What was computed of the picture that is shown, if that is more than its thumbnail."""
        result, sight = self._result(), self.sight
        if result is None or sight is None or sight.picture is None:
            return None
        return result if result.key.picture == sight.id else None

    def _result(self) -> Result | None:
        workspace = self._workspace
        between = workspace.shows == "difference"
        if self.whose == "seen":
            return workspace.seen
        if self.whose == "this":
            return workspace.seen if between else workspace.result
        return self._laid_on_reference() if between else workspace.reference_result

    def _laid_on_reference(self) -> Result | None:
        """The difference as it lies on the reference's picture."""
        reference, seen = self._workspace.reference_result, self._workspace.seen
        if reference is None or seen is None:
            return None
        kept = self._between
        if kept is None or kept.record is not seen.record or kept.picture is not reference.picture:
            self._between = replace(reference, record=seen.record)
        return self._between

    def layer(self, unit: Unit | None) -> UnitLayer | None:
        """A unit's map as it lies on the picture; None while it is of another picture."""
        result = self.result
        if unit is None or result is None:
            return None
        if result is not self._layers_of:
            self._layers_of, self._layers = result, {}
        if unit not in self._layers:
            self._layers[unit] = unit_layer(result, unit)
        return self._layers[unit]

    def over(self, unit: Unit | None) -> Over | None:
        """What is to be laid over the picture, as the view options say."""
        workspace, result = self._workspace, self.result
        if result is None:
            return None
        if workspace.view.why:
            layer = self.why.layer(self._explained(result))
            drawn = workspace.question.drawn
            return None if layer is None else Over(*shown_as(layer, drawn, workspace.view.colour_map), drawn)
        found = self.layer(unit) if workspace.view.overlay else None
        return None if found is None else Over(found, workspace.look.colour_map)

    def why_words(self) -> tuple[str, ...]:
        """What is explained of the answer, in words; none where nothing is."""
        result = self.result
        if result is None or not self._workspace.view.why:
            return ()
        explained = self._explained(result)
        layer = self.why.layer(explained)
        return self.why.words(explained) if layer is None else layer.caption

    def _explained(self, result: Result) -> Result:
        """The run whose answer is explained: what lies between two has no answer of its own."""
        other = self._workspace.reference_result if self.whose == "reference" else self._workspace.result
        return (self._workspace.said if self.whose == "seen" else other) or result

    def own(self, point: Point | None) -> Point | None:
        """The workspace's point, which is of the picture that is seen, on this picture."""
        seen, result = self._workspace.seen, self.result
        if point is None or seen is None or result is None:
            return point
        return across(point, seen.geometry, result.geometry)

    def told(self, point: Point) -> Point | None:
        """A point of this picture as the workspace has it; None outside what is known."""
        seen, result = self._workspace.seen, self.result
        if seen is None or result is None or not _inside(point, result.picture.size):
            return None
        theirs = across(point, result.geometry, seen.geometry)
        return theirs if _inside(theirs, seen.picture.size) else None

    def cell(self, unit: Unit | None) -> tuple[int, int] | None:
        """(column, row) of what is marked: under the cursor, at a kept place, chosen, or the peak."""
        layer, result, workspace = self.layer(unit), self.result, self._workspace
        if layer is None or result is None:
            return None
        pins, selection = workspace.pins, workspace.selection
        point = self.own(workspace.point or (pins[0] if pins else None))
        return layer.cell(result, point, selection.cell if layer.unit == selection.unit else None)

    # Painting: from the corner of its place

    def paint(
        self, painter: QPainter, size: QSize, over: Over | None, ends: Limits | None
    ) -> LaidOver | None:
        """The photo, veiled beside the crop, and what lies over it; that is given back."""
        sight = self.sight
        if sight is None:
            return None
        ground = QRectF(0, 0, size.width(), size.height())
        whole = painting.rect(self.camera.box_to_view((0, 0, *sight.size)))
        self._photo.paint(painter, sight, self.camera, whole.intersected(ground))
        if sight.geometry is None:
            return None
        crop = painting.rect(self.camera.box_to_view(sight.geometry.crop_box))
        painting.dim_outside(painter, whole, crop.intersected(whole))
        if over is None:
            return None
        laid = self._laid(over, ends, size, painter.device().devicePixelRatioF())
        painter.save()
        if isinstance(over.layer, WhyLayer):
            painter.setClipRect(crop, _INTERSECT)
        painter.drawImage(QPointF(0, 0), laid.image)
        painter.restore()
        return laid

    def _laid(self, over: Over, ends: Limits | None, size: QSize, ratio: float) -> LaidOver:
        view, sight, result = self._workspace.view, self.sight, self.result
        assert sight is not None  # what is computed lies over something
        assert result is not None
        colours = faded(over.colours) if self._workspace.stale else over.colours
        look = Look(colours, view.smooth, view.overlay_opacity, over.drawn, ends)
        of = self._explained(result) if isinstance(over.layer, WhyLayer) else result
        return self._overlay.get(over.layer, of, look, self.camera, size, ratio, sight.image)

    def paint_frame(self, painter: QPainter) -> None:
        """The crop's frame."""
        sight = self.sight
        if sight is not None and sight.geometry is not None:
            painting.draw_frame(painter, painting.rect(self.camera.box_to_view(sight.geometry.crop_box)))

    def paint_field(
        self, painter: QPainter, unit: Unit | None, bounds: QRectF, covered: Sequence[Weighed], *, told: bool
    ) -> None:
        """The marked cell with its field, whose size is ``told`` beside it."""
        layer, result, cell = self.layer(unit), self.result, self.cell(unit)
        if layer is None or result is None or cell is None:
            return
        seen, size = layer.seen(result, cell)
        field = painting.rect(self.camera.box_to_view(seen))
        peak = painting.rect(self.camera.box_to_view(layer.cell_box(result, cell)))
        painting.draw_mark(painter, field)
        painting.draw_mark(painter, peak)
        if told:
            forms = field_words(layer.field.size, *size)
            sizes = [painting.label_size(one) for one in forms]
            around = [*self._beside(field, peak), *covered]
            chosen, place = place_words(sizes, field, bounds, around)
            painting.draw_label(painter, forms[chosen], place)

    def _beside(self, field: QRectF, peak: QRectF) -> list[Weighed]:
        """What the field's words should not cover: its peak, the cursor, much of the photo."""
        own = [(peak.adjusted(-4, -4, 4, 4), 1000.0), (field, 4.0)]
        point = self.own(self._workspace.point)
        if point is not None:
            cursor = QPointF(*self.camera.to_view(point))
            own.append((QRectF(cursor.x() - 12, cursor.y() - 12, 32, 36), 1000.0))
        if self.sight is not None:
            photo = painting.rect(self.camera.box_to_view((0, 0, *self.sight.size)))
            own.append((photo, _WHOLE_PHOTO / max(1.0, photo.width() * photo.height())))
        return own

    def paint_pins(self, painter: QPainter) -> None:
        """The kept places."""
        pins = self._workspace.pins
        for number, pin in enumerate(pins, 1):
            place = QPointF(*self.camera.to_view(self.own(pin) or pin))
            painting.draw_place(painter, place, str(number) if len(pins) > 1 else "")


def _inside(point: Point, size: tuple[int, int]) -> bool:
    return 0 <= point[0] < size[0] and 0 <= point[1] < size[1]
