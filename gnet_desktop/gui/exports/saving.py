"""Pictures written to files, whole or not at all."""

import os
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage, QImageWriter

from gnet_desktop.errors import ExportError


def write_png(image: QImage, path: Path) -> None:
    """Write beside and move in; raises ExportError in words, and leaves nothing behind then."""
    beside = path.with_name(f".{path.name}.part")
    writer = QImageWriter(os.fspath(beside), b"png")
    try:
        if not writer.write(image):
            raise OSError(writer.errorString())
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ExportError(
            QCoreApplication.translate("saving", "{0} cannot be written.").format(path.name),
            f"{error.strerror or error}.",
            QCoreApplication.translate("saving", "Choose a folder that exists and may be written to."),
        ) from error
