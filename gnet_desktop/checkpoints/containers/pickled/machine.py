"""Reads a pickle without running it.

A pickle is a program for a small stack machine that may call any function of any
module. This machine knows the same instructions, but a call of anything outside
`known` leaves an `Instance` that only says what was asked for. What it makes is
charged to the file's budget, instruction by instruction.
"""

import re
from collections.abc import Callable, Mapping
from struct import Struct
from struct import error as StructError
from sys import getsizeof
from typing import Any, Final

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.pickled.values import Global, Instance, add, put
from gnet_desktop.checkpoints.containers.source import Cursor, Damaged
from gnet_desktop.shown import shown

Function = Callable[..., Any]

_LONG: Final = 1 << 12
"""Longer bytes and texts stay in the file."""

_ESCAPE: Final = re.compile(rb"\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPES: Final = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"\\": b"\\", b"'": b"'", b'"': b'"'}
_LONGEST_INTEGER: Final = 255

_SHORT, _SIGNED, _WORD, _LONG_WORD, _FLOAT = map(Struct, ("<H", "<i", "<I", "<Q", ">d"))

_WRONG_ARGUMENTS: Final = (TypeError, ValueError, IndexError, KeyError, AttributeError, OverflowError)


def load(
    cursor: Cursor, known: Mapping[str, Function], persistent: Callable[[Any], Any] | None = None
) -> Any:
    """The value that a pickle describes; the cursor is left behind it.

    ``known`` are the functions that may be called, by full name; they must not do
    anything but make values, and charge what they copy. ``persistent`` resolves references
    to what lies outside. Raises Damaged or Incomplete.
    """
    return _Machine(cursor, known, persistent).run()


class _Stop(Exception):
    """The pickle's last instruction; its argument is the value."""


class _Machine:
    def __init__(
        self, cursor: Cursor, known: Mapping[str, Function], persistent: Callable[[Any], Any] | None
    ) -> None:
        self.cursor, self.known, self.persistent = cursor, known, persistent
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.budget = current()

    def run(self) -> Any:
        take, instructions = self.cursor.take, _INSTRUCTIONS
        while True:
            instruction = instructions.get(take(1))
            if instruction is None:
                raise Damaged(f"Byte {self.cursor.position - 1} is not an instruction of a pickle.")
            try:
                instruction(self)
            except _Stop as stop:
                return stop.args[0]
            except (IndexError, ValueError, StructError) as error:
                raise Damaged(f"Its pickle makes no sense at byte {self.cursor.position}.") from error

    def pop(self) -> Any:
        return self.stack.pop()

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def make(self, value: Any) -> None:
        """Push a value that is more than a number or a text."""
        self.budget.values()
        self.stack.append(value)

    def note(self, index: int) -> None:
        """Remember the value on top under a number."""
        self.budget.values()
        self.memo[index] = self.stack[-1]

    def pop_mark(self) -> list[Any]:
        """What was pushed since the last mark."""
        values, self.stack = self.stack, self.marks.pop()
        return values

    def byte(self) -> int:
        return self.cursor.take(1)[0]

    def number(self, form: Struct) -> Any:
        return form.unpack(self.cursor.take(form.size))[0]

    def call(self, function: Any, arguments: Any) -> Any:
        if not isinstance(arguments, tuple):
            arguments = ()
        self.budget.values()
        self.budget.steps(len(arguments))
        known = self.known.get(str(function)) if isinstance(function, Global) else None
        if known is None:
            return Instance(function, arguments)
        try:
            return known(*arguments)
        except _WRONG_ARGUMENTS as error:
            raise Damaged(f"{shown(str(function))} is used in a way that makes no sense.") from error


def _ignore(_: Any) -> None:
    pass


def _data(machine: _Machine, length: int) -> None:
    """Bytes: small ones as they are, large ones stay in the file."""
    long = length > _LONG
    machine.push(machine.cursor.skip(length) if long else machine.cursor.take(length))


def _old_text(machine: _Machine, length: int) -> None:
    """Python 2's text, which is also its bytes."""
    if length > _LONG:
        machine.push(machine.cursor.skip(length))
        return
    data = machine.cursor.take(length)
    machine.push(data.decode("ascii") if data.isascii() else data)


def _text(machine: _Machine, length: int) -> None:
    """Text; a very long one (an array in disguise) stays in the file."""
    if length > _LONG:
        machine.push(machine.cursor.skip(length))
        return
    text = machine.cursor.take(length).decode("utf-8", "surrogatepass")
    machine.budget.keep(getsizeof(text))
    machine.push(text)


def _integer(machine: _Machine, length: int) -> None:
    if length > _LONGEST_INTEGER:
        raise Damaged(f"It holds an integer of {length} bytes.")
    machine.push(int.from_bytes(machine.cursor.take(length), "little", signed=True))


def _integer_line(machine: _Machine) -> None:
    line = machine.cursor.line(_LONGEST_INTEGER)
    if line in (b"00", b"01"):
        machine.push(line == b"01")
        return
    try:
        machine.push(int(line.rstrip(b"L") or b"0"))
    except ValueError as error:
        raise Damaged("It holds an integer that is none.") from error


def _float_line(machine: _Machine) -> None:
    try:
        machine.push(float(machine.cursor.line()))
    except ValueError as error:
        raise Damaged("It holds a number that is none.") from error


def _unescaped(found: re.Match[bytes]) -> bytes:
    """The byte that an escape in Python 2's text stands for; an unknown one stands for itself."""
    code = found[1]
    if code[:1] == b"x" and len(code) == 3:
        return bytes([int(code[1:], 16)])
    if code.isdigit():
        return bytes([int(code, 8) & 0xFF])
    return _ESCAPES.get(code, found[0])


def _string_line(machine: _Machine) -> None:
    data = _ESCAPE.sub(_unescaped, machine.cursor.line(_LONG).strip()[1:-1])
    machine.push(data.decode("ascii") if data.isascii() else data)


def _word(value: Any) -> str:
    return value if isinstance(value, str) else "?"


def _global_line(machine: _Machine) -> None:
    module, name = (machine.cursor.line().decode("utf-8", "replace") for _ in range(2))
    machine.make(Global(module, name))


def _stack_global(machine: _Machine) -> None:
    name, module = machine.pop(), machine.pop()
    machine.make(Global(_word(module), _word(name)))


def _mark(machine: _Machine) -> None:
    machine.budget.values()
    machine.marks.append(machine.stack)
    machine.stack = []


def _get(machine: _Machine, index: int) -> None:
    if index not in machine.memo:
        raise Damaged("Its pickle refers to something that it never made.")
    machine.push(machine.memo[index])


def _line_index(machine: _Machine) -> int:
    line = machine.cursor.line(32)
    if not line.isdigit():
        raise Damaged("Its pickle refers to something that it never made.")
    return int(line)


def _tuple(machine: _Machine, count: int) -> None:
    values = tuple(machine.pop() for _ in range(count))
    machine.make(values[::-1])


def _dictionary(machine: _Machine) -> None:
    found: dict[Any, Any] = {}
    values = machine.pop_mark()
    for key, value in zip(values[::2], values[1::2], strict=False):
        put(found, key, value)
    machine.make(found)


def _append(machine: _Machine) -> None:
    value = machine.pop()
    add(machine.stack[-1], value)


def _append_all(machine: _Machine) -> None:
    values = machine.pop_mark()
    for value in values:
        add(machine.stack[-1], value)


def _set_item(machine: _Machine) -> None:
    value, key = machine.pop(), machine.pop()
    put(machine.stack[-1], key, value)


def _set_items(machine: _Machine) -> None:
    values = machine.pop_mark()
    for key, value in zip(values[::2], values[1::2], strict=False):
        put(machine.stack[-1], key, value)


def _reduce(machine: _Machine) -> None:
    arguments, function = machine.pop(), machine.pop()
    machine.push(machine.call(function, arguments))


def _new_object_with_names(machine: _Machine) -> None:
    _named, arguments, kind = machine.pop(), machine.pop(), machine.pop()
    machine.push(machine.call(kind, arguments))


def _old_object(machine: _Machine) -> None:
    kind, *arguments = machine.pop_mark()
    machine.push(machine.call(kind, tuple(arguments)))


def _old_instance(machine: _Machine) -> None:
    _global_line(machine)
    kind = machine.pop()
    machine.push(machine.call(kind, tuple(machine.pop_mark())))


def _build(machine: _Machine) -> None:
    state = machine.pop()
    target = machine.stack[-1]
    if isinstance(target, Instance):
        target.state = state
    elif hasattr(target, "set_state"):
        try:
            target.set_state(state)
        except _WRONG_ARGUMENTS as error:
            raise Damaged("An array is described in a way that makes no sense.") from error


def _persistent(machine: _Machine, reference: Any) -> None:
    if machine.persistent is None:
        machine.make(Instance(Global("pickle", "persistent reference"), (reference,)))
        return
    try:
        machine.push(machine.persistent(reference))
    except _WRONG_ARGUMENTS as error:
        raise Damaged("A reference to its data makes no sense.") from error


def _extension(machine: _Machine, length: int) -> None:
    machine.make(Global("copyreg", f"extension {int.from_bytes(machine.cursor.take(length), 'little')}"))


def _stop(machine: _Machine) -> None:
    raise _Stop(machine.pop())


def _out_of_band(_machine: _Machine) -> None:
    raise Damaged("Its arrays lie outside the pickle.", "Save it again with torch.save.")


_INSTRUCTIONS: Final[Mapping[bytes, Callable[[_Machine], None]]] = {
    b"\x80": lambda machine: _ignore(machine.cursor.take(1)),
    b"\x95": lambda machine: _ignore(machine.cursor.take(8)),
    b".": _stop,
    b"(": _mark,
    b"0": lambda machine: _ignore(machine.pop()),
    b"1": lambda machine: _ignore(machine.pop_mark()),
    b"2": lambda machine: machine.push(machine.stack[-1]),
    b"N": lambda machine: machine.push(None),
    b"\x88": lambda machine: machine.push(True),
    b"\x89": lambda machine: machine.push(False),
    b"I": _integer_line,
    b"L": _integer_line,
    b"J": lambda machine: machine.push(machine.number(_SIGNED)),
    b"K": lambda machine: machine.push(machine.byte()),
    b"M": lambda machine: machine.push(machine.number(_SHORT)),
    b"\x8a": lambda machine: _integer(machine, machine.byte()),
    b"\x8b": lambda machine: _integer(machine, machine.number(_WORD)),
    b"F": _float_line,
    b"G": lambda machine: machine.push(machine.number(_FLOAT)),
    b"S": _string_line,
    b"T": lambda machine: _old_text(machine, machine.number(_WORD)),
    b"U": lambda machine: _old_text(machine, machine.byte()),
    b"V": lambda machine: machine.push(machine.cursor.line(_LONG).decode("raw-unicode-escape", "replace")),
    b"X": lambda machine: _text(machine, machine.number(_WORD)),
    b"\x8c": lambda machine: _text(machine, machine.byte()),
    b"\x8d": lambda machine: _text(machine, machine.number(_LONG_WORD)),
    b"B": lambda machine: _data(machine, machine.number(_WORD)),
    b"C": lambda machine: _data(machine, machine.byte()),
    b"\x8e": lambda machine: _data(machine, machine.number(_LONG_WORD)),
    b"\x96": lambda machine: _data(machine, machine.number(_LONG_WORD)),
    b"\x97": _out_of_band,
    b"\x98": lambda _machine: None,
    b")": lambda machine: machine.push(()),
    b"t": lambda machine: machine.make(tuple(machine.pop_mark())),
    b"\x85": lambda machine: _tuple(machine, 1),
    b"\x86": lambda machine: _tuple(machine, 2),
    b"\x87": lambda machine: _tuple(machine, 3),
    b"]": lambda machine: machine.make([]),
    b"l": lambda machine: machine.make(machine.pop_mark()),
    b"a": _append,
    b"e": _append_all,
    b"}": lambda machine: machine.make({}),
    b"d": _dictionary,
    b"s": _set_item,
    b"u": _set_items,
    b"\x8f": lambda machine: machine.make([]),
    b"\x90": _append_all,
    b"\x91": lambda machine: machine.make(machine.pop_mark()),
    b"c": _global_line,
    b"\x93": _stack_global,
    b"R": _reduce,
    b"\x81": _reduce,
    b"\x92": _new_object_with_names,
    b"o": _old_object,
    b"i": _old_instance,
    b"b": _build,
    b"p": lambda machine: machine.note(_line_index(machine)),
    b"q": lambda machine: machine.note(machine.byte()),
    b"r": lambda machine: machine.note(machine.number(_WORD)),
    b"g": lambda machine: _get(machine, _line_index(machine)),
    b"h": lambda machine: _get(machine, machine.byte()),
    b"j": lambda machine: _get(machine, machine.number(_WORD)),
    b"\x94": lambda machine: machine.note(len(machine.memo)),
    b"P": lambda machine: _persistent(machine, machine.cursor.line().decode("latin-1")),
    b"Q": lambda machine: _persistent(machine, machine.pop()),
    b"\x82": lambda machine: _extension(machine, 1),
    b"\x83": lambda machine: _extension(machine, 2),
    b"\x84": lambda machine: _extension(machine, 4),
}
