"""What the photo shows and where it lies: one picture, or a run's and its reference's, zoomed together."""

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRect, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.waiting import reference_words
from gnet_desktop.gui.photo import painting
from gnet_desktop.gui.photo.camera import LEAST, MARGIN, Camera, centred, fitting, in_the_middle
from gnet_desktop.gui.photo.layers import Point, UnitLayer
from gnet_desktop.gui.photo.pairing import CLOSE, Mode, Place, mode_of, places
from gnet_desktop.gui.photo.pane import Pane
from gnet_desktop.gui.photo.sight import Sight
from gnet_desktop.network.naming import Unit
from gnet_desktop.pictures.geometry import Box
from gnet_desktop.shown import name_of
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import UNCHANGED, Reference

_BESIDE_TOOLS: Final = 8
"""Pixels between tools and photo."""


class PhotoStage(QWidget):
    """The current picture, or the run's and its reference's; maps lie where their cells are.

    ``sight_changed()`` when a picture that was long in the making takes its thumbnail's place,
    or other pictures are shown.
    """

    sight_changed = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._free = False  # zoomed or moved by hand: no longer follows the view's size
        self._held_space = False
        self._by_key = False
        self._mode: Mode = "alone"
        self._share = 0.5  # of the free room that is left of the line between two runs
        self._homes: tuple[Camera, ...] = (Camera(),)
        self._tools = QRect()
        self._first = Pane(workspace, "", "seen", self.update, self._take_ready)
        self._second = Pane(workspace, " of the reference", "reference", self.update, self._take_ready)
        self.setMinimumSize(160, 120)
        ends = [
            workspace.result_changed.subscribe(self._look),
            workspace.current_changed.subscribe(self._look),
            workspace.decoded_changed.subscribe(self._look),
            workspace.reference_changed.subscribe(self._look),
            workspace.reference_result_changed.subscribe(self._look),
            workspace.entry_changed.subscribe(self._entry_changed),
            workspace.hover_changed.subscribe(self.update),
            workspace.selection_changed.subscribe(self.update),
            workspace.pins_changed.subscribe(self.update),
            workspace.explained_changed.subscribe(self.update),
            workspace.view_changed.subscribe(self._view_changed),
            self._first.end,
            self._second.end,
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._look()

    # What is shown

    @property
    def mode(self) -> Mode:
        """Whether one picture is shown, two, or one in two parts."""
        return self._mode

    @property
    def panes(self) -> tuple[Pane, ...]:
        """What is shown: the run, and its reference where that is shown too."""
        return (self._first,) if self._mode == "alone" else (self._first, self._second)

    @property
    def camera(self) -> Camera:
        """Where the run's picture lies now, from the corner of its place."""
        return self._first.camera

    @property
    def unit(self) -> Unit | None:
        """The unit whose map is laid over: the hovered one before the chosen one."""
        return self._workspace.hovered or self._workspace.selection.unit

    @property
    def tools(self) -> QRect:
        """Where tools lie: the photo that is shown whole is beside them, and so are words."""
        return self._tools

    def set_tools(self, place: QRect) -> None:
        """Tools lie there now."""
        if place != self._tools:
            self._tools = place
            if not self._free:
                self.show_whole()

    @property
    def sight(self) -> Sight | None:
        """The run's picture that is shown."""
        return self._first.sight

    def layer(self) -> UnitLayer | None:
        """The map that is laid over, and how it lies; None while it is of another picture."""
        return self._first.layer(self.unit)

    def _entry_changed(self, picture: int) -> None:
        shown = {pane.sight.id for pane in self.panes if pane.sight is not None}
        awaited = self._mode != "alone" and self._second.sight is None
        if awaited or picture in {self._workspace.current, *shown}:
            self._look()

    def _take_ready(self) -> None:
        self._look()
        self.sight_changed.emit()

    def _look(self) -> None:
        """The picture follows the choice at once; what was computed of it follows when it is there."""
        before, mode = self._first.sight, self._mode
        self._mode = mode_of(self._workspace)
        self._first.whose = "seen" if self._mode == "alone" else "this"
        other = self._first.look()
        if self._mode == "alone":
            self._second.leave()
        else:
            other = self._second.look(self._first.sight) or other
        now = self._first.sight
        if other or self._mode != mode:
            same_frame = (
                before is not None and now is not None and (before.id, before.size) == (now.id, now.size)
            )
            if self._free and same_frame and self._mode == mode:
                self._place_homes()
            else:
                self.show_whole()
        if self._mode != mode:
            self.sight_changed.emit()
        self.setAccessibleDescription(self._words())
        self.update()

    def _words(self) -> str:
        entry = self._workspace.pictures.get(self._workspace.current or 0)
        if entry is None:
            return self.tr("No picture is open.")
        if self._mode != "alone":
            return ". ".join(self.titles())
        picture = self._first.sight.picture if self._first.sight is not None else None
        return picture.source if picture is not None else entry.name

    def titles(self) -> tuple[str, str]:
        """What each of two pictures is: which run, and after a colon whose."""
        workspace, reference = self._workspace, self._workspace.reference
        entry = workspace.pictures.get(workspace.current or 0)
        this, other = entry.name if entry is not None else "", reference_words(workspace)
        if reference == UNCHANGED:
            this, other = "", self.tr("unchanged")
        elif reference is not None and reference.picture is None:
            this, other = self._apart(reference)
        head = self.tr("This, changed") if workspace.changes else self.tr("This")
        return f"{head}: {this}" if this else head, self.tr("Reference: {0}").format(other)

    def _apart(self, reference: Reference) -> tuple[str, str]:
        """What tells two runs of one picture apart: the checkpoints' files, or the conventions."""
        workspace = self._workspace
        if reference.checkpoint is not None:
            pair = (workspace.network, workspace.reference_network)
            names = ("" if one is None else name_of(one.checkpoint.provenance.path) for one in pair)
        else:
            both = (workspace.convention, reference.convention)
            names = ("" if one is None else one.name for one in both)
        this, other = names
        return this, other

    def _view_changed(self, old: object) -> None:
        view = self._workspace.view
        if getattr(old, "photos", None) != view.photos:
            self._look()
        if getattr(old, "photo", None) != view.photo:
            self.show_whole()
        self.update()

    # Where it lies

    def show_whole(self) -> None:
        """Forget zoom and pan: the photo, the crop or its pixels, as the view options say."""
        self._free = False
        self._place_homes()
        for pane, home in zip(self.panes, self._homes, strict=False):
            pane.camera = home
        self.update()

    def _place_homes(self) -> None:
        """Where the pictures lie while no hand has moved them."""
        if self._first.sight is None:
            return
        found = [self._home(pane, place) for pane, place in zip(self.panes, self.places(), strict=True)]
        # a line parts one picture, however the input lies on it
        self._homes = (found[0], found[0]) if self._mode == "split" else tuple(found)
        if self._free:
            self._follow()

    def _home(self, pane: Pane, place: Place) -> Camera:
        sight, mode = pane.sight or self._first.sight, self._workspace.view.photo
        assert sight is not None
        if mode == "pixels" and sight.geometry is not None:
            room = self._room() if self._mode == "alone" else place.size
            return centred(sight.geometry.crop_box, room, 1 / self.devicePixelRatioF())
        box = _shown_box(sight, mode)
        if self._mode == "beside":
            left, top, right, bottom = place.room
            return fitting(box, (right - left, bottom - top), margin=CLOSE).moved(left, top)
        return in_the_middle(box, place.room, place.size)

    def places(self) -> tuple[Place, ...]:
        """Where the pictures stand in the view."""
        mode, sights = self._workspace.view.photo, [pane.sight or self._first.sight for pane in self.panes]
        boxes = [_shown_box(sight, mode) if sight is not None else (0, 0, 1, 1) for sight in sights]
        sizes = [(right - left, bottom - top) for left, top, right, bottom in boxes]
        return places(self._mode, (self.width(), self.height()), self._free_room(), (sizes[0], sizes[-1]))

    def _follow(self) -> None:
        """The second picture is zoomed and moved as the first one is."""
        if len(self.panes) == len(self._homes) == 2:
            self._second.camera = self._first.camera.following(*self._homes)

    def place_at(self, view: QPointF) -> tuple[Pane, Point]:
        """The pane under a place of the view, and that place from its corner."""
        x, y = view.x(), view.y()
        if self._mode == "split":
            return self.panes[int(x >= self.line)], (x, y)
        chosen = self._first, self.places()[0]
        for pane, place in zip(self.panes, self.places(), strict=True):
            left, top, right, bottom = place.box
            if left <= x < right and top <= y < bottom:
                chosen = pane, place
        return chosen[0], (x - chosen[1].box[0], y - chosen[1].box[1])

    @property
    def line(self) -> float:
        """Where the line between two runs stands, in pixels of the view."""
        left, _, right, _ = self._free_room()
        return round(left + self._share * (right - left))

    def move_line(self, x: float) -> None:
        """The line between two runs stands there now, as far as there is photo."""
        left, _, right, _ = self._free_room()
        self._share = min(1.0, max(0.0, (x - left) / max(1.0, right - left)))
        self.update()

    @property
    def has_bar(self) -> bool:
        """Whether there is room for the scale of what is laid over."""
        return self.width() >= 360

    def zoom(self, factor: float, anchor: QPointF | None = None) -> None:
        """Zoom around a point of the view, or the middle of the run's picture."""
        place = self.places()[0]
        middle = (place.size[0] / 2, place.size[1] / 2)
        local = middle if anchor is None else self.place_at(anchor)[1]
        self._first.camera = self._first.camera.zoomed(factor, local, least=self._least())
        self._free = True
        self._follow()
        self.update()

    def move_by(self, dx: float, dy: float) -> None:
        """Move what is shown by pixels of the view."""
        self._first.camera = self._first.camera.moved(dx, dy)
        self._free = True
        self._follow()
        self.update()

    def _least(self) -> float:
        """The smallest scale: a picture that is shown whole below the usual limit may be so again."""
        sight = self._first.sight
        if sight is None:
            return LEAST
        left, top, right, bottom = self.places()[0].room
        return min(LEAST, fitting((0, 0, *sight.size), (right - left, bottom - top)).scale)

    def _room(self) -> tuple[float, float]:
        return self.width() - painting.BAR_SPACE * self.has_bar, self.height()

    def _free_room(self) -> Box:
        """The part of the view beside the tools and the bar, with the margin that a photo keeps."""
        tools, (right, bottom) = self._tools, self._room()
        if tools.isEmpty():
            return 0.0, 0.0, right, bottom
        beside = tools.height() > tools.width()
        left = tools.right() + 1 + _BESIDE_TOOLS - MARGIN if beside else 0.0
        top = 0.0 if beside else tools.bottom() + 1 + _BESIDE_TOOLS - MARGIN
        return left, top, right, bottom

    @property
    def percentage(self) -> float | None:
        """Physical pixels of the screen for a pixel of the picture, in percent; None before it is decoded."""
        sight = self._first.sight
        if sight is None or sight.picture is None:
            return None
        return self._first.camera.scale * self.devicePixelRatioF() * 100

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the view's size until a hand has zoomed."""
        super().resizeEvent(event)
        if self._free:
            self._place_homes()
        else:
            self.show_whole()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme or screen."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.DevicePixelRatioChange):
            for pane in self.panes:
                pane.forget()
            self.update()
        super().changeEvent(event)


def _shown_box(sight: Sight, mode: str) -> Box:
    """What of a picture is shown whole: all of it, or what the network sees."""
    crop = mode != "whole" and sight.geometry is not None
    return sight.geometry.crop_box if crop and sight.geometry is not None else (0, 0, *sight.size)
