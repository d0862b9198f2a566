"""What stands in the photo's place: the current picture, as far as it is known yet."""

from dataclasses import dataclass, replace

from PySide6.QtGui import QImage

from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.gui.photo.ready import ReadyImages
from gnet_desktop.pictures.geometry import Geometry
from gnet_desktop.pictures.picture import Picture
from gnet_desktop.workspace.state import Workspace


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A picture of the list as an image; ``smaller`` are its half, quarter …, where it is large.

    ``picture`` and ``geometry``, how the input lies on it, are None for a thumbnail: its
    pixels aren't the picture's.
    """

    id: int
    image: QImage
    picture: Picture | None = None
    geometry: Geometry | None = None
    smaller: tuple[QImage, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the image, which are the picture's where that is decoded."""
        return self.image.width(), self.image.height()


def sight_of(workspace: Workspace, before: Sight | None, images: ReadyImages) -> Sight | None:
    """The current picture: decoded where it is, else its thumbnail; None without one yet.

    ``before`` is given back where nothing is new, and lends its image. A large picture is its
    thumbnail until ``images`` has it.
    """
    if workspace.current not in workspace.pictures:
        images.forget()
        return None
    shown, decoded = _shown(workspace, workspace.current or 0)
    same = before if before is not None and before.id == shown else None
    sight = _made(shown, *decoded, same, images) if decoded is not None else None
    entry = workspace.pictures.get(shown)
    if sight is not None or same is not None or entry is None or entry.thumbnail is None:
        return sight or same
    return Sight(shown, rgb_image(entry.thumbnail))


def _shown(workspace: Workspace, current: int) -> tuple[int, tuple[Picture, Geometry] | None]:
    """The id of the picture to show, which may be the reference's, and what is known of it."""
    result, decoded, other = workspace.result, workspace.decoded, workspace.seen
    if other is not None and other.key.picture != current and not workspace.stale:
        return other.key.picture, (other.picture, other.geometry)
    if result is not None and result.key.picture == current:
        return current, (result.picture, result.geometry)
    return current, (decoded.picture, decoded.geometry) if decoded is not None else None


def _made(
    shown: int, picture: Picture, geometry: Geometry, before: Sight | None, images: ReadyImages
) -> Sight | None:
    if before is None or before.picture is not picture:
        made = images.of(picture)
        return Sight(shown, made[0], picture, geometry, made[1:]) if made is not None else None
    return before if before.geometry == geometry else replace(before, geometry=geometry)
