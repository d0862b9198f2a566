"""Files of class names that are none: far too many, far too long, or made to keep a pattern trying.

Each function gives a file's ending and its bytes.
"""

import json
from collections.abc import Callable, Mapping

File = tuple[str, bytes]


def one_line_of_megabytes() -> File:
    return ".txt", b"x" * 16_000_000


def over_the_largest() -> File:
    return ".txt", b"x\n" * 20_000_000


def a_million_names() -> File:
    return ".txt", b"".join(b"name %d\n" % index for index in range(1_000_000))


def millions_of_empty_lines() -> File:
    return ".txt", b"\n" * 16_000_000


def millions_of_odd_line_ends() -> File:
    return ".txt", "\u2028\x0b\x1c".encode() * 3_000_000


def blanks_between_two_words() -> File:
    return ".txt", (b"0 a" + b" " * 15_000 + b"b\n") * 1_000


def numbers_of_thousands_of_digits() -> File:
    return ".txt", (b"9" * 4_000 + b" a\n") * 4_000


def a_million_cells_in_a_row() -> File:
    return ".csv", b"," * 16_000_000


def a_cell_of_megabytes() -> File:
    return ".csv", b'"' + b"x\n" * 80_000 + b'"'


def rows_of_one_comma() -> File:
    return ".csv", b",\n" * 8_000_000


def nested_lists() -> File:
    return ".json", b"[" * 16_000_000


def many_lists() -> File:
    return ".json", b"[" + b"[]," * 5_000_000 + b"[]]"


def lists_in_place_of_names() -> File:
    return ".json", json.dumps([[["x" * 100] * 1_000]] * 100).encode()


def keys_of_thousands_of_digits() -> File:
    return ".json", json.dumps({f"{index}" + "1" * 4_000: "a" for index in range(3_000)}).encode()


def an_integer_of_megabytes() -> File:
    return ".json", b"[" + b"9" * 15_000_000 + b"]"


def a_million_names_in_json() -> File:
    return ".json", json.dumps([f"name {index}" for index in range(1_000_000)]).encode()


def control_characters() -> File:
    return ".txt", "\n".join(f"\x1b[31m{index}\x07\u202ename\x00" for index in range(1_000)).encode()


def two_bytes_a_letter() -> File:
    return ".txt", b"\xff\xfe" + "x".encode("utf-16-le") * 8_000_000


def beginnings_of_a_synset() -> File:
    return ".txt", (b"n01440764 " + b"," * 4_000 + b"\n") * 3_000


LABELS: Mapping[str, Callable[[], File]] = {
    function.__name__: function
    for function in (
        one_line_of_megabytes,
        over_the_largest,
        a_million_names,
        millions_of_empty_lines,
        millions_of_odd_line_ends,
        blanks_between_two_words,
        numbers_of_thousands_of_digits,
        a_million_cells_in_a_row,
        a_cell_of_megabytes,
        rows_of_one_comma,
        nested_lists,
        many_lists,
        lists_in_place_of_names,
        keys_of_thousands_of_digits,
        an_integer_of_megabytes,
        a_million_names_in_json,
        control_characters,
        two_bytes_a_letter,
        beginnings_of_a_synset,
    )
}
