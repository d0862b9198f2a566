"""Where the keyboard is among the targets of the map."""

Columns = tuple[tuple[str, ...], ...]


class Walk:
    """A place in the map's columns, or none yet."""

    def __init__(self) -> None:
        self._place: tuple[int, int] | None = None

    @property
    def begun(self) -> bool:
        """Whether there is a place."""
        return self._place is not None

    def target(self, columns: Columns) -> str | None:
        """The target at which the keyboard is."""
        if self._place is None:
            return None
        column, row = self._place
        return columns[column][row]

    def keep_inside(self, columns: Columns) -> None:
        """Other columns are shown: the place stays as near as they allow."""
        if self._place is not None:
            self._go(*self._place, columns)

    def start(self, columns: Columns, module: str) -> None:
        """Begin at a module; at the first column without it."""
        self._place = next((place for place, column in enumerate(columns) if column[0] == module), 0), 0

    def step(self, columns: Columns, module: str, across: int, down: int) -> None:
        """So many columns and rows further; the first step begins at the module."""
        if self._place is None:
            self.start(columns, module)
        else:
            self._go(self._place[0] + across, self._place[1] + down, columns)

    def _go(self, column: int, row: int, columns: Columns) -> None:
        column = min(max(0, column), len(columns) - 1)
        self._place = column, min(max(0, row), len(columns[column]) - 1)
