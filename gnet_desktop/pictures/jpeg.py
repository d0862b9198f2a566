"""JPEG pictures. Metadata that goes on in any number of segments are kept only as far as any camera's go."""

from typing import Any, Final

from PIL.JpegImagePlugin import JpegImageFile
from typing_extensions import override

_MOST: Final = 1 << 20
"""Bytes of one kind. A segment holds 64 kB, and most files have one of each."""


class _Told(dict[Any, Any]):
    """What a file says of itself: a value that has become longer than `_MOST` is left as it was.

    Pillow lays each further segment behind the ones before, in a new copy of all.
    """

    @override
    def __setitem__(self, key: Any, value: Any) -> None:
        if not isinstance(value, bytes) or len(value) <= _MOST or key not in self:
            super().__setitem__(key, value)


class Jpeg(JpegImageFile):
    """A JPEG picture whose header is read in a time that its length bounds."""

    @override
    def _open(self) -> None:
        self.info = _Told()
        super()._open()
        self.info = dict(self.info)
