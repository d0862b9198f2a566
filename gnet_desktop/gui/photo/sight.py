"""What stands in the photo's place: the current picture, as far as it is known yet."""

from dataclasses import dataclass

from PySide6.QtGui import QImage

from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.pictures.geometry import Geometry
from gnet_desktop.pictures.picture import Picture
from gnet_desktop.workspace.state import Workspace


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A picture of the list as an image.

    ``picture`` and ``geometry``, how the input lies on it, are None for a thumbnail: its
    pixels aren't the picture's.
    """

    id: int
    image: QImage
    picture: Picture | None = None
    geometry: Geometry | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the image, which are the picture's where that is decoded."""
        return self.image.width(), self.image.height()


def sight_of(workspace: Workspace, before: Sight | None) -> Sight | None:
    """The current picture: decoded where it is, else its thumbnail; None without one yet.

    ``before`` is given back where nothing is new, and lends its image.
    """
    entry = workspace.pictures.get(workspace.current or 0)
    if entry is None:
        return None
    result, decoded = workspace.result, workspace.decoded
    other = workspace.seen
    if other is not None and other.key.picture != entry.id and not workspace.stale:
        shown = before if before is not None and before.id == other.key.picture else None
        return _decoded(other.key.picture, other.picture, other.geometry, shown)
    same = before if before is not None and before.id == entry.id else None
    if result is not None and result.key.picture == entry.id:
        return _decoded(entry.id, result.picture, result.geometry, same)
    if decoded is not None:
        return _decoded(entry.id, decoded.picture, decoded.geometry, same)
    if same is not None or entry.thumbnail is None:
        return same
    return Sight(entry.id, rgb_image(entry.thumbnail))


def _decoded(entry_id: int, picture: Picture, geometry: Geometry, before: Sight | None) -> Sight:
    if before is None or before.picture is not picture:
        return Sight(entry_id, _as_image(picture), picture, geometry)
    if before.geometry == geometry:
        return before
    return Sight(entry_id, before.image, picture, geometry)


def _as_image(picture: Picture) -> QImage:
    """The picture as Qt has it, with its own memory."""
    image = picture.image
    data = image.tobytes("raw", "RGB")
    return QImage(data, image.width, image.height, 3 * image.width, QImage.Format.Format_RGB888).copy()
