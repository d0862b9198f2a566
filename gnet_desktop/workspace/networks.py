"""The network in use, its input convention and device, and the network that it is compared with."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from gnet_desktop.checkpoints.checkpoint import Calibration
from gnet_desktop.convention import Convention
from gnet_desktop.errors import UsageError
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.engine import URGENT, Post, Request, Works
from gnet_desktop.workspace.opening import Opening
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.values import Loading


class Networks:
    """What is in use stays so until what replaces it is complete; ``failed`` gets what went wrong.

    Signals:
      loading_changed()      `loading` changed
      replaced(network)      a file was opened: another network is in use; comes before `changed`
      changed()              another network, convention, order of class names or device is in use
      compared(network)      another `reference` is there to be compared with
    """

    def __init__(
        self, opener: Works, engine: Works, post: Post, failed: Callable[[BaseException], None]
    ) -> None:
        self.loading_changed, self.replaced = Signal(), Signal()
        self.changed, self.compared = Signal(), Signal()
        self.now: tasks.LoadedNetwork | None = None
        self.reference: tasks.LoadedNetwork | None = None
        self.convention: Convention | None = None
        self.device = "cpu"
        self._engine = engine
        self._failed = failed
        self._first = Opening("checkpoint", opener, engine, post, self.use, failed)
        self._second = Opening("reference", opener, engine, post, self._compare, failed)
        for opening in (self._first, self._second):
            opening.changed.subscribe(self.loading_changed.emit)

    @property
    def loading(self) -> Loading | None:
        """The checkpoint that is being opened."""
        return self._first.loading or self._second.loading

    def called(self, name: str) -> tasks.LoadedNetwork | None:
        """The network of that name (see `identity`), if it is one of the two."""
        return next((one for one in (self.now, self.reference) if one is not None and one.name == name), None)

    def announce(self, path: Path) -> None:
        """Say which checkpoint will be opened in a moment."""
        self._first.announce(path)

    def open(self, path: Path, labels: Path | None, assume: Mapping[str, str] | None) -> None:
        """Open a checkpoint in the background, to use it."""
        self._first.open(path, labels, assume, device=self.device)

    def open_reference(self, path: Path) -> None:
        """Open a checkpoint in the background, to compare with it."""
        self._second.open(path, device=self.device)

    def cancel(self) -> None:
        """Stop opening; what was open stays."""
        self._first.cancel()
        self._second.cancel()

    def use(self, network: tasks.LoadedNetwork) -> None:
        """Take a network that is loaded into use, with its own convention."""
        self.now, self.device = network, network.device
        self.convention = network.checkpoint.convention
        self.replaced.emit(network)
        self.changed.emit()

    def set_convention(self, convention: Convention) -> None:
        """Use another input convention; one that the network cannot take is told of and not used."""
        if convention == self.convention:
            return
        if self.now is not None:
            try:
                tasks.check_convention(self.now.checkpoint.architecture, convention)
            except UsageError as error:
                self._failed(error)
                return
        self.convention = convention
        self.changed.emit()

    def swap_labels(self) -> None:
        """Take the class names in their other order (`Labels.alternative`), where there is one."""
        network = self.now
        if network is None or not network.checkpoint.labels.alternative:
            return
        checkpoint = replace(network.checkpoint, labels=network.checkpoint.labels.swapped())
        self.now = replace(network, checkpoint=checkpoint)
        self.changed.emit()

    def calibrate(self, calibration: Calibration | None) -> None:
        """Take a person's temperatures and threshold for the network in use; None: the file's own."""
        network = self.now
        if network is None or network.checkpoint.calibration == calibration:
            return
        checkpoint = replace(network.checkpoint, calibration=calibration)
        calibrated = network.network.calibrated(checkpoint.temperatures)
        self.now = replace(network, checkpoint=checkpoint, network=calibrated)
        self.changed.emit()

    def move(self, device: str) -> None:
        """Use another device, from the next checkpoint on if there is none yet."""
        network = self.now
        if network is None:
            self.device = device
            self.changed.emit()
            return

        def moved(new: tasks.LoadedNetwork) -> None:
            self.now, self.device = new, new.device
            self.changed.emit()

        self._engine.ask(
            Request("device", lambda: tasks.move_network(network, device), moved, self._failed, URGENT)
        )

    def _compare(self, network: tasks.LoadedNetwork) -> None:
        self.reference = network
        self.compared.emit(network)
