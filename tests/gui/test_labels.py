"""Words over the photo cover neither what they speak of nor the hand."""

import pytest
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.app import make_application
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.photo.camera import Camera
from gnet_desktop.gui.photo.labels import field_words, place_words
from gnet_desktop.gui.photo.painting import dim_outside, rect
from gnet_desktop.gui.photo.scaled import ScaledPhoto
from gnet_desktop.gui.photo.sight import Sight

SIZE = QSizeF(140, 20)
VIEW = QRectF(0, 0, 480, 300)
TOOLS = QRectF(12, 12, 34, 170)


def overlap(one: QRectF, other: QRectF) -> float:
    common = one.intersected(other)
    return common.width() * common.height()


@pytest.mark.parametrize(
    ("field", "peak"),
    [
        (QRectF(200, 60, 100, 100), QRectF(240, 100, 16, 16)),
        (QRectF(200, 230, 120, 68), QRectF(250, 270, 16, 16)),  # no room below
        (QRectF(0, 0, 480, 300), QRectF(440, 270, 16, 16)),  # sees everything, peak in a corner
        (QRectF(-50, -40, 300, 200), QRectF(100, 40, 16, 16)),
        (QRectF(20, 20, 40, 40), QRectF(30, 30, 16, 16)),  # below the tools
        (QRectF(470, 290, 40, 40), QRectF(474, 292, 6, 6)),
    ],
)
def test_a_label_covers_neither_peak_nor_tools_nor_cursor(field: QRectF, peak: QRectF) -> None:
    cursor = QRectF(peak.center().x() - 12, peak.center().y() - 12, 32, 36)
    photo = QRectF(90, 10, 300, 280)
    covered = [(peak, 1000.0), (TOOLS, 60.0), (field, 4.0), (cursor, 1000.0), (photo, 0.06)]
    _, place = place_words([SIZE], field, VIEW, covered)
    assert VIEW.contains(place)
    assert place.size() == SIZE
    for one in (peak, TOOLS, cursor):
        assert overlap(place, one) == 0


def test_over_a_small_photo_it_stands_beside_it() -> None:
    photo = QRectF(200, 130, 80, 60)
    field, peak = QRectF(210, 140, 40, 30), QRectF(225, 150, 8, 8)
    _, place = place_words([SIZE], field, VIEW, [(peak, 1000.0), (field, 4.0), (photo, 5000 / 4800)])
    assert overlap(place, photo) < 0.35 * photo.width() * photo.height()
    assert overlap(place, field) == 0


def test_with_room_it_stands_right_below_the_field() -> None:
    field = QRectF(200, 60, 160, 100)
    _, place = place_words([SIZE], field, VIEW, [(field, 4.0)])
    assert (place.right(), place.top()) == (field.right(), field.bottom() + 4)


LONG = QSizeF(320, 20)


def test_the_shorter_words_stand_where_the_longer_ones_would_cover_tools() -> None:
    # as on a screen of 1366 × 768 at 150 %: the field's lower edge is the photo's, and the view's nearly
    view, tools, scale = QRectF(0, 0, 460, 205), QRectF(12, 12, 34, 150), QRectF(390, 12, 50, 110)
    photo, field, peak = QRectF(110, 12, 240, 182), QRectF(212, 125, 110, 68), QRectF(270, 183, 20, 10)
    around = [(peak, 1000.0), (field, 4.0), (photo, 5000 / (240 * 182)), (tools, 60.0), (scale, 60.0)]
    chosen, place = place_words([LONG, SIZE], field, view, around)
    assert chosen == 1
    assert all(overlap(place, one) == 0 for one in (tools, scale, peak))


def test_with_room_all_is_said() -> None:
    chosen, place = place_words([LONG, SIZE], QRectF(100, 60, 160, 100), VIEW, [])
    assert (chosen, place.size()) == (0, LONG)


def test_where_nothing_is_free_the_peak_is_spared_first() -> None:
    field = QRectF(0, 0, 160, 40)
    peak = QRectF(100, 20, 10, 10)
    _, place = place_words([SIZE], field, QRectF(0, 0, 160, 40), [(peak, 1000.0), (field, 4.0)])
    assert overlap(place, peak) == 0


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("place", [(20.0 + n / 10, 20.9 - n / 10) for n in (0, 4, 7)])
def test_the_veil_covers_all_of_the_photo(
    qapp: QApplication, place: tuple[float, float], ratio: float
) -> None:
    apply_theme(make_application(), "light")
    photo = QImage(200, 300, QImage.Format.Format_RGB32)
    photo.fill(QColor(200, 0, 0))
    camera = Camera(0.58, place)
    whole = rect(camera.box_to_view((0, 0, 200, 300)))
    view = QPixmap(round(160 * ratio), round(220 * ratio))
    view.setDevicePixelRatio(ratio)
    view.fill(QColor(Theme.now().well))
    painter = QPainter(view)
    ScaledPhoto(lambda *_: None, lambda: None).paint(painter, Sight(1, photo), camera, whole)
    dim_outside(painter, whole, QRectF(60, 60, 40, 40))
    painter.end()
    image, kept = view.toImage(), QRectF(59, 59, 42, 42)
    bare = [
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).green() < 100 and not kept.contains(x / ratio, y / ratio)
    ]
    assert bare == []


def test_a_field_that_the_edge_cuts_says_both_sizes() -> None:
    assert field_words(171, 171, 171)[0] == "receptive field 171 × 171"
    assert field_words(171, 120, 144) == (
        "receptive field 171 × 171, cut to 120 × 144 at the edge",
        "sees 120 × 144 of 171 × 171",
        "120 × 144",
    )
