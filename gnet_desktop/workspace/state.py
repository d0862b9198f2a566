"""The workspace: what is open and chosen, and the work under way. No Qt.

Panels read its properties, change it through its methods and subscribe to its signals;
nobody keeps a second copy. Everything here runs on one thread (the window's); workers
hand results over through ``post``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.workspace.decoding import Decoding
from gnet_desktop.workspace.engine import NORMAL, PATIENCE, Post, Request, Worker, Works
from gnet_desktop.workspace.failures import Failures
from gnet_desktop.workspace.finder import Finder
from gnet_desktop.workspace.judging import Judge
from gnet_desktop.workspace.looking import Looking
from gnet_desktop.workspace.marking import Marks
from gnet_desktop.workspace.networks import Networks
from gnet_desktop.workspace.opened import Opened
from gnet_desktop.workspace.picture_list import PictureList, Source
from gnet_desktop.workspace.seen import Seen, signed
from gnet_desktop.workspace.sifting import Sieve
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.values import (
    Decoded,
    ListedPicture,
    Outcome,
    Peaks,
    Result,
    RunKey,
    ViewOptions,
)
from gnet_desktop.workspace.working import Working

T = TypeVar("T")


class Workspace(Opened):
    """Everything that a person opened; the checkpoint is in `Opened`, what they chose in `Choices`.

    Signals, all called on the owner's thread:
      checkpoint_changed()        another checkpoint, convention, labels or device is in use
      pictures_changed()          pictures came, went or moved
      entry_changed(id)           one picture's thumbnail, answer, doubts or error changed
      sifted()                    others of the list are shown, though none came or went
      current_changed()           another picture is current; `stale` tells if the result lags
      decoded_changed()           `decoded` is new
      result_changed()            `result` is new, or has been `stale` for a while
      reference_result_changed()  `reference_result` is new, or there is none now
      finding_changed()           `finding` changed
      found(count)                all was looked through, or the person stopped it
      failed(error)               a `GNetError` to show; what was open stays open
      bug(bug)                    an unforeseen error to show with its report
    """

    def __init__(
        self,
        post: Post,
        *,
        engine: Works | None = None,
        reader: Works | None = None,
        opener: Works | None = None,
        finder: Works | None = None,
        drawer: Works | None = None,
    ) -> None:
        self._failures = Failures()
        self.post = post
        self._engine: Works = engine or Worker("gnet-engine", post)
        self._reader: Works = reader or Worker("gnet-reader", post, patience=PATIENCE)
        self._opener: Works = opener or Worker("gnet-opener", post, patience=PATIENCE)
        self._drawer: Works = drawer or Worker("gnet-drawer", post)
        super().__init__(Networks(self._opener, self._engine, post, self._failures.tell))
        self._list = PictureList(self._reader, self._failures.sentence)
        self._finder = Finder(finder or Worker("gnet-finder", post), post, self._found, self._failures.tell)
        self._decoding = Decoding(self._list, self._reader, self._failures)
        self._looking = Looking(
            self,
            self._networks,
            self._list,
            self._engine,
            self._reader,
            post,
            self._failures,
            self._decoding.take,
        )
        self._seen = Seen()
        self.marks, self.working = Marks(), Working(post)
        self.checkpoint_changed, self.current_changed = Signal(), Signal()
        self.decoded_changed = self._decoding.changed
        self.failed, self.bug = self._failures.failed, self._failures.bug
        self.result_changed = self._looking.shown.result_changed
        self.reference_result_changed = self._looking.shown.reference_changed
        self.pictures_changed, self.entry_changed = self._list.changed, self._list.entry_changed
        self.sifted, self.tally = self._list.sifted, self._list.tally
        self.finding_changed, self.found = self._finder.changed, self._finder.ended
        self._networks.changed.subscribe(self._start_anew)
        self.loading_changed.subscribe(self._decode_alone)
        self.pictures_changed.subscribe(self._looking.forget_pictures)  # before any panel hears of it
        self.pictures_changed.subscribe(lambda: self.marks.keep(self.pictures))
        self.entry_changed.subscribe(self._show_no_other)
        self.changes_changed.subscribe(self._looking.refresh)
        self.reference_changed.subscribe(self._looking.compare)
        self.reference_changed.subscribe(self._show_without_reference)
        self.reference_result_changed.subscribe(self._show_reference)
        self.view_changed.subscribe(self._show_other)

    # What is open

    @property
    def own_result(self) -> Result | None:
        """`said`, if it is of the checkpoint in use, or of the reference's."""
        said, reference = self.said, self.shows == "reference"
        return said if said is not None and (reference or said.checkpoint is self.checkpoint) else None

    @property
    def pictures(self) -> Mapping[int, ListedPicture]:
        """The list of pictures by id, in its order."""
        return self._list.entries

    @property
    def current(self) -> int | None:
        """The id of the picture that is looked at."""
        return self._list.current

    @property
    def decoded(self) -> Decoded | None:
        """The picture that is looked at, once it is decoded."""
        return self._decoding.now

    @property
    def peaks(self) -> Mapping[int, Peaks]:
        """{picture's id: {module: largest value of each unit}} of those that were answered."""
        return self._list.peaks

    def _start_anew(self) -> None:
        self._decoding.give_up()
        self._looking.start_anew()
        self._looking.prepare()
        self.checkpoint_changed.emit()
        self.pictures_changed.emit()
        self._looking.refresh()

    # Pictures

    def add_pictures(self, sources: Iterable[Source], *, show: bool = True) -> list[int]:
        """Add pictures at the end of the list, in order; the first one becomes current.

        A source is a path, or a name and the bytes of a picture. Returns their ids.
        """
        added = self._list.add(sources)
        if added and show:
            self.choose_picture(added[0])
        self._list.make_thumbnails(added)
        self._looking.compute()
        return added

    def find_pictures(self, paths: Iterable[Path]) -> None:
        """Add the files and the pictures in folders as they are found; the first one becomes current."""
        self._finder.find(paths)

    def stop_finding(self) -> None:
        """Look for no more pictures; those that were found stay."""
        self._finder.stop()

    @property
    def finding(self) -> int | None:
        """How many pictures were found so far; None while nothing is looked for."""
        return self._finder.count if self._finder.looking else None

    def _found(self, paths: list[Path]) -> None:
        self.add_pictures(paths, show=self._finder.count == len(paths))

    @property
    def shown_pictures(self) -> Sequence[int]:
        """The ids of the pictures that the sieve lets through, in the list's order."""
        return self._list.shown

    @property
    def sieve(self) -> Sieve:
        """Which pictures of the list are shown."""
        return self._list.sieve

    def sift_pictures(self, sieve: Sieve) -> None:
        """Show only pictures that pass; the others stay in the list."""
        self._list.sift(sieve)

    @property
    def answered(self) -> int:
        """How many pictures have an answer, or a reason why there is none."""
        return self._list.answered

    def look_at_rows(self, pictures: Iterable[int]) -> None:
        """A panel shows these rows of the list now."""
        self._list.look_at(pictures)

    def remove_picture(self, picture: int) -> None:
        """Take a picture off the list; its neighbour becomes current."""
        if picture not in self.pictures:
            return
        neighbour = self._list.remove(picture)
        if picture == self.current:
            self._list.current = None
            if neighbour is not None:
                self.choose_picture(neighbour)
            else:
                self._show_nothing()

    def remove_all_pictures(self) -> None:
        """Empty the list."""
        self.stop_finding()
        self._list.clear()
        self._show_nothing()

    def sort_pictures(self, order: str) -> None:
        """Put the list into one of `ORDERS` once; what comes later is added at its end."""
        self._list.sort(order)

    def choose_picture(self, picture: int) -> None:
        """Make a picture current; its result follows, the old one stays, marked stale."""
        if picture == self.current or picture not in self.pictures:
            return
        self._list.current = picture
        self._looking.prepare()
        self._looking.compute()  # the reader may begin while the panels are told
        self.current_changed.emit()
        self.clear_pins()
        self._look()

    def step_picture(self, step: int) -> None:
        """Choose the picture ``step`` places further down the list."""
        picture = self._list.behind(self.current, step) if self.current is not None else None
        if picture is not None:
            self.choose_picture(picture)

    def retry_picture(self, picture: int) -> None:
        """Read a picture that failed once more."""
        self._list.change(picture, error=None)
        if picture in self.pictures and self.pictures[picture].thumbnail is None:
            self._list.make_thumbnails([picture])
        if picture == self.current:
            self._look()

    def preview(self, source: Path | bytes, done: Callable[[NDArray[np.uint8]], None]) -> None:
        """Hand over the thumbnail of a picture that isn't in the list; nothing if it cannot be read."""
        self._list.preview(source, done)

    def _show_no_other(self, picture: int) -> None:
        """A picture that cannot be read has no result, and another one's does not stand in its place."""
        if picture == self.current and self.pictures[picture].error is not None and self.result is not None:
            self._looking.refresh()

    def _show_nothing(self) -> None:
        self.current_changed.emit()
        self._looking.refresh()

    def _look(self) -> None:
        self._looking.refresh()
        self._decode_alone()

    def _decode_alone(self) -> None:
        if self.checkpoint is None and self.loading is None:
            self._decoding.ask()

    # Runs

    @property
    def key(self) -> RunKey | None:
        """The run that is looked at; `result` lags behind while it is computed."""
        return self._looking.key

    @property
    def reference_key(self) -> RunKey | None:
        """The run that it is compared with."""
        return self._looking.reference_key

    @property
    def result(self) -> Result | None:
        """What is shown: the latest result of the current run, or an older one (`stale`)."""
        return self._looking.shown.result

    @property
    def stale(self) -> bool:
        """Whether `result` is that of another run than the one that is looked at."""
        return self.result is not None and self.result.key != self.key

    @property
    def reference_result(self) -> Result | None:
        """The result to compare `result` with; None while it is computed, or without a reference."""
        return self._looking.shown.reference

    @property
    def seen(self) -> Result | None:
        """The result whose maps are drawn: `result`, the reference, or their difference, as is chosen."""
        return self._seen.of(self.result, self.reference_result, self.view.show)

    @property
    def shows(self) -> str:
        """Which of the three `seen` is: ``this``, ``reference`` or ``difference``."""
        return self.view.show if self.result is not None and self.reference_result is not None else "this"

    @property
    def said(self) -> Result | None:
        """The result whose answers and whole-network numbers are told: the reference's if that is chosen.

        What lies between two runs has no answers of its own: the difference goes with `result`'s.
        """
        return self.reference_result if self.shows == "reference" else self.result

    @property
    def look(self) -> ViewOptions:
        """The options under which `seen` is drawn: those that were chosen, signed for a difference."""
        return signed(self.view) if self.shows == "difference" else self.view

    def _show_without_reference(self) -> None:
        if self.reference is None:
            self.change_view(show="this")

    def _show_reference(self) -> None:
        if self.view.show != "this":
            self.result_changed.emit()

    def _show_other(self, old: ViewOptions) -> None:
        if old.show != self.view.show:
            self.result_changed.emit()

    def accept(self, outcome: Outcome) -> None:
        """Take what a run gave, wherever it was computed: keep it, and show it if it is looked at."""
        self._looking.accept(outcome)

    def trained(self, head: str) -> bool | None:
        """Whether a head was trained, as far as the file or its answers so far tell."""
        return self._looking.judge.trained(self.checkpoint, head)

    def trained_of(self, result: Result) -> Callable[[str], bool | None]:
        """The same of the heads that gave a result, which may be those of another file."""
        if result.checkpoint is self.checkpoint:
            return self.trained
        return partial(Judge().trained, result.checkpoint)

    # Asking for other work, failures, the end

    def compute(
        self, purpose: str, run: Callable[[], T], done: Callable[[T], None], priority: int = NORMAL
    ) -> None:
        """Run anything that needs torch on the engine's thread; failures go to `failed`."""
        self._engine.ask(Request(f"task {purpose}", run, done, self._failures.tell, priority))

    def tell_failure(self, error: BaseException) -> None:
        """Something failed that was done elsewhere: goes to `failed`, or to `bug` if nobody foresaw it."""
        self._failures.tell(error)

    def make_ready(self, purpose: str, run: Callable[[], T], done: Callable[[T], None]) -> None:
        """Make what the window draws on the drawer's thread, without torch; failures go to `failed`."""
        self._drawer.ask(Request(f"draw {purpose}", run, done, self._failures.tell))

    @property
    def idle(self) -> bool:
        """Whether all workers have nothing to do; what they found may still be on its way."""
        workers = (self._engine, self._reader, self._opener, self._drawer)
        return all(worker.idle for worker in workers) and self.finding is None

    def close(self) -> bool:
        """End the workers; waits for what is running only. False if one hangs."""
        self.cancel_opening()
        self.stop_finding()
        self._looking.shown.close()
        workers = (self._engine, self._reader, self._opener, self._drawer, self._finder)
        closed = [worker.close() for worker in workers]
        return all(closed)
