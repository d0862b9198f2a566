"""Writes the man page and the completions of bash, zsh and fish from the command line's own parsers:

    documents.py FOLDER

so that they can't fall behind it. Needs no library: importing the command line loads neither torch nor Qt.
"""

import argparse
import datetime
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "packaging")]

from project import COMMAND, HOMEPAGE, NAME, SUMMARY, VERSION, epoch  # noqa: E402

Parsers = Mapping[str, argparse.ArgumentParser]
WINDOW: Final = "window"  #: the parsers' name for the program without a command
VARIABLE: Final = COMMAND.replace("-", "_")

EXAMPLES: Final = (
    ("The window, with a checkpoint and a folder of pictures:", "gnet-desktop weights.pth ~/Pictures"),
    ("The bundled network's answers for two pictures:", "gnet-desktop classify cat.jpg dog.jpg"),
    ("Numbers of every branch and of one unit:", "gnet-desktop activations cat.jpg --unit 4a/5x5:11"),
    ("What a file is:", "gnet-desktop inspect weights.pth"),
)

EXIT_STATUS: Final = (
    ("0", "All is done."),
    ("1", "Some pictures failed; the others are there."),
    ("2", "Nothing could be done: wrong usage, or the checkpoint, the labels or all pictures were refused."),
    ("3", "This machine lacks something: a display, a system library, the device asked for."),
    ("130", "Interrupted."),
)


@dataclass(frozen=True, slots=True)
class Option:
    """One option or argument of a command, as completions need it."""

    flags: tuple[str, ...]  #: empty for a positional argument
    value: str  #: the name of its value; empty for a switch
    choices: tuple[str, ...]
    help: str


def options(parser: argparse.ArgumentParser) -> Iterator[Option]:
    """The parser's options and arguments, ``--help`` first as it lists them."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield Option((), str(action.metavar or ""), tuple(action.choices), "")
            continue
        takes_value = action.nargs != 0
        choices = tuple(str(each) for each in action.choices or ())
        value = str(action.metavar or "|".join(choices) or action.dest.upper()) if takes_value else ""
        yield Option(tuple(action.option_strings), value, choices, (action.help or "").replace("%%", "%"))


def commands(parsers: Parsers) -> dict[str, argparse.ArgumentParser]:
    return {name: parser for name, parser in parsers.items() if name != WINDOW}


# --- man page ---------------------------------------------------------------------------------------


def _roff(text: str) -> str:
    """Text made safe for roff: backslashes, hyphens that are typed, a dot or quote that begins a line."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in text.splitlines())


def _roff_options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for option in options(parser):
        flags = ", ".join(f"\\fB{_roff(flag)}\\fR" for flag in option.flags)
        value = f"\\fI{_roff(option.value)}\\fR" if option.value else ""
        text = _roff(option.help) or "\\&"
        yield f".TP\n{' '.join(part for part in (flags, value) if part)}\n{text}"


def man_page(parsers: Parsers) -> str:
    """The page in man's own macros."""
    day = datetime.datetime.fromtimestamp(epoch(), datetime.UTC)
    lines = [
        f'.TH {COMMAND.upper()} 1 "{day:%Y-%m-%d}" "{NAME} {VERSION}" "User Commands"',
        f".SH NAME\n{_roff(COMMAND)} \\- {SUMMARY[0].lower() + _roff(SUMMARY[1:])}",
        f".SH SYNOPSIS\n.B {_roff(COMMAND)}\n.RI [ CHECKPOINT ]\\~[ PICTURE \\&...]",
        *(f".br\n.B {_roff(f'{COMMAND} {name}')}\n[options]" for name in commands(parsers)),
        ".SH DESCRIPTION",
        f"{_roff(NAME)} opens any GoogLeNet (Inception v1) checkpoint and shows, for the pictures dropped on",
        "it, the answers of the main and the auxiliary heads and the feature maps of all four branches of",
        "every inception module. Without a command its window opens.",
        ".SH OPTIONS\nThese are for the window; each command has its own.",
        *_roff_options(parsers[WINDOW]),
        ".SH COMMANDS",
    ]
    for name, parser in commands(parsers).items():
        entries = list(_roff_options(parser))[1:]  # --help was said above
        lines += [f".SS {_roff(name)}", _roff(parser.description or ""), *entries]
    lines.append(".SH EXIT STATUS")
    lines += [f".TP\n.B {status}\n{_roff(text)}" for status, text in EXIT_STATUS]
    lines.append(".SH EXAMPLES")
    lines += [f".PP\n{_roff(text)}\n.PP\n.nf\n.RS\n{_roff(line)}\n.RE\n.fi" for text, line in EXAMPLES]
    lines.append(f".SH SEE ALSO\n{HOMEPAGE}")
    return "\n".join(lines) + "\n"


