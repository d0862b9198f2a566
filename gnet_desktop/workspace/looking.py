"""The runs that are looked at: which they are, what is asked for on their behalf, what is shown of them."""

from collections.abc import Callable, Iterator
from typing import Final

from gnet_desktop.network.changes import Changes
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.choices import Choices
from gnet_desktop.workspace.engine import BACKGROUND, NORMAL, URGENT, Post, Works
from gnet_desktop.workspace.failures import Failures
from gnet_desktop.workspace.judging import Judge
from gnet_desktop.workspace.networks import Networks
from gnet_desktop.workspace.picture_list import PictureList
from gnet_desktop.workspace.runs import RunJob, Runs
from gnet_desktop.workspace.shown import ShownPair
from gnet_desktop.workspace.values import Outcome, Result, RunKey

# A waiting decode for a picture that the person browsed past is worthless; one
# ahead makes the next Page Down instant.
PREFETCH: Final = 1

# The purposes of runs.
THIS: Final = "this"
REFERENCE: Final = "reference"
NEXT: Final = "next"
OTHERS: Final = "others"


class Looking:
    """Brings what is shown up to date with what is chosen.

    Wanted are the run that is looked at, the one that it is compared with, the next picture's,
    and in the background an answer for every other picture of the list. After each step what
    is wanted and isn't there is asked for (`compute`). ``decoded`` as in `Runs`.
    """

    def __init__(
        self,
        choices: Choices,
        networks: Networks,
        pictures: PictureList,
        engine: Works,
        reader: Works,
        post: Post,
        failures: Failures,
        decoded: Callable[[RunKey, tasks.Read], None],
    ) -> None:
        self.shown = ShownPair(post)
        self.judge = Judge()
        self._choices = choices
        self._networks = networks
        self._list = pictures
        self._failures = failures
        self._runs = Runs(
            engine, reader, self._wanted, self._computed, self._not_computed, self.compute, decoded
        )
        self._ahead: RunKey | None = None

    # Which runs

    @property
    def key(self) -> RunKey | None:
        """The run that is looked at."""
        return self._key_of(self._list.current, self._choices.changes)

    @property
    def reference_key(self) -> RunKey | None:
        """The run that it is compared with."""
        return self._reference_of(self.key)

    def _key_of(self, picture: int | None, changes: Changes = ()) -> RunKey | None:
        network, convention = self._networks.now, self._networks.convention
        if network is None or convention is None or picture is None:
            return None
        return RunKey(network.name, convention, picture, changes)

    def _reference_of(self, key: RunKey | None) -> RunKey | None:
        reference = self._choices.reference
        return reference.key(key) if reference is not None and key is not None else None

    def _wanted(self, key: RunKey) -> bool:
        """Whether a run is looked at, compared with, or an answer of the list."""
        if key.picture not in self._list.entries:
            return False
        return key in (self.key, self.reference_key, self._key_of(key.picture))

    def _wants(self) -> Iterator[tuple[str, RunKey | None, int]]:
        """(purpose, run, priority) of all that should be there, the most urgent first."""
        current = self._list.current
        yield THIS, self.key, URGENT
        yield REFERENCE, self.reference_key, NORMAL
        if current is not None:
            ahead, self._ahead = self._ahead, self._key_of(self._list.behind(current, PREFETCH))
            # once: where memory is short, it may be gone again
            yield NEXT, self._ahead if ahead != self._ahead else None, NORMAL
        # One after the other: the reader is quicker than the network, and decoded photos
        # that wait for it would fill the memory.
        if not self._runs.has(OTHERS):
            yield OTHERS, self._key_of(self._list.unanswered()), BACKGROUND

    # What is asked for, and comes

    def compute(self) -> None:
        """Ask for what is wanted and isn't there."""
        for purpose, key, priority in self._wants():
            if key is None or not self._readable(key.picture) or self._is_there(key):
                continue
            network, entry = self._networks.called(key.checkpoint), self._list.entries[key.picture]
            if network is not None:
                self._runs.ask(RunJob(purpose, key, network, entry.source, entry.name, priority))

    def accept(self, outcome: Outcome) -> None:
        """Take what a run gave, wherever it was computed."""
        self._runs.put(outcome)
        self._computed(outcome)
        self.compute()

    def _readable(self, picture: int) -> bool:
        return self._list.entries[picture].error is None

    def _is_there(self, key: RunKey) -> bool:
        """Whether a run is shown or kept; whoever is asked last is forgotten last."""
        return self._runs.get(key) is not None or key in self._shown_keys()

    def _shown_keys(self) -> tuple[RunKey, ...]:
        return tuple(one.key for one in (self.shown.result, self.shown.reference) if one is not None)

    def _computed(self, outcome: Outcome) -> None:
        """A wanted run is there."""
        result = outcome.result
        self._learn(outcome)
        if self.key is not None and result.key in (self.key, self.key.unchanged, self.reference_key):
            self._runs.put(outcome)
        if result.key == self.key:
            self._show(result)
        else:
            self.compare()

    def _learn(self, outcome: Outcome | None) -> None:
        """Note what a run says of its picture, if it is the one that the list tells of."""
        if outcome is None or outcome.result.key != self._key_of(outcome.result.key.picture):
            return
        self.judge.hear(outcome.result.key.picture, outcome.result.record)
        self._list.learn(outcome, self.judge.doubts(outcome.result))

    def _not_computed(self, key: RunKey, error: BaseException) -> None:
        """A wanted run failed."""
        if key == self._key_of(key.picture):
            self._list.change(key.picture, error=self._failures.sentence(error))
            if key.picture == self._list.current:
                self._show(None)
            return
        self._failures.tell(error)
        if key.changes:
            self._choices.reset_changes()
        else:
            self._choices.compare_with(None)

    # What is shown

    def prepare(self) -> None:
        """Another run is looked at: what is kept of it is in place before anybody is told of anything."""
        kept = self._kept()
        if kept is not None:
            self.shown.set(kept.result, self._compared_with(kept.result))

    def refresh(self) -> None:
        """Another run is looked at: show it if it is there, else ask for it."""
        key, kept = self.key, self._kept()
        if kept is not None:
            self._show(kept.result)
        elif key is None or not self._readable(key.picture) or self.shown.result is None:
            self._show(None)
        else:
            self.shown.lag()
        self.compute()

    def compare(self) -> None:
        """Compare what is shown with what it is compared with now."""
        reference = self._choices.reference
        if reference is None or reference.checkpoint is None:
            self._networks.reference = None
        self.shown.compare(self._compared_with(self.shown.result))
        self.compute()

    def _kept(self) -> Outcome | None:
        return self._runs.get(self.key) if self.key is not None else None

    def _show(self, result: Result | None) -> None:
        self.shown.show(result, self._compared_with(result))

    def _compared_with(self, result: Result | None) -> Result | None:
        key = self._reference_of(result.key) if result is not None else None
        if key is None:
            return None
        kept = self._runs.get(key)
        if kept is not None:
            return kept.result
        shown = (one for one in (self.shown.reference, self.shown.result) if one is not None)
        return next((one for one in shown if one.key == key), None)

    # What counts no more

    def start_anew(self) -> None:
        """The network or its input is another: what was found about the list counts no more."""
        self._runs.abandon()
        self._runs.keep(lambda key: self._networks.called(key.checkpoint) is not None)
        self._ahead = None
        self.judge.forget()
        self._list.forget_answers()
        for outcome in self._runs.kept():
            self._learn(outcome)

    def forget_pictures(self) -> None:
        """What was kept of pictures that are no longer in the list goes."""
        self._runs.keep(lambda key: key.picture in self._list.entries)
        reference = self._choices.reference
        compared = reference.picture if reference is not None else None
        if compared is not None and compared not in self._list.entries:
            self._choices.compare_with(None)
