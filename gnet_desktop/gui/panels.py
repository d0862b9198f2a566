"""The panels of the window, by name and by type, and what they are called."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Final, Protocol, Self

from PySide6.QtCore import Qt
from typing_extensions import override

from gnet_desktop.gui.answers.panel import AnswersPanel
from gnet_desktop.gui.controls.common import PanelHeader
from gnet_desktop.gui.lanes.header import LanesHeader
from gnet_desktop.gui.lanes.panel import LanesPanel
from gnet_desktop.gui.network_map.panel import NetworkPanel
from gnet_desktop.gui.photo.panel import PhotoPanel
from gnet_desktop.gui.pictures.panel import PicturesPanel
from gnet_desktop.gui.unit.panel import UnitPanel
from gnet_desktop.workspace.state import Workspace


class Panel(Protocol):
    """What docks need of a panel, which is a widget: ``header`` becomes its dock's title bar."""

    @property
    def header(self) -> PanelHeader | LanesHeader:
        """What becomes the dock's title bar."""

    def setFocus(self, reason: Qt.FocusReason, /) -> None:
        """Take the keyboard."""

    def setMinimumWidth(self, minw: int, /) -> None:
        """Be no narrower, in pixels."""

    def setAutoFillBackground(self, enabled: bool, /) -> None:
        """Paint a ground of its own."""


@dataclass(frozen=True, slots=True)
class Title:
    """What a panel is called; ``key`` shows and hides it, ``also`` are words that the palette finds it by."""

    text: str
    key: str = ""
    also: str = ""


TITLES: Final[Mapping[str, Title]] = {
    "pictures": Title("Pictures", "F9", "list"),
    "photo": Title("Photo"),
    "answers": Title("Answers", "F10", "classes heads"),
    "network": Title("Network", also="map"),
    "lanes": Title("Branches", "F11", "lanes maps"),
    "unit": Title("Unit", "F12"),
}
"""The panels in the order in which the keyboard visits them."""

AnyPanel = PicturesPanel | PhotoPanel | AnswersPanel | NetworkPanel | LanesPanel | UnitPanel


@dataclass(frozen=True, slots=True, eq=False)
class Panels(Mapping[str, AnyPanel]):
    """The panels; as a mapping {name: panel} in the order of `TITLES`."""

    pictures: PicturesPanel
    photo: PhotoPanel
    answers: AnswersPanel
    network: NetworkPanel
    lanes: LanesPanel
    unit: UnitPanel

    @classmethod
    def of(cls, workspace: Workspace) -> Self:
        """The panels of a window that shows this workspace."""
        return cls(
            PicturesPanel(workspace),
            PhotoPanel(workspace),
            AnswersPanel(workspace),
            NetworkPanel(workspace),
            LanesPanel(workspace),
            UnitPanel(workspace),
        )

    @override
    def __getitem__(self, name: str) -> AnyPanel:
        if name not in self:
            raise KeyError(name)
        panel: AnyPanel = getattr(self, name)
        return panel

    @override
    def __contains__(self, name: object) -> bool:
        return any(one.name == name for one in fields(self))

    @override
    def __iter__(self) -> Iterator[str]:
        return (one.name for one in fields(self))

    @override
    def __len__(self) -> int:
        return len(fields(self))
