"""What a module defines is used by the program, not by tests alone."""

import ast
import re
from pathlib import Path

import gnet_desktop

PACKAGE = Path(gnet_desktop.__file__).parent
TABLED = re.compile(r"\w+:(\w+)")
"""How tables name a function in another module that is imported only once it is wanted."""
QUOTED = re.compile(r"\b_?[A-Z]\w*")
"""A type that is quoted, since its module isn't imported."""


def defined(tree: ast.Module) -> list[str]:
    """Functions, classes and values at the top of a module."""
    found: list[str] = []
    for one in tree.body:
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            found.append(one.name)
        elif isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            found.append(one.target.id)
        elif isinstance(one, ast.Assign):
            found += [target.id for target in one.targets if isinstance(target, ast.Name)]
    return [name for name in found if not name.startswith("__")]


def mentioned(tree: ast.Module) -> set[str]:
    """Names that are read, imported, reached through a module, or named by a table or in a quoted type."""
    found: set[str] = set()
    for one in ast.walk(tree):
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            found.add(one.id)
        elif isinstance(one, ast.Attribute):
            found.add(one.attr)
        elif isinstance(one, ast.ImportFrom):
            found.update(alias.name for alias in one.names)
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and len(one.value) < 200:
            found.update(TABLED.findall(one.value))
            found.update(QUOTED.findall(one.value))
    return found


def test_nothing_is_defined_that_nobody_uses() -> None:
    trees = {path: ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
    used = set[str]().union(*(mentioned(tree) for tree in trees.values()))
    unused = [
        f"{path.relative_to(PACKAGE)}: {name}"
        for path, tree in trees.items()
        for name in defined(tree)
        if name not in used
    ]
    assert unused == []
