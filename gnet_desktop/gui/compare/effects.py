"""What each branch is worth to a class when it is off: the strongest in words, and two of them together."""

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.answers.values import class_name
from gnet_desktop.gui.compare.interaction import Interactions
from gnet_desktop.gui.compare.rows import BarRow, BarRows
from gnet_desktop.gui.compare.view import CompareView
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.changing import change_words
from gnet_desktop.gui.network_map.effects import Effects
from gnet_desktop.gui.painting.numbers import signed
from gnet_desktop.network.changes import Change
from gnet_desktop.shown import name_words
from gnet_desktop.workspace.compared import EFFECT_COLUMNS, effect_rows
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

STRONGEST: Final = 10


class EffectsView(CompareView):
    """The ten strongest of ``effects``, which the map works out; a click picks one, or two of them.

    Call `refresh` when the effects grew.
    """

    def __init__(self, workspace: Workspace, effects: Effects, parent: QWidget | None = None) -> None:
        super().__init__(workspace, self.tr("Effect when off"), parent)
        self._effects = effects
        self._picked: tuple[str, ...] = ()
        self.save = self._saving(self.tr("All branches as JSON or as a table (CSV)"), self._save)
        self.together, self.meaning, self.note = self._words(13, 600), self._words(12.5), self._words(12.5)
        self.note.setText(
            self.tr(
                "Single effects don't add up: what one branch tells another may tell as well, and some need"
                " each other. Pick two to see what they do together."
            )
        )
        self.rows = BarRows(self.tr("The ten strongest"), signed=True, wide=0.42)
        self.rows.activated.connect(self._pick)
        self.switch = Button(self.tr("Switch both off"))
        self.switch.clicked.connect(self._switch)
        self._interactions = Interactions(workspace, "interaction of branches", self.refresh)
        for widget in (self.sentence, self.rows, self.note, self.together, self.meaning):
            self.column.addWidget(widget)
        self.column.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)
        self.resize(620, 560)
        signals = (
            workspace.result_changed,
            workspace.explained_changed,
            workspace.checkpoint_changed,
            workspace.current_changed,
        )
        ends: list[Callable[[], None]] = [signal.subscribe(self.refresh) for signal in signals]
        ends.append(self._interactions.end)
        self.destroyed.connect(lambda: [end() for end in ends])
        self.refresh()

    @property
    def picked(self) -> tuple[str, ...]:
        """The branches that were picked, two at most."""
        return self._picked

    @override
    def refresh(self) -> None:
        """Another run or class, or more is known."""
        result = self._workspace.own_result if self.isVisible() else None
        found = self._effects.of(result) if result is not None else None
        self.header.set_note(self._effects.words(result))
        self.sentence.setText(self._headline(result))
        self.rows.show_rows(self._rows(found or {}))
        self.rows.setVisible(bool(found))
        self.save.setEnabled(bool(found))
        self._picked = tuple(part for part in self._picked if found and part in found)
        self._show_together(result)

    def _headline(self, result: Result | None) -> str:
        if result is None:
            return self.tr("Open a picture to see what each branch is worth to its answer.")
        return self.tr("Every branch switched off in turn: by how much the logit changes without it.")

    def _rows(self, effects: Mapping[str, float]) -> list[BarRow]:
        order = sorted(effects, key=lambda part: -abs(effects[part]))[:STRONGEST]
        most = max((abs(effects[part]) for part in order), default=1.0) or 1.0
        words = self.tr("without {0} the logit changes by {1}")
        return [
            BarRow(
                part,
                name_words(part),
                signed(effects[part]),
                words.format(name_words(part), signed(effects[part])),
                share=effects[part] / most,
                branch=part.partition("/")[2],
                picked=part in self._picked,
            )
            for part in order
        ]

    def _show_together(self, result: Result | None) -> None:
        pair = tuple(Change(part) for part in self._picked)
        found = None
        if result is not None and len(pair) == 2:
            found = self._interactions.of(result, (pair[0], pair[1]), result.key.changes)
        names = " + ".join(name_words(part) for part in self._picked)
        self.together.setText(f"{names}: {found.words()}" if found is not None else names)
        self.meaning.setText(found.meaning() if found is not None else "")
        self.together.setVisible(bool(self._picked))
        self.meaning.setVisible(found is not None)
        self.switch.setVisible(found is not None)

    def _pick(self, value: object) -> None:
        """Pick a branch, or let it go; of three the first goes. Explore shows its module."""
        part = str(value)
        kept = tuple(one for one in self._picked if one != part)
        self._picked = kept if part in self._picked else (*kept[-1:], part)
        self._workspace.choose_module(part.partition("/")[0])
        self.refresh()

    def _switch(self) -> None:
        more = tuple(Change(part) for part in self._picked)
        kept = tuple(one for one in self._workspace.changes if one not in more)
        self._workspace.set_changes((*kept, *more))

    def _save(self) -> None:
        result = self._workspace.own_result
        asked = self._effects.asked(result) if result is not None else None
        found = self._effects.of(result) if result is not None else None
        if result is None or asked is None or not found:
            return
        checkpoint, (head, index) = result.checkpoint, asked
        rows = effect_rows(found, head, index, class_name(checkpoint.labels.names, index))
        facts = {
            "picture": result.picture.source,
            "checkpoint": checkpoint.provenance.path.name,
            "sha256": checkpoint.provenance.sha256,
            "convention": result.convention.name,
            "changes": [change_words(one) for one in result.key.changes],
            "effects": rows,
        }
        self._write("effects.json", lambda: facts, EFFECT_COLUMNS, rows)

    def copy_numbers(self) -> str:
        """A line a branch, with tabs."""
        return "\n".join(f"{row.value}\t{row.text}" for row in self.rows.rows)
