"""The files that are opened: endings, media types, and which of them the desktop is told of.

What a file is, its content decides; endings and types only say what to look at first, what
a drop may carry, and under which files the desktop offers the program. The files under
``packaging`` repeat some of this for each system; a test holds them against these tables.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FileKind:
    """Files of one format.

    ``media`` is its media type and ``uniform`` Apple's name of it, both empty for a format
    that the desktop isn't told of; ``offered`` are the endings under which it then offers
    the program, ``others`` those that are taken for the format as well.
    """

    media: str = ""
    offered: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    uniform: str = ""

    @property
    def endings(self) -> tuple[str, ...]:
        """All endings, lower case, with their dot."""
        return self.offered + self.others


CHECKPOINT_UNIFORM: Final = "io.github.gnet-desktop.checkpoint"

PICTURES: Final = (
    FileKind("image/png", (".png",), (), "public.png"),
    FileKind("image/jpeg", (".jpg", ".jpeg"), (".jpe", ".jfif"), "public.jpeg"),
    FileKind("image/webp", (".webp",), (), "org.webmproject.webp"),
    FileKind("image/gif", (".gif",), (), "com.compuserve.gif"),
    FileKind("image/tiff", (".tif", ".tiff"), (), "public.tiff"),
    FileKind("image/bmp", (".bmp",), (), "com.microsoft.bmp"),
    FileKind(others=(".jp2", ".j2k")),
    FileKind(others=(".ico",)),
    FileKind(others=(".icns",)),
    FileKind(others=(".qoi",)),
    FileKind(others=(".psd",)),
    FileKind(others=(".sgi",)),
    FileKind(others=(".ppm", ".pgm", ".pbm", ".pnm")),
    FileKind(others=(".avif",)),
    FileKind(others=(".heic", ".heif")),
    FileKind(others=(".tga",)),
    FileKind(others=(".pcx",)),
    FileKind(others=(".dds",)),
    FileKind(others=(".dib", ".cur", ".xbm")),
)
"""Pictures; of several forms in one drop the first of these is taken."""

CHECKPOINTS: Final = (
    FileKind("application/vnd.gnet.pytorch-checkpoint", (".pth", ".pt"), (".ckpt",), CHECKPOINT_UNIFORM),
    FileKind("application/vnd.gnet.safetensors", (".safetensors",), (), CHECKPOINT_UNIFORM),
    FileKind("application/vnd.gnet.caffemodel", (".caffemodel",), (), CHECKPOINT_UNIFORM),
    FileKind("application/vnd.gnet.onnx", (".onnx",), (), CHECKPOINT_UNIFORM),
    FileKind(others=(".npz", ".npy")),
    FileKind(others=(".bin", ".tar", ".pkl", ".pickle", ".pt2", ".t7", ".distcp")),
    FileKind(
        others=(
            ".pb",
            ".params",
            ".pdparams",
            ".index",
            ".data-00000-of-00001",
            ".mlmodel",
            ".param",
            ".tflite",
        )
    ),
    FileKind(others=(".h5", ".hdf5", ".keras", ".mat")),
)
"""Files of weights, those that are only recognised to be refused in words among them."""

DESCRIPTION_ENDINGS: Final = (".xml",)
"""Descriptions of a network whose name alone tells nothing: any program has such files."""
LABEL_ENDINGS: Final = (".txt", ".json", ".csv", ".tsv", ".names")
"""Lists of class names."""
TABLE_ENDINGS: Final = (".csv", ".tsv")
"""Tables of what the pictures of a folder show."""
PICTURE_ENDINGS: Final = tuple(ending for kind in PICTURES for ending in kind.endings)
CHECKPOINT_ENDINGS: Final = tuple(ending for kind in CHECKPOINTS for ending in kind.endings)
PICTURE_MEDIA: Final = tuple(kind.media for kind in PICTURES if kind.media)
