"""How the answer develops with depth: a line for each class, from aux1 to main."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gnet_desktop.gui.answers.standing import STANDINGS, Standing, standing_words
from gnet_desktop.gui.answers.table import SIGNS
from gnet_desktop.gui.answers.values import delta_words
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.heads.courses import Course
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.network_map.chart import step_of, text
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.inspection.answers import DEPTH, percent
from gnet_desktop.network.architecture import AUXILIARY, HEAD_PLACES, MODULES

_HEIGHT: Final = 260
_LABEL: Final = 17.0
_TOP: Final = 12.0
_BOTTOM: Final = 44.0
_AGREEMENT: Final = 16
"""What the line of agreements adds to the height."""
_READ_OUT: Final = 4
"""Classes whose readouts are drawn: more lines would hide each other."""


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places at least ``gap`` apart within low…high, in order, each as near to where it wants to be."""
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    places = [0.0] * len(wanted)
    last = low - gap
    for place in order:
        last = places[place] = max(wanted[place], last + gap)
    limit = high
    for place in reversed(order):
        places[place] = min(places[place], limit)
        limit = places[place] - gap
    return places


class Timeline(Speaking, QWidget):
    """The lines with their axis; labels stand at aux1 and at main."""

    spoken_role = Role.Chart

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.courses: list[Course] = []
        self._standing: Mapping[str, Standing] = {}
        self._agreement: Mapping[str, float] = {}
        self._logits, self._stale, self._between = False, False, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName(self.tr("How the answer develops with depth"))

    @override
    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(1200, _HEIGHT)

    def show_courses(
        self,
        courses: list[Course],
        *,
        standing: Mapping[str, Standing],
        logits: bool,
        stale: bool,
        agreement: Mapping[str, float] | None = None,
        between: bool = False,
    ) -> None:
        """Show lines; heads that have no say have no points and say why.

        ``agreement`` is how often a module's readout agrees with main, {module: 0…1}, where there are any.
        ``between``: the points are differences from the reference.
        """
        self.courses, self._standing, self._agreement = courses, standing, agreement or {}
        self._logits, self._stale, self._between = logits, stale, between
        self.setFixedHeight(_HEIGHT + _AGREEMENT * bool(self._agreement))
        lines = [
            f"{course.name}: "
            + ", ".join(
                " ".join((head, self._words(value), self._delta(course, head)[0])).strip()
                for head, value in course.points
            )
            for course in courses
        ]
        self.setAccessibleDescription(". ".join(lines))
        self.update()

    def _words(self, value: float) -> str:
        if self._between:
            return delta_words(value if self._logits else value / 100, logits=self._logits)[0]
        return number(value) if self._logits else percent(value / 100)

    def _delta(self, course: Course, head: str) -> tuple[str, int]:
        """How a class differs from the reference at a head, in words, and the sign; empty without one."""
        gap = None if self._between else course.gap(head, logits=self._logits)
        if gap is None:
            return "", 0
        return delta_words(gap if self._logits else gap / 100, logits=self._logits)

    @property
    def _heads(self) -> list[str]:
        """The heads that have an axis: among the modules' axes only those that the file has."""
        gone = [head for head, standing in self._standing.items() if standing == "absent"]
        return [head for head in DEPTH if not (self._agreement and head in gone)]

    def _x(self, head: str) -> float:
        left, right = 250.0, self.width() - 420.0
        if right - left < 200:
            left, right = self.width() * 0.22, self.width() * 0.74
        if self._agreement:
            # every module has its place, and a head that of the module it reads
            left, last = 90.0, len(MODULES)
            place = last if head == "main" else MODULES.index(HEAD_PLACES.get(head, head))
            return left + place / last * (right - left)
        share = {"aux1": 0.0, "aux2": 0.44, "main": 1.0}[head]
        return left + share * (right - left)

    def _range(self) -> tuple[float, float]:
        values = [value for one in self.courses for _, value in (*one.points, *one.readout, *one.before)]
        if not values:
            return 0.0, 100.0
        if self._between:
            # 0 has its place, and what is the same everywhere a scale
            reach = max(1.0, max(map(abs, values)))
            return min(-0.06 * reach, 1.06 * min(values)), max(0.06 * reach, 1.06 * max(values))
        high = max(values)
        low = min(0.0, *values) if self._logits else 0.0
        return low, max(high * 1.06, low + 1e-6)

    def _base(self) -> float:
        """Where the axis across lies."""
        return _HEIGHT - _BOTTOM

    def _y(self, value: float) -> float:
        low, high = self._range()
        return self._base() - (value - low) / (high - low) * (self._base() - _TOP)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Grid, axes, lines from the last to the first, labels."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_grid(painter)
        for head in self._heads:
            self._draw_axis(painter, head)
        for module, share in self._agreement.items():
            self._draw_module(painter, module, share)
        for course in reversed(self.courses):
            self._draw_readout(painter, course)
        for course in reversed(self.courses):
            self._draw_before(painter, course)
        for course in reversed(self.courses):
            self._draw_course(painter, course)
        self._draw_labels(painter)
        painter.end()

    def _draw_grid(self, painter: QPainter) -> None:
        theme, (low, high) = Theme.now(), self._range()
        left = self._x(MODULES[0] if self._agreement else "aux1") - 40
        right = self._x("main") + 40
        step = step_of(high - low)
        value = step * -(-low // step)
        while value <= high:
            y = self._y(value)
            painter.setPen(theme.colour("line2" if value == 0 else "line"))
            painter.drawLine(QPointF(left, y), QPointF(right, y))
            box = QRectF(left - 56, y - 8, 48, 16)
            text(
                painter,
                box,
                f"{value:g}".replace("-", "−"),
                pixels=11.5,
                token="text3",
                align=Qt.AlignmentFlag.AlignRight,
            )
            value += step

    def _draw_axis(self, painter: QPainter, head: str) -> None:
        theme, x, base = Theme.now(), self._x(head), self._base()
        painter.setPen(theme.colour("line2"))
        painter.drawLine(QPointF(x, _TOP - 6), QPointF(x, base))
        standing = self._standing.get(head, "answers")
        faint = not STANDINGS[standing].counts
        middle = Qt.AlignmentFlag.AlignHCenter
        box = QRectF(x - 80, base + 6, 160, 17)
        text(painter, box, head, pixels=13, weight=600, token="text3" if faint else "text", align=middle)
        words = self.tr("after {0}").format(HEAD_PLACES[head])
        words = standing_words(standing) if faint else words
        text(painter, box.translated(0, 17), words, pixels=12, token="text3", align=middle)

    def _draw_module(self, painter: QPainter, module: str, share: float) -> None:
        """A module's axis, its name, and how often its readout agrees with main."""
        theme, x, base = Theme.now(), self._x(module), self._base()
        middle = Qt.AlignmentFlag.AlignHCenter
        box = QRectF(x - 45, base + 6, 90, 17)
        places = [HEAD_PLACES[head] for head in self._heads if head in AUXILIARY]
        if module not in places:
            painter.setPen(theme.colour("line"))
            painter.drawLine(QPointF(x, _TOP - 6), QPointF(x, base))
            text(painter, box, module, pixels=12.5, token="text2", align=middle)
        place = box.translated(0, 34 if module in places else 17)
        text(painter, place, f"{percent(share, digits=0)} %", pixels=12, token="accent", align=middle)

    def _draw_readout(self, painter: QPainter, course: Course) -> None:
        """What the readouts say of a class: dashed, without weight."""
        points = [QPointF(self._x(module), self._y(value)) for module, value in course.readout]
        if not points or course.rank >= _READ_OUT:
            return
        colour = self._pen(course).color()
        painter.setPen(QPen(colour, 1.25, Qt.PenStyle.DashLine))
        painter.drawPolyline(points)
        painter.setPen(QPen(colour, 1.25))
        painter.setBrush(Theme.now().colour("panel"))
        for point in points:
            painter.drawEllipse(point, 2.5, 2.5)

    def _pen(self, course: Course) -> QPen:
        theme = Theme.now()
        if self._stale:
            return QPen(theme.colour("bar"), 1.5, Qt.PenStyle.DashLine)
        if course.rank == 0:
            return QPen(theme.colour("accent"), 2.5)
        return QPen(theme.colour("text" if course.leads else "bar"), 1.75 if course.leads else 1.25)

    def _draw_before(self, painter: QPainter, course: Course) -> None:
        """What the reference says of a class: dashed, unless readouts are."""
        points = [QPointF(self._x(head), self._y(value)) for head, value in course.before]
        if not points or self._agreement:
            return
        colour = self._pen(course).color()
        painter.setPen(QPen(colour, 1.25, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(_curve(points))
        painter.setPen(QPen(colour, 1.25))
        painter.setBrush(Theme.now().colour("panel"))
        for point in points:
            painter.drawEllipse(point, 2.8, 2.8)

    def _draw_course(self, painter: QPainter, course: Course) -> None:
        points = [QPointF(self._x(head), self._y(value)) for head, value in course.points]
        if not points:
            return
        pen, path = self._pen(course), _curve(points)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        painter.setBrush(pen.color())
        painter.setPen(QPen(Theme.now().colour("panel"), 1))
        radius = 4.5 if course.rank == 0 else 3.2
        for point in points:
            painter.drawEllipse(point, radius, radius)

    def _draw_labels(self, painter: QPainter) -> None:
        """At the shallowest head the classes that it ranks high, at main all."""
        low, high = _TOP + 4, self._base() - 4
        shallow = [("aux1", Qt.AlignmentFlag.AlignRight)] if not self._agreement else []
        for head, align in (*shallow, ("main", Qt.AlignmentFlag.AlignLeft)):
            there = [
                (course, value) for course in self.courses for where, value in course.points if where == head
            ]
            there = sorted(there, key=lambda pair: -pair[1])[: int((high - low) // _LABEL)]
            places = spread([self._y(value) for _, value in there], _LABEL, low, high)
            first = there[0][0] if there else None
            for (course, value), y in zip(there, places, strict=True):
                words = self._words(value), self._delta(course, head)
                self._draw_label(
                    painter, course, words, QPointF(self._x(head), y), align, strong=course is first
                )

    def _draw_label(
        self,
        painter: QPainter,
        course: Course,
        said: tuple[str, tuple[str, int]],
        place: QPointF,
        align: Qt.AlignmentFlag,
        *,
        strong: bool,
    ) -> None:
        words, (delta, sign) = said
        weight, token = 600 if strong else 400, "text3" if self._stale else "text"
        right, y = align == Qt.AlignmentFlag.AlignLeft, place.y() - 9
        room = (self.width() - place.x() - 60) if right else place.x() - 100
        wide = QFontMetricsF(font(12.5)).horizontalAdvance(words) + 6
        more = QFontMetricsF(font(11)).horizontalAdvance(delta) + 6 if delta else 0.0
        name = min(room - wide - more, QFontMetricsF(font(12.5, weight)).horizontalAdvance(course.name) + 1)
        x = place.x() + 54 if right else place.x() - 84 - name - wide - more
        number_at, delta_at = (name + 5, name + wide + 4) if right else (more, 0)
        name_at = 0 if right else wide + more
        text(painter, QRectF(x + name_at, y, name, 18), course.name, pixels=12.5, weight=weight, token=token)
        text(painter, QRectF(x + number_at, y, wide, 18), words, pixels=12.5)
        if delta:
            text(painter, QRectF(x + delta_at, y, more, 18), delta, pixels=11, token=SIGNS[sign])


def _curve(points: Sequence[QPointF]) -> QPainterPath:
    """Through all points, level at each."""
    path = QPainterPath(points[0])
    for before, after in itertools.pairwise(points):
        middle = (before.x() + after.x()) / 2
        path.cubicTo(middle, before.y(), middle, after.y(), after.x(), after.y())
    return path
