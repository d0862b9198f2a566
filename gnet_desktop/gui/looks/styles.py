"""The application's palette and style sheet, made from the theme's tokens."""

from string import Template
from typing import Final

from PySide6.QtGui import QColor, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.looks.theme import DARK, LIGHT, Theme, font, system_is_dark
from gnet_desktop.resources import resource

_ROLES: Final = {
    QPalette.ColorRole.Window: "panel",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "panel",
    QPalette.ColorRole.AlternateBase: "raised",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "panel",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "bad",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "onaccent",
    QPalette.ColorRole.ToolTipBase: "tip",
    QPalette.ColorRole.ToolTipText: "tiptext",
    QPalette.ColorRole.PlaceholderText: "text3",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.LinkVisited: "accent",
    QPalette.ColorRole.Light: "raised",
    QPalette.ColorRole.Midlight: "line",
    QPalette.ColorRole.Mid: "line2",
    QPalette.ColorRole.Dark: "line2",
    QPalette.ColorRole.Shadow: "line2",
}

_SHEET: Final = Template("""
QMainWindow { background: $panel; }
QMainWindow::separator { background: $line; }
QMainWindow::separator { width: 1px; height: 1px; }
QDockWidget { color: $text; }
QDockWidget > QWidget { background: $panel; }
QToolTip { background: $tip; color: $tiptext; border: 0; padding: 5px 8px; }
QMenuBar { background: $panel; color: $text; spacing: 2px; }
QMenuBar::item { padding: 4px 8px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected { background: $well; }
QMenu { background: $panel; color: $text; border: 1px solid $line2; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 24px; border-radius: 4px; }
QMenu::item:selected { background: $accentbg; color: $text; }
QMenu::item:disabled { color: $text3; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 5px; }
QToolButton { border: 0; border-radius: 5px; padding: 4px; color: $text2; background: transparent; }
QToolButton:hover { background: $well; color: $text; }
QToolButton:pressed, QToolButton:checked { background: $accentbg; }
QToolButton:focus { border: 2px solid $accent; padding: 2px; }
QToolButton::menu-indicator { image: none; }
QPushButton { border: 1px solid $line2; border-radius: 6px; padding: 5px 12px;
    background: $panel; color: $text; }
QPushButton:hover { background: $raised; }
QPushButton:pressed { background: $well; }
QPushButton:disabled { color: $text3; border-color: $line; }
QPushButton::menu-indicator { image: url("$arrow"); width: 10px; height: 10px;
    subcontrol-origin: padding; subcontrol-position: center right; right: 8px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QDialogButtonBox QPushButton:focus { border: 2px solid $accent; padding: 4px 11px; }
QPushButton:default, QPushButton[primary="true"] {
    background: $accent; color: $onaccent; border-color: $accent; font-weight: 600; }
QPushButton[chooser="true"] { text-align: left; padding: 4px 10px; }
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
    background: $raised; color: $text; border: 1px solid $line2; border-radius: 5px; padding: 2px 6px;
    selection-background-color: $accent; selection-color: $onaccent; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus,
QComboBox:focus {
    border: 2px solid $accent; padding: 1px 5px; }
QComboBox QAbstractItemView { background: $panel; color: $text; selection-background-color: $accentbg;
    selection-color: $text; border: 1px solid $line2; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
    width: 0; border: 0; }
QComboBox::drop-down { border: 0; width: 18px; }
QComboBox::down-arrow { image: url("$arrow"); width: 10px; height: 10px; }
QListView, QTreeView, QTableView { background: $panel; color: $text; border: 0; outline: 0;
    selection-background-color: $accentbg; selection-color: $text; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: 0; }
QScrollBar:vertical { width: 10px; background: transparent; margin: 0; }
QScrollBar:horizontal { height: 10px; background: transparent; margin: 0; }
QScrollBar::handle { background: $line2; border-radius: 3px; }
QScrollBar::handle:vertical { min-height: 24px; margin: 2px; }
QScrollBar::handle:horizontal { min-width: 24px; margin: 2px; }
QScrollBar::handle:hover { background: $bar; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
    background: transparent; border: 0; width: 0; height: 0; }
QTabBar::tab { padding: 5px 12px; color: $text2; background: $window; border: 0; }
QTabBar::tab:selected { background: $panel; color: $text; border-bottom: 2px solid $accent; }
QProgressBar { background: $well; border: 0; border-radius: 3px; max-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QDialog { background: $window; }
QStatusBar { background: $panel; border-top: 1px solid $line; color: $text2; }
QStatusBar::item { border: 0; }
""")


def theme_named(name: str) -> Theme:
    """The theme of a choice: ``light``, ``dark``, or what the desktop asks for."""
    dark = system_is_dark() if name == "system" else name == "dark"
    return DARK if dark else LIGHT


def apply_theme(app: QApplication, name: str) -> None:
    """Give the whole application a theme; every widget hears of it as a change of palette."""
    theme = theme_named(name)
    palette = QPalette()
    for role, token in _ROLES.items():
        palette.setColor(role, theme.colour(token))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.text3))
    # a sheet that replaces another is worked out three times as long as one that comes alone
    app.setStyleSheet("")
    app.setPalette(palette)
    tokens = {token: getattr(theme, token) for token in theme.__dataclass_fields__ if token != "branches"}
    # a style sheet can only name a file, so that each theme has its own arrow
    arrow = resource("icons", f"arrow-{theme.name}.svg").as_posix()
    app.setStyleSheet(_SHEET.substitute(tokens, arrow=arrow))


def load_fonts(app: QApplication) -> None:
    """Use the bundled Inter where it is, the system's font otherwise."""
    for file in sorted(resource("fonts").glob("*.[ot]tf")):
        QFontDatabase.addApplicationFont(str(file))
    if "Inter" in QFontDatabase.families():
        chosen = app.font()
        chosen.setFamilies(["Inter", "Noto Sans CJK KR", "Noto Sans", "DejaVu Sans"])
        app.setFont(chosen)
    app.setFont(font(13))
