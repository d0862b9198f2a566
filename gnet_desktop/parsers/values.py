"""Words of the command line as values, or why they are none."""

import argparse


def positive(text: str) -> int:
    """A count, at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def shard(text: str) -> tuple[int, int]:
    """``I/N``: the part, from 1, and how many there are."""
    part, _, parts = text.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise argparse.ArgumentTypeError(f"{text}: I/N with I from 1 to N")
    return int(part), int(parts)


def kinds(text: str) -> tuple[str, ...]:
    """Kinds of files to save: ``npy``, ``png`` or both, each once."""
    kinds = tuple(dict.fromkeys(text.split(",")))
    if not set(kinds) <= {"npy", "png"}:
        raise argparse.ArgumentTypeError(f"{text}: npy, png or both")
    return kinds


def size(text: str) -> tuple[int, int]:
    """``WIDTHxHEIGHT`` in pixels."""
    width, _, height = text.lower().partition("x")
    if not (
        width.isdecimal() and height.isdecimal() and 320 <= int(width) <= 8000 and 240 <= int(height) <= 8000
    ):
        raise argparse.ArgumentTypeError(f"{text}: WIDTHxHEIGHT between 320x240 and 8000x8000")
    return int(width), int(height)


def cell(text: str) -> tuple[int, int]:
    """``3,4``: column and row of a map, from 0."""
    column, _, row = text.partition(",")
    if not (column.strip().isdecimal() and row.strip().isdecimal()):
        raise argparse.ArgumentTypeError(f"{text}: a column and a row from 0, like 3,4")
    return int(column), int(row)
