"""Files of class names in the forms that these have, with what does not belong there."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from tests.checkpoints.grammars.dice import Dice
from tests.checkpoints.grammars.headers import any_json
from tests.checkpoints.mutations import mutated


def _json(dice: Dice) -> str:
    names = {str(dice.number(index)): dice.word() for index in range(5)}
    forms = (names, list(names.values()), {name: index for index, name in names.items()}, {"id2label": names})
    value = any_json(dice) if dice.random() < 0.3 else dice.choice(forms)
    return json.dumps(value)


def _table(dice: Dice) -> str:
    mark = dice.choice(",;\t")
    rows = (
        [str(dice.number(index)), dice.word(), *[dice.word()] * dice.choice((0, 0, 2))] for index in range(6)
    )
    return "\n".join(mark.join(row) for row in rows)


def _lines(dice: Dice) -> str:
    forms: tuple[Callable[[int], str], ...] = (
        lambda index: dice.word(),
        lambda index: f"{dice.number(index)} {dice.word()}",
        lambda index: f"n{dice.unsigned(1440764, 27):08} {dice.word()}, {dice.word()}",
        lambda index: f"{{{index}: '{dice.word()}',",
    )
    form = dice.choice(forms)
    ends = ("\n", "\r\n", "\r", "\u2028", "\0")
    return dice.choice(ends).join(form(index) for index in range(8))


_GRAMMARS: Final[Mapping[str, Callable[[Dice], str]]] = {
    "JSON names": _json,
    "table": _table,
    "lines": _lines,
}
KINDS: Final = tuple(_GRAMMARS)


def made(kind: str, seed: int) -> bytes:
    """The file of a kind and a seed; every fourth has suffered accidents besides."""
    dice = Dice(f"{kind} {seed}")
    data = _GRAMMARS[kind](dice).encode(dice.choice(("utf-8", "utf-8-sig", "utf-16")), "surrogatepass")
    return mutated(data, dice) if seed % 4 == 0 else data
