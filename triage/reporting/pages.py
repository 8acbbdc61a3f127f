"""Templates to HTML and to plain text: a sandbox that sees the context, the templates folder and nothing else."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from triage.errors import ReportError
from triage.reporting import words
from triage.reporting.reasoning import grounds
from triage.resources import data_folder

FONTS = {weight: f"fonts/atkinson-hyperlegible-next-latin-{weight}-normal.woff2" for weight in (400, 600, 700)}
STATIC_SCHEME = "report-static:"
"""The addresses under which the PDF writer, and it alone, finds the files of `reports/static`."""

DENSITIES = ("comfortable", "compact")


def page(
    values: Mapping[str, Any],
    document: str,
    page_size: str,
    templates: Path | None,
    *,
    density: str = DENSITIES[0],
    long: bool = False,
    embedded: bool = True,
) -> str:
    """
    Render a document as one HTML page.

    Args:
        values: the template context.
        document: report, letter, handout or sbar.
        page_size: A4 or Letter.
        templates: the host's folder, taken first.
        density: how tightly the letter is set; the PDF writer chooses the first that fits one page.
        long: the letter takes more than a page, and the report goes on behind it.
        embedded: fonts as data addresses, so that the page needs no other file; otherwise as addresses of `reports/static`.
    """
    layout = {"document": document, "page_size": page_size, "density": density, "long": long, "embedded": embedded}
    return _render(f"{document}.html.j2", values, layout, templates)


def text(values: Mapping[str, Any], document: str, templates: Path | None) -> str:
    """Render a document as plain text, 80 columns."""
    rendered = _render(f"{document}.txt.j2", values, {"document": document}, templates)
    lines = [line.rstrip() for line in rendered.splitlines()]
    # Templates leave a blank line wherever an optional part is missing; one is enough.
    kept = [line for before, line in zip(["", *lines], lines, strict=False) if line or before]
    return "\n".join(kept).strip("\n").replace("\u00a0", " ") + "\n"


def samples(values: Mapping[str, Any]) -> str:
    """Render the page that links the files of several assessments: `rows`, `limits` and `version`."""
    return _render("samples.html.j2", values, {"embedded": True}, None)


def _render(name: str, values: Mapping[str, Any], layout: Mapping[str, Any], templates: Path | None) -> str:
    try:
        return _environment(templates).get_template(name).render({**values, **layout})
    except TemplateError as problem:
        place = getattr(problem, "filename", None) or name
        line = getattr(problem, "lineno", None)
        where = f"{place}:{line}" if line else str(place)
        raise ReportError(f"{where}: the template does not render: {problem.message or problem}") from problem
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as problem:
        # Of the error only its kind: its words may repeat an answer.
        message = f"{name}: the template does not render: it fails with {type(problem).__name__}; mend the expression"
        raise ReportError(message) from None


@cache
def _environment(templates: Path | None) -> SandboxedEnvironment:
    ours = data_folder("reports")
    environment = SandboxedEnvironment(
        # The loader refuses names that leave its folders; links are not followed out of them either.
        loader=FileSystemLoader([*([templates] if templates else []), ours / "templates"], followlinks=False),
        autoescape=lambda name: not (name or "").endswith(".txt.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=words.keep_units,
        auto_reload=templates is not None,
    )
    tokens = json.loads((ours / "tokens.json").read_text(encoding="utf-8"))
    environment.globals.update(t=tokens, tokens_css=_tokens_css(tokens), style=_style, font=_font)
    environment.filters.update(
        css_string=lambda value: Markup(words.css_string(value)),
        fold=words.fold,
        few=words.few,
        shorten=words.shorten,
        together=words.together,
        sentence=words.sentence,
        first_sentence=words.first_sentence,
        unfinished=words.unfinished,
        lowered=words.lowered,
        grounds=grounds,
    )
    return environment


def _tokens_css(tokens: Mapping[str, Any]) -> Markup:
    """Give the design tokens as CSS custom properties, one class per urgency level."""
    plain = [f"--{key.replace('_', '-')}: {value};" for key, value in tokens.items() if isinstance(value, str)]
    levels = [
        f".u-{level} {{ " + " ".join(f"--{key}: {style[key]};" for key in ("fill", "on", "edge", "wash")) + " }"
        for level, style in tokens["urgency"].items()
    ]
    return Markup("\n".join([":root { " + " ".join(plain) + " }", *levels]))


def _style(name: str) -> Markup:
    """Give a style sheet of `reports/static` for inlining."""
    return Markup(_static(name).decode("utf-8"))


def _font(weight: int, embedded: bool) -> str:
    """Give the address of a font: the whole file for a page that travels alone, our own scheme for the PDF writer."""
    if embedded:
        return "data:font/woff2;base64," + base64.b64encode(_static(FONTS[weight])).decode("ascii")
    return STATIC_SCHEME + FONTS[weight]


@cache
def _static(name: str) -> bytes:
    return static_file(name).read_bytes()


def static_file(name: str) -> Path:
    """
    Give a file of `reports/static`.

    Raises:
        ReportError: the name leads out of that folder or to nothing.
    """
    folder = (data_folder("reports") / "static").resolve()
    path = (folder / name).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        raise ReportError(f"reports/static: no file `{name}`; a report loads nothing from anywhere else")
    return path
