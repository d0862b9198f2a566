"""The checkpoint in use: opening it, settling what it leaves open, moving it. No pictures, no Qt."""

from collections.abc import Mapping
from pathlib import Path

from gnet_desktop.checkpoints.checkpoint import Calibration, Checkpoint
from gnet_desktop.convention import Convention
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.choices import Choices
from gnet_desktop.workspace.networks import Networks
from gnet_desktop.workspace.values import Loading, Reference, Result


class Opened(Choices):
    """The network in use and its checkpoint, and what was chosen of it.

    Signals beside those of `Choices`:
      loading_changed()   `loading` changed (None: nothing is being opened)
    """

    def __init__(self, networks: Networks) -> None:
        super().__init__()
        self._networks = networks
        self.loading_changed = networks.loading_changed
        networks.replaced.subscribe(self._keep_possible)
        networks.compared.subscribe(self._compare_network)

    # What is in use

    @property
    def network(self) -> tasks.LoadedNetwork | None:
        """The network in use; its methods only from the engine's thread (see `compute`)."""
        return self._networks.now

    def network_of(self, result: Result) -> tasks.LoadedNetwork | None:
        """The network that a result came from; None if it isn't open any more."""
        return self._networks.called(result.key.checkpoint)

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint in use."""
        return self.network.checkpoint if self.network is not None else None

    @property
    def reference_network(self) -> tasks.LoadedNetwork | None:
        """The network of the reference, where that is of another checkpoint."""
        return self._networks.reference

    @property
    def convention(self) -> Convention | None:
        """The input convention in use."""
        return self._networks.convention

    @property
    def device(self) -> str:
        """Where the network runs, or the next one will."""
        return self._networks.device

    @property
    def loading(self) -> Loading | None:
        """The checkpoint that is being opened."""
        return self._networks.loading

    # Opening and settling

    def announce_checkpoint(self, path: Path) -> None:
        """Say that a checkpoint is being opened; `open_checkpoint` comes when the window is painted."""
        self._networks.announce(path)

    def open_checkpoint(
        self, path: Path, labels: Path | None = None, assume: Mapping[str, str] | None = None
    ) -> None:
        """Open a checkpoint in the background; what is open stays until it is complete.

        ``labels`` and ``assume`` as in `checkpoints.reading.open_checkpoint`.
        """
        self._networks.open(path, labels, assume)

    def assume(self, key: str, choice: str) -> None:
        """Open the file in use again with a choice of what it doesn't tell (`Provenance.assumed`).

        What else is open stays so; to choose what was assumed settles it.
        """
        checkpoint = self.checkpoint
        if checkpoint is None:
            return
        told = checkpoint.provenance
        if told.assumed.get(key) != choice or key in told.open:
            self._open_again(self._labels(), {**told.settled, key: choice})

    def take_labels(self, path: Path) -> None:
        """Open the file in use again with class names from a file or folder."""
        checkpoint = self.checkpoint
        if checkpoint is not None:
            self._open_again(path, checkpoint.provenance.settled)

    def _labels(self) -> Path | None:
        return self.network.labels if self.network is not None else None

    def _open_again(self, labels: Path | None, assume: Mapping[str, str]) -> None:
        assert self.checkpoint is not None
        self.open_checkpoint(self.checkpoint.provenance.path, labels=labels, assume=assume)

    def open_reference(self, path: Path) -> None:
        """Open another checkpoint in the background, and compare with what it says."""
        self._networks.open_reference(path)

    def cancel_opening(self) -> None:
        """Stop opening a checkpoint; what was open stays."""
        self._networks.cancel()

    def use(self, network: tasks.LoadedNetwork) -> None:
        """Take a network that is loaded into use, with its own convention."""
        self._networks.use(network)

    def set_convention(self, convention: Convention) -> None:
        """Use another input convention; every answer is computed anew."""
        self._networks.set_convention(convention)

    def calibrate(self, calibration: Calibration | None) -> None:
        """Use a person's temperatures and threshold with the open checkpoint; None: the file's own."""
        self._networks.calibrate(calibration)

    def swap_labels(self) -> None:
        """Take the class names in their other order (`Labels.alternative`)."""
        self._networks.swap_labels()

    def set_device(self, device: str) -> None:
        """Move the network; on failure the old device stays and `failed` says why."""
        self._networks.move(device)

    def _keep_possible(self, network: tasks.LoadedNetwork) -> None:
        """Forget the choices that another network doesn't have."""
        architecture = network.checkpoint.architecture
        self.keep_units(lambda unit: tasks.unit_exists(architecture, unit))
        self.keep_changes(lambda change: tasks.change_is_possible(architecture, change))
        self.explain(None)  # the number means another class now

    def _compare_network(self, network: tasks.LoadedNetwork) -> None:
        self.compare_with(Reference(checkpoint=network.name, convention=network.checkpoint.convention))
