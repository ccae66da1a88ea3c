"""Constants told to the compiler: a name in capitals that a module assigns once is ``Final``.

mypyc looks every other name of a module up in a dict; one that is final it knows, and a whole
number it writes into the code.
"""

import ast
import re
from collections import Counter

_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]+")
_IMPORT = "from typing import Final as _Final"


def with_finals(text: str) -> str:
    """The source of a module with its constants declared final."""
    tree = ast.parse(text)
    lines = text.splitlines()
    assigned = Counter(
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    changed = False
    for node in tree.body:
        name = _name(node)
        if name is None or assigned[name.id] > 1:
            continue
        place = name.lineno - 1
        if isinstance(node, ast.Assign):
            lines[place] = lines[place].replace(name.id, f"{name.id}: _Final", 1)
        else:
            assert isinstance(node, ast.AnnAssign)
            hint = ast.unparse(node.annotation)
            if "Final" in hint or node.annotation.end_lineno != node.lineno:
                continue
            head = lines[place][: node.annotation.col_offset]
            tail = lines[place][node.annotation.end_col_offset :]
            lines[place] = f"{head}_Final[{hint}]{tail}"
        changed = True
    if not changed:
        return text
    imports = (node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))
    first = next(imports, None)
    place = (first or next(node for node in tree.body if _name(node))).lineno - 1
    lines.insert(place, _IMPORT)
    return "\n".join(lines) + "\n"


def _name(node: ast.stmt) -> ast.Name | None:
    """The constant that a statement assigns, if it is one: a single name in capitals."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target: ast.expr = node.targets[0]
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        target = node.target
    else:
        return None
    if isinstance(target, ast.Name) and _CONSTANT.fullmatch(target.id):
        return target
    return None
