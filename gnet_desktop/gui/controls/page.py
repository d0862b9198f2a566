"""What every page beside Explore is."""

from PySide6.QtWidgets import QWidget


class Page(QWidget):
    """Fills the window below the bar; what it works on in the background ends with the window."""

    @property
    def settled(self) -> bool:
        """Whether everything that is on the screen is finished."""
        return True

    def close_run(self) -> None:
        """The window closes."""
