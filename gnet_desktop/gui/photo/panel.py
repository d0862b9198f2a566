"""The photo panel: header, tools, the photo, and what stands in its place without one."""

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtWidgets import QApplication, QStackedLayout, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.common import ElidedLabel, IconButton, PanelHeader
from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.focus import PassesFocus
from gnet_desktop.gui.controls.plain import tip
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.photo.choosing import places_menu
from gnet_desktop.gui.photo.failure import FailedPicture
from gnet_desktop.gui.photo.tools import PhotoTools
from gnet_desktop.gui.photo.view import PhotoView
from gnet_desktop.gui.why.menus import method_menu
from gnet_desktop.workspace.state import Workspace

_TOOLS = (("crop_frame", "crop"), ("overlay", "flame"), ("field", "field"), ("smooth", "smooth"))


class PhotoPanel(PassesFocus, Speaking, QWidget):
    """The current picture, and over it what the chosen or hovered unit sees."""

    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setAccessibleName(self.tr("Photo"))
        self.view = PhotoView(workspace)
        self.failed = FailedPicture(workspace)
        self.header = PanelHeader("")
        self.mode = Segmented([("whole", self.tr("Whole")), ("crop", self.tr("Crop")), ("pixels", "1:1")])
        self.mode.setAccessibleName(self.tr("What of the picture is shown"))
        self.mode.chosen.connect(lambda mode: workspace.change_view(photo=mode))
        self.zoom = ElidedLabel("", pixels=12, token="text2")
        self.header.add(self.zoom)
        self.header.add(self.mode)
        self.tools = self._make_tools()
        place = QWidget()
        self._stack = QStackedLayout(place)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.failed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(place, 1)
        self.keeper = self.view
        ends = [
            workspace.current_changed.subscribe(self._show_state),
            workspace.result_changed.subscribe(self._show_state),
            workspace.decoded_changed.subscribe(self._show_state),
            workspace.reference_changed.subscribe(self._show_state),
            workspace.entry_changed.subscribe(lambda _: self._show_state()),
            workspace.view_changed.subscribe(lambda _: self._show_state()),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.view.sight_changed.connect(self._show_state)
        self.view.installEventFilter(self)
        self._show_state()

    def _make_tools(self) -> PhotoTools:
        words = {
            "crop_frame": self.tr("Crop frame (C)"),
            "overlay": self.tr("Overlay of the unit (O)"),
            "field": self.tr("Receptive field (F)"),
            "smooth": self.tr("Smooth overlay, or cells (M)"),
        }
        tools = PhotoTools(self.view)
        self.buttons = {}
        for option, name in _TOOLS:
            button = IconButton(name, checkable=True)
            button.setToolTip(explained(words[option], word="receptive field" if option == "field" else ""))
            button.setAccessibleName(words[option])
            button.clicked.connect(lambda on, option=option: self._workspace.change_view(**{option: on}))
            tools.add(button)
            self.buttons[option] = button
        self.why = IconButton("help", checkable=True)
        self.why.setToolTip(
            self.tr("Why this answer (Y): what speaks for the chosen class; click for methods")
        )
        self.why.setAccessibleName(self.tr("Why this answer"))
        self.why.clicked.connect(self._offer_methods)
        tools.add(self.why)
        self.two = IconButton("beside", checkable=True)
        self.two.setToolTip(self.tr("How the run and its reference are shown (B goes on)"))
        self.two.setAccessibleName(self.tr("The run and its reference"))
        self.two.clicked.connect(self._offer_places)
        self.two.hide()
        tools.add(self.two)
        return tools

    def _offer_places(self) -> None:
        """How two runs are shown, as a menu beside the button."""
        menu = places_menu(self, self._workspace)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.two.mapToGlobal(self.two.rect().topRight()))
        self.two.setChecked(self.view.mode != "alone")

    def _offer_methods(self) -> None:
        """What lies over the photo as a menu beside the button, and how it is asked for."""
        workspace = self._workspace
        menu = method_menu(self, workspace, workspace.result)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.why.mapToGlobal(self.why.rect().topRight()))
        self.why.setChecked(bool(workspace.view.why))

    def _show_state(self) -> None:
        workspace = self._workspace
        entry = workspace.pictures.get(workspace.current) if workspace.current is not None else None
        failed = entry is not None and entry.error is not None
        self._show_place(failed=failed)
        sight = self.view.sight if not failed else None
        picture = sight.picture if sight is not None else None
        # the reference's picture, where that is shown
        shown = workspace.pictures.get(sight.id) if sight is not None else None
        named = shown or entry
        self.header.set_title(named.name if named else self.tr("Photo"))
        note = ""
        if picture is not None:
            width, height = picture.size
            note = f"{width} × {height}"
            if picture.frames > 1:
                note += self.tr(" · frame {0} of {1}").format(picture.frame + 1, picture.frames)
            if picture.incomplete:
                note += self.tr(" · incomplete")
        if shown is not None and shown is not entry and not workspace.stale:
            note += self.tr(" · the reference")
        self.header.set_note(note)
        self.header.setToolTip(tip("\n".join(picture.notes)) if picture is not None else "")
        self.mode.set_value(workspace.view.photo)
        for option, button in self.buttons.items():
            button.setChecked(getattr(workspace.view, option))
        self.why.setChecked(bool(workspace.view.why))
        self.tools.offer(self.two, offered=workspace.reference is not None)
        self.two.setChecked(self.view.mode != "alone")
        self.tools.setVisible(sight is not None)
        self._place_tools()
        self._show_zoom()

    def _show_place(self, *, failed: bool) -> None:
        """The photo, or why there is none; the keyboard stays in the panel."""
        keeper = self.failed.retry if failed else self.view
        had_focus = self.isAncestorOf(QApplication.focusWidget() or self) and self.keeper is not keeper
        self.keeper = keeper
        self._stack.setCurrentIndex(1 if failed else 0)
        if had_focus:
            keeper.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place_tools(self) -> None:
        """The tools stand where the view has room, and the photo beside them."""
        self.tools.fit(self.view.width(), self.view.height(), narrow=not self.view.has_bar)
        self.view.set_tools(QRect() if self.tools.isHidden() else self.tools.geometry())

    def _show_zoom(self) -> None:
        percentage = self.view.percentage
        self.zoom.setText("" if percentage is None else f"{percentage:.0f} %")

    @override
    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """The zoom's number and the tools follow the view."""
        if event.type() == QEvent.Type.Paint:
            self._show_zoom()
        elif event.type() == QEvent.Type.Resize:
            self._place_tools()
        return False