# --- completions ------------------------------------------------------------------------------------


def bash(parsers: Parsers) -> str:
    """For bash: words of the command; values that are one of a few; files otherwise."""
    cases = []
    for name, parser in parsers.items():
        known = list(options(parser))
        flags = " ".join(flag for option in known for flag in option.flags)
        words = " ".join(choice for option in known if not option.flags for choice in option.choices)
        if name == WINDOW:
            words = " ".join(commands(parsers))
        values = "".join(
            f"                {'|'.join(option.flags)}) values='{' '.join(option.choices)}' ;;\n"
            for option in known
            if option.choices and option.flags
        )
        label = "*" if name == WINDOW else name
        unknown = " is_command=" if name == WINDOW else ""
        inner = f'            case "$before" in\n{values}            esac\n' if values else ""
        cases.append(
            (label, f"            flags='{flags}' words='{words}'{unknown}\n{inner}            ;;\n")
        )
    cases.sort(key=lambda case: case[0] == "*")  # the catch-all comes last
    body = "".join(f"        {label})\n{text}" for label, text in cases)
    return f"""# bash completion for {COMMAND}; made from its parsers
_{VARIABLE}() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} flags words values=
    local command= is_command=yes
    [ "$COMP_CWORD" -gt 1 ] && command=${{COMP_WORDS[1]}}
    case "$command" in
{body}    esac
    if [ -n "$values" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
    else
        [ "$COMP_CWORD" -eq 1 ] || [ "$is_command" ] || words=
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word"; compgen -f -- "$word")
    fi
}}
complete -F _{VARIABLE} {COMMAND}
"""


def _zsh_text(text: str) -> str:
    return text.replace("'", "'\\''").replace("[", "(").replace("]", ")").replace(":", "\\:")


def _zsh_arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    for option in options(parser):
        action = f"({' '.join(option.choices)})" if option.choices else "_files"
        value = f":{_zsh_text(option.value)}:{action}" if option.value else ""
        if not option.flags:
            yield f"'*{value}'"
        for flag in option.flags:
            yield f"'{flag}[{_zsh_text(option.help)}]{value}'"


def zsh(parsers: Parsers) -> str:
    """For zsh, with the help texts beside the words."""
    described = "\n".join(
        f"        '{name}:{_zsh_text((parser.description or '').splitlines()[0])}'"
        for name, parser in commands(parsers).items()
    )
    cases = "\n".join(
        f"        {'*' if name == WINDOW else name})\n            _arguments "
        + " \\\n                ".join(_zsh_arguments(parser))
        + " ;;"
        for name, parser in [*commands(parsers).items(), (WINDOW, parsers[WINDOW])]
    )
    return f"""#compdef {COMMAND}
# made from the parsers of {COMMAND}
_{VARIABLE}() {{
    local -a commands
    commands=(
{described}
    )
    if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
        _describe command commands
        _files
        return
    fi
    local command=$words[2]
    if (( ${{+commands[(r)$command:*]}} )); then
        shift words
        (( CURRENT-- ))
    fi
    case $command in
{cases}
    esac
}}
_{VARIABLE} "$@"
"""


def fish(parsers: Parsers) -> str:
    """For fish, with the help texts beside the words."""
    names = " ".join(commands(parsers))
    lines = [f"# made from the parsers of {COMMAND}"]
    for name, parser in commands(parsers).items():
        text = (parser.description or "").splitlines()[0].replace("'", "\\'")
        lines.append(f"complete -c {COMMAND} -n __fish_use_subcommand -a {name} -d '{text}'")
    for name, parser in parsers.items():
        when = (
            f"not __fish_seen_subcommand_from {names}"
            if name == WINDOW
            else f"__fish_seen_subcommand_from {name}"
        )
        for option in options(parser):
            if not option.flags and not option.choices:
                continue
            flags = " ".join(
                f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags
            )
            choices = (
                f"-x -a '{' '.join(option.choices)}'" if option.choices else "-r" if option.value else ""
            )
            text = "-d '{}'".format(option.help.replace("'", "\\'")) if option.help else ""
            parts = (f"complete -c {COMMAND} -n '{when}'", flags, choices, text)
            lines.append(" ".join(part for part in parts if part))
    return "\n".join(lines) + "\n"


def write_all(folder: Path) -> None:
    """Write ``gnet-desktop.1`` and the three completions into ``folder``."""
    from gnet_desktop.parsers.table import parsers

    known = parsers()
    texts = {f"{COMMAND}.1": man_page, f"{COMMAND}.bash": bash, f"_{COMMAND}": zsh, f"{COMMAND}.fish": fish}
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in texts.items():
        (folder / name).write_text(made(known), encoding="utf-8")


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
