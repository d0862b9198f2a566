"""Pictures written to files, whole or not at all."""

import os
from pathlib import Path

from PySide6.QtGui import QImage, QImageWriter

from gnet_desktop.files import whole_file


def write_png(image: QImage, path: Path) -> None:
    """Write an image; raises ExportError, and leaves nothing behind then."""
    with whole_file(path) as beside:
        writer = QImageWriter(os.fspath(beside), b"png")
        if not writer.write(image):
            raise OSError(writer.errorString())
