"""YAML text with its line numbers.

Every scalar stays text (`no` is not a boolean here, `on` not a key of truth); the schema turns it into what it should be.
Texts, mappings and lists remember their line, so that each fault can be pointed at.
"""

from pathlib import Path
from typing import Any

import yaml

from triage.errors import KnowledgeFault

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Text(str):
    """A scalar with its line."""

    # A knowledge base has tens of thousands: a dictionary for each would cost a sixth of the reading.
    __slots__ = ("line",)
    line: int

    @classmethod
    def at(cls, value: str, line: int) -> "Text":
        """Give the text, remembering its line."""
        text = cls(value)
        text.line = line
        return text


class Block(dict[str, Any]):
    """A mapping with its line."""

    line: int = 0


class Items(list[Any]):
    """A list with its line."""

    line: int = 0


def line_of(value: object, otherwise: int = 1) -> int:
    """Give the line of a value read from YAML."""
    return getattr(value, "line", 0) or otherwise


def read(text: str, file: str, faults: list[KnowledgeFault]) -> Any:
    """Read a YAML document; faults of the notation are added to `faults` and None is given."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        faults.append(_unreadable(file, error))
        return None
    return _plain(node, file, faults)


def _unreadable(file: str, error: yaml.YAMLError) -> KnowledgeFault:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "not readable as YAML"
    line = mark.line + 1 if mark else 1
    return KnowledgeFault(file, line, f"yaml: {problem}; check indentation, colons and quotes")


def read_intakes(path: Path, root: Path, faults: list[KnowledgeFault]) -> list[tuple[int, Any]]:
    """
    Read a list that holds intakes: here scalars have YAML's own types, as JSON would give them.

    Returns:
        The entries, each with its line; nothing where the file cannot be read, which is a fault.
    """
    file = path.relative_to(root).as_posix()
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        if not isinstance(node, yaml.SequenceNode):
            faults.append(KnowledgeFault(file, 1, "not a list of cases; write each as `- ...`"))
            return []
        lines = [part.start_mark.line + 1 for part in node.value]
        return list(zip(lines, loader.construct_document(node), strict=True))
    except yaml.YAMLError as error:
        faults.append(_unreadable(file, error))
    except UnicodeDecodeError:
        faults.append(KnowledgeFault(file, 1, "not UTF-8 text; save it as UTF-8"))
    return []


def _plain(node: yaml.Node | None, file: str, faults: list[KnowledgeFault], above: tuple[int, ...] = ()) -> Any:
    if node is None:
        return None
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag.endswith(":null") else Text.at(node.value, line)
    if id(node) in above:
        faults.append(KnowledgeFault(file, line, "yaml: an anchor holds itself; write the part out"))
        return None
    above = (*above, id(node))
    if isinstance(node, yaml.SequenceNode):
        items = Items(_plain(part, file, faults, above) for part in node.value)
        items.line = line
        return items
    block = Block()
    block.line = line
    for key_node, value_node in node.value:
        key = Text.at(str(key_node.value), key_node.start_mark.line + 1)
        if key in block:
            faults.append(KnowledgeFault(file, key.line, f"`{key}` is given twice; keep one of them"))
        block[key] = _plain(value_node, file, faults, above)
    return block


def read_file(path: Path, root: Path, faults: list[KnowledgeFault]) -> Any:
    """Read one file of a knowledge base; a file that is not UTF-8 is a fault."""
    file = path.relative_to(root).as_posix()
    try:
        return read(path.read_text(encoding="utf-8"), file, faults)
    except UnicodeDecodeError:
        faults.append(KnowledgeFault(file, 1, "not UTF-8 text; save it as UTF-8"))
        return None
