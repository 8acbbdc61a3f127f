"""Whose paper it is: `branding.yaml` and a logo in the host's template folder, checked and ready to print.

Nothing of it can move what a page must say: the texts have a length, the logo a size and a place of its own, and an SVG logo is
written anew from what was checked, so that it carries no script and asks for no other file.
"""

import base64
import re
import struct
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import yaml

from triage.errors import ReportError, suggestion
from triage.reporting.words import harmless

FILE = "branding.yaml"

FIELDS = {
    "name": "the clinic's name, up to 60 characters",
    "address": "up to four lines of up to 60 characters",
    "phone": "up to 30 characters",
    "footer": "one line for the end of the letter and the handout, up to 160 characters",
    "logo": "an SVG or PNG file in the same folder, up to 200 kB; a template finds it as a data address",
}
"""What `branding.yaml` may hold; a template sees the same names in `brand`, empty where nothing was given."""

_LONGEST = {"name": 60, "phone": 30, "footer": 160, "logo": 200}
_MOST_LINES, _LONGEST_LINE = 4, 60
_MOST_BYTES, _MOST_YAML_BYTES, _MOST_PIXELS = 200_000, 20_000, 4_000
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = frozenset(
    {
        "svg",
        "g",
        "defs",
        "symbol",
        "use",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
    }
    | {"linearGradient", "radialGradient", "stop", "clipPath", "mask", "title", "desc", "style"}
)
# Whatever may make a reader of SVG or CSS load something; a backslash could spell any of it.
_REACHES_OUT = re.compile(r"""url\(\s*(?!["']?\s*\#)|image|src\s*\(|@|script:|\\""", re.IGNORECASE)


def brand(folder: Path | None) -> dict[str, Any] | None:
    """
    Give the brand of a template folder, or None where it has no `branding.yaml`.

    Returns:
        `name`, `phone` and `footer` as text, `address` as a list of lines, `logo` as a data address; empty where not given.

    Raises:
        ReportError: the file or the logo cannot be used; the message says where, what and how to mend it.
    """
    if folder is None or not (folder / FILE).is_file():
        return None
    given = _read(_inside(folder, FILE))
    for key in given:
        if key not in FIELDS:
            _refuse(FILE, f"no field `{str(key)[:40]}`{suggestion(str(key)[:40], FIELDS)}", f"use {', '.join(FIELDS)}")
    texts = {key: _text(key, given.get(key), longest) for key, longest in _LONGEST.items()}
    lines = given.get("address") or []
    if not isinstance(lines, list) or len(lines) > _MOST_LINES:
        _refuse(
            f"{FILE}: address", f"not a list of at most {_MOST_LINES} lines", "write one line of the address per item"
        )
    address = [_text("address", line, _LONGEST_LINE) for line in lines]
    logo = _logo(folder, texts["logo"]) if texts["logo"] else ""
    return texts | {"address": [line for line in address if line], "logo": logo}


def _read(path: Path) -> dict[Any, Any]:
    content = path.read_bytes()
    if len(content) > _MOST_YAML_BYTES:
        _refuse(FILE, f"larger than {_MOST_YAML_BYTES // 1000} kB", "keep to a few lines")
    try:
        given = yaml.safe_load(content)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        _refuse(FILE, "no YAML", "write lines such as `name: Practice A`")
    if not isinstance(given, dict):
        _refuse(FILE, "not a list of fields", "write lines such as `name: Practice A`")
    return given


def _text(key: str, given: object, longest: int) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        _refuse(f"{FILE}: {key}", "not a text", "put it into quotes")
    if len(given) > longest:
        _refuse(f"{FILE}: {key}", f"{len(given)} characters", f"shorten it to {longest}")
    return str(harmless(given))


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        _refuse(
            f"{FILE}: logo", f"no file `{name}` in the folder", "put the logo beside branding.yaml and give its name"
        )
    return path


def _logo(folder: Path, name: str) -> str:
    """Give the logo as a data address."""
    path = _inside(folder, name)
    if path.stat().st_size > _MOST_BYTES:
        _refuse(name, f"larger than {_MOST_BYTES // 1000} kB", "save it smaller; it is printed 10 mm high")
    content = path.read_bytes()
    if content.startswith(_PNG):
        if len(content) < 24 or max(struct.unpack(">II", content[16:24])) > _MOST_PIXELS:
            _refuse(name, f"no PNG of at most {_MOST_PIXELS} pixels each way", "save it smaller")
        return _address("png", content)
    if path.suffix.lower() != ".svg":
        _refuse(name, "neither SVG nor PNG", "save the logo as plain SVG or as PNG")
    return _address("svg+xml", _checked_svg(name, content))


def _address(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _checked_svg(name: str, content: bytes) -> bytes:
    """Give an SVG written anew from its checked elements: comments, instructions and declarations stay behind."""
    try:
        text = content.decode("utf-8-sig")
        # An entity could stand for anything, or for a gigabyte of it.
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            _refuse(name, "a document type or entities", "save it as plain SVG")
        root = ElementTree.fromstring(text)
    except (UnicodeDecodeError, ValueError, ElementTree.ParseError):
        _refuse(name, "no SVG in UTF-8", "save it as plain SVG")
    if root.tag != f"{_SVG}svg":
        _refuse(name, "no SVG", "save it as plain SVG")
    for problem in _problems(root):
        _refuse(name, problem, "save it as plain SVG without scripts, pictures and links")
    return ElementTree.tostring(root)


def _problems(root: ElementTree.Element) -> Iterator[str]:
    for element in root.iter():
        tag = str(element.tag)
        if tag.removeprefix(_SVG) not in _ELEMENTS:
            yield f"an element `{tag.rpartition('}')[2][:40]}`"
        for key, value in element.attrib.items():
            local = key.rpartition("}")[2]
            if local.lower().startswith("on"):
                yield f"a script in `{local[:40]}`"
            if (local == "href" and not value.startswith("#")) or _REACHES_OUT.search(value):
                yield f"an address outside the file in `{local[:40]}`"
        if tag == f"{_SVG}style" and _REACHES_OUT.search("".join(element.itertext())):
            yield "a style sheet that may load something"


def _refuse(place: str, problem: str, mend: str) -> NoReturn:
    raise ReportError(f"{place}: {problem}; {mend}")
