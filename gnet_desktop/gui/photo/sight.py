"""What stands in the photo's place: a picture of the list, as far as it is known yet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from PySide6.QtGui import QImage

from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.gui.photo.ready import ReadyImages
from gnet_desktop.pictures.geometry import Geometry
from gnet_desktop.pictures.picture import Picture
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

Whose = Literal["seen", "this", "reference"]
"""Of which run: whichever of the two is chosen to be seen, the one that is looked at, the other."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A picture of the list as an image; ``smaller`` are its half, quarter …, where it is large.

    ``picture`` is None for a thumbnail, whose pixels aren't the picture's, and ``geometry``, how the
    input lies on it, where no network was given it.
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


def sight_of(workspace: Workspace, whose: Whose, before: Sight | None, images: ReadyImages) -> Sight | None:
    """A run's picture: decoded where it is, else its thumbnail; None without one yet.

    ``before`` is given back where nothing is new, and lends its image. A large picture is its
    thumbnail until ``images`` has it.
    """
    found = _SHOWN[whose](workspace) if workspace.current in workspace.pictures else None
    if found is None:
        images.forget()
        return None
    shown, decoded = found
    same = before if before is not None and before.id == shown else None
    sight = _made(shown, *decoded, same, images) if decoded is not None else None
    entry = workspace.pictures.get(shown)
    if sight is not None or same is not None or entry is None or entry.thumbnail is None:
        return sight or same
    return Sight(shown, rgb_image(entry.thumbnail))


def again(first: Sight, geometry: Geometry | None, before: Sight | None) -> Sight:
    """The same picture once more, with the input lying on it in another way; ``before`` if that is it."""
    same = before is not None and before.image is first.image and before.geometry == geometry
    return before if same and before is not None else replace(first, geometry=geometry)


Shown = tuple[int, tuple[Picture, Geometry | None] | None]
"""The id of a picture, and what is known of it."""


def _seen(workspace: Workspace) -> Shown | None:
    """The picture to show, which may be the reference's."""
    other = workspace.seen
    if other is not None and other.key.picture != workspace.current and not workspace.stale:
        return _known(other)
    return _this(workspace)


def _this(workspace: Workspace) -> Shown | None:
    result, decoded, current = workspace.result, workspace.decoded, workspace.current
    if result is not None and result.key.picture == current:
        return _known(result)
    return current or 0, (decoded.picture, decoded.geometry) if decoded is not None else None


def _reference(workspace: Workspace) -> Shown | None:
    key, other = workspace.reference_key, workspace.reference_result
    if key is None:
        return None
    return _known(other) if other is not None and other.key.picture == key.picture else (key.picture, None)


def _known(result: Result) -> Shown:
    return result.key.picture, (result.picture, result.geometry)


_SHOWN: Final[Mapping[Whose, Callable[[Workspace], Shown | None]]] = {
    "seen": _seen,
    "this": _this,
    "reference": _reference,
}


def _made(
    shown: int, picture: Picture, geometry: Geometry | None, before: Sight | None, images: ReadyImages
) -> Sight | None:
    if before is None or before.picture is not picture:
        made = images.of(picture)
        return Sight(shown, made[0], picture, geometry, made[1:]) if made is not None else None
    return before if before.geometry == geometry else replace(before, geometry=geometry)
