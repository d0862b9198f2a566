"""The actions that write files: what is shown, maps, a page."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gnet_desktop.errors import ExportError
from gnet_desktop.gui.actions.asking import Asking
from gnet_desktop.gui.actions.shell import Shell, in_use
from gnet_desktop.gui.exports.network import export_network
from gnet_desktop.gui.exports.saving import whole_of, write_png
from gnet_desktop.shown import name_of, path_words, whole
from gnet_desktop.workspace.values import Result

if TYPE_CHECKING:
    from gnet_desktop.folder.exporting import JudgedFolder
    from gnet_desktop.gui.why.telling import Told


class Exporting(QObject):
    """Asks where to write, writes, and says so."""

    def __init__(self, shell: Shell, asking: Asking) -> None:
        super().__init__(shell.widget)
        self._shell, self._asking = shell, asking
        self._workspace = shell.workspace

    def export_words(self) -> str:
        """What `export_shown` would save now."""
        widget = in_use(self._shell)
        name = next((name for name, panel in self._shell.panels.items() if panel is widget), "")
        if not name and widget is not self._shell.widget:
            return self.tr("Export the window {0}…").format(widget.windowTitle())
        return {
            "pictures": self.tr("Export the list of pictures…"),
            "photo": self.tr("Export the photo…"),
            "answers": self.tr("Export the answers…"),
            "network": self.tr("Export the network…"),
            "lanes": self.tr("Export the branches…"),
            "unit": self.tr("Export the unit…"),
        }.get(name, self.tr("Export the window…"))

    def export_shown(self) -> None:
        """Save the panel or the window with the keyboard as a picture; the network as a drawing, too."""
        widget, panels, title = in_use(self._shell), self._shell.panels, self.export_words().rstrip("…")
        if widget is panels.network:
            self._export_network(title)
            return
        name = next((name for name, panel in panels.items() if panel is widget), "")
        name = name or self._name_of(widget)
        path = self._asking.target(f"{name}.png", title=title)
        if path is not None:
            self._write(path, lambda: write_png(whole_of(widget), path), widget.window())

    def export_crops(self, save: Callable[[Path], None]) -> None:
        """Ask for a folder for the strongest crops of the units that are shown, and have them saved."""
        folder = self._asking.folder(self.tr("A folder for the crops"), "exports")
        if folder is not None:
            save(folder)

    def say_crops(self, number: int, folder: Path) -> None:
        """They are there."""
        self._shell.show_news(
            self.tr("{0} crops and their list are in {1}.").format(whole(number), name_of(folder))
        )

    def _name_of(self, window: QWidget) -> str:
        """What a picture of a window is called: like the window, in letters that every system takes."""
        title = window.windowTitle() if window is not self._shell.widget else ""
        return "-".join(re.findall(r"[a-z0-9]+", title.casefold())) or "gnet-desktop"

    def export_maps(self) -> None:
        """Save all branches of the current picture as arrays with their record."""
        result, window = self._workspace.result, self._window
        if result is None:
            self._shell.show_news(self.tr("Open a picture first."), window)
            return
        folder = self._asking.folder(self.tr("Export maps into a folder"), "exports")
        if folder is not None:
            self._save_maps(result, folder, window)

    def _save_maps(self, result: Result, folder: Path, window: QWidget) -> None:
        from gnet_desktop.workspace.exporting import save_result

        self._workspace.compute(
            "export",
            lambda: save_result(result, folder),
            lambda count: self._shell.show_news(
                self.tr("{0} files were written to {1}.").format(whole(count), path_words(folder)), window
            ),
        )

    def _export_network(self, title: str) -> None:
        path = self._asking.target("network.svg", "*.svg *.png", title=title)
        if path is None:
            return
        model = self._shell.panels.network.map.model
        self._write(path, lambda: export_network(model, path))

    @property
    def _window(self) -> QWidget:
        """Where something was asked for, and what came of it is said, too."""
        return in_use(self._shell).window()

    def _write(self, path: Path, write: Callable[[], None], window: QWidget | None = None) -> None:
        """Write a file and say so, or why not: also in the window where it was asked for."""
        try:
            write()
        except ExportError as error:
            self._shell.show_error(error, window)
        else:
            words = self.tr("{0} was written to {1}.").format(
                name_of(path), path_words(path.absolute().parent)
            )
            self._shell.show_news(words, window)

    def export_folder(self, judged: "JudgedFolder | None") -> None:
        """Save what is known of the folder, in the form that the file's ending says."""
        from gnet_desktop.folder.exporting import export

        if judged is None:
            self._shell.show_news(self.tr("Wait until the folder is judged."))
            return
        path = self._asking.target(f"{judged.folder.name}.html", "*.html *.csv *.json *.txt")
        if path is not None:
            self._write(path, lambda: export(path, judged))

    def export_page(self) -> None:
        """Save the exploration as one page that needs nothing else."""
        result, window = self._workspace.result, self._window
        if result is None:
            self._shell.show_news(self.tr("Open a picture first."), window)
            return
        path = self._asking.target(f"{Path(result.picture.source).stem}.html")
        if path is None:
            return
        self._tell(result, lambda why: self._save_page(path, result, why, window))

    def _save_page(self, path: Path, result: Result, why: "Told | None", window: QWidget) -> None:
        from gnet_desktop.gui.exports.report.page import write_page
        from gnet_desktop.gui.exports.report.seen import Exploration

        workspace, panels = self._workspace, self._shell.panels
        self._write(path, lambda: write_page(path, Exploration.of(workspace, panels, result, why)), window)

    def _tell(self, result: Result, go_on: "Callable[[Told | None], None]") -> None:
        """Go on with why the answer is what it is; without, where no head answered."""
        from gnet_desktop.gui.why.telling import question_of, tell

        asked, loaded = question_of(self._workspace, result), self._workspace.network_of(result)
        if asked is None or loaded is None:
            go_on(None)
        else:
            self._workspace.compute("tell why", lambda: tell(asked, result, loaded), go_on)
