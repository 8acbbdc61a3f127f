"""Templates to HTML and to plain text: a sandbox that sees the context, the templates folder and nothing else."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache, reduce
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
)
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from triage.errors import ReportError
from triage.language import Language, filled, in_use, say
from triage.reporting import words
from triage.reporting.branding import brand
from triage.reporting.reasoning import grounds
from triage.resources import data_folder
from triage.wording import commas, semicolons

FONTS = {weight: f"fonts/atkinson-hyperlegible-next-latin-{weight}-normal.woff2" for weight in (400, 600, 700)}
STATIC_SCHEME = "report-static:"
"""The addresses under which the PDF writer, and it alone, finds the files of `reports/static`."""

DENSITIES = ("comfortable", "compact")

OURS = "triage"
"""The name before a slash under which a host's template extends the one of ours that it stands in for."""

LAYOUT: Mapping[str, str] = {
    "document": "the name of the document, such as letter",
    "brand": "what `branding.yaml` says (`triage.reporting.branding.FIELDS`), or none",
    "page_size": "A4 or Letter (HTML alone)",
    "density": "comfortable or compact (HTML alone)",
    "long": "whether the letter takes more than a page (HTML alone)",
    "embedded": "whether the page stands alone; otherwise it goes to the PDF writer (HTML alone)",
    "lang": "the language of the page, a BCP 47 code",
    "dir": "where its lines begin: ltr or rtl",
    "t": "the design tokens: colours, and of each urgency level its colours, word and time",
}
"""What a template sees beside the context of `triage.reporting.context`."""

BLOCKS: Mapping[str, Mapping[str, str]] = {
    "_page.html.j2": {"style": "CSS after ours; empty", "body": "the whole page"},
    "_letter.html.j2": {"sender": "from whom", "closing": "logo and footer line, above the signature"},
    "handout.html.j2": {"sender": "from whom", "closing": "logo and footer line, at the end"},
}
"""The blocks a host may replace, by template."""


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
        embedded: with its style sheet and fonts, so that the page needs no other file; the PDF writer has them already.
    """
    layout = {"document": document, "page_size": page_size, "density": density, "long": long, "embedded": embedded}
    layout["brand"] = brand(templates)
    return _render(f"{document}.html.j2", values, layout, templates)


def text(values: Mapping[str, Any], document: str, templates: Path | None) -> str:
    """Render a document as plain text, 80 columns."""
    rendered = _render(f"{document}.txt.j2", values, {"document": document, "brand": brand(templates)}, templates)
    lines = [line.rstrip() for line in rendered.splitlines()]
    # Templates leave a blank line wherever an optional part is missing; one is enough.
    kept = [line for before, line in zip(["", *lines], lines, strict=False) if line or before]
    return "\n".join(kept).strip("\n").replace("\u00a0", " ") + "\n"


def samples(values: Mapping[str, Any]) -> str:
    """Render the page that links the files of several assessments: `rows`, `limits` and `version`."""
    return _render("samples.html.j2", values, {"embedded": True}, None)


def _render(name: str, values: Mapping[str, Any], layout: Mapping[str, Any], templates: Path | None) -> str:
    try:
        return _environment(templates, in_use()).get_template(name).render({**values, **layout})
    except TemplateError as problem:
        place = getattr(problem, "filename", None) or name
        line = getattr(problem, "lineno", None)
        where = f"{place}:{line}" if line else str(place)
        raise ReportError(f"{where}: the template does not render: {problem.message or problem}") from problem
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as problem:
        # Of the error only its kind: its words may repeat an answer.
        message = f"{name}: the template does not render: it fails with {type(problem).__name__}; mend the expression"
        raise ReportError(message) from None


class _Folder(FileSystemLoader):
    """The templates of one folder; neither a name nor a link leads out of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._folder = folder

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, path, is_current = super().get_source(environment, template)
        if not Path(path).resolve().is_relative_to(self._folder.resolve()):
            # Not the error of a missing template: ours would quietly be taken instead.
            raise TemplateError(f"`{template}` is a link out of the template folder; copy the file into it")
        return source, path, is_current


@lru_cache(maxsize=16)
def _environment(templates: Path | None, language: Language) -> SandboxedEnvironment:
    ours = data_folder("reports")
    own = _Folder(ours / "templates")
    environment = SandboxedEnvironment(
        loader=ChoiceLoader([*([_Folder(templates)] if templates else []), own, PrefixLoader({OURS: own})]),
        autoescape=lambda name: not (name or "").endswith((".txt.j2", ".css.j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=words.keep_units,
        auto_reload=templates is not None,
    )
    tokens = _tokens()
    said = words.levels()
    urgency = {level: {**style, **said[level]} for level, style in tokens["urgency"].items()}
    environment.globals.update(
        t={**tokens, "urgency": urgency},
        lang=language.code,
        dir=language.direction,
        tokens_css=_tokens_css(tokens),
        paper_css=Markup(_paper_css(tokens, embedded=True)),
        style=_style,
        font=_font,
        _=_phrase,
        _many=_phrase_for,
    )
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
        commas=commas,
        semicolons=semicolons,
        sentences=_sentences,
        word=words.word,
        column=_column,
        ruled=_ruled,
        grounds=grounds,
    )
    return environment


def _phrase(message: str, /, **values: object) -> str:
    """Give a phrase in the language in use; markup among the values stays markup, everything else is escaped where it is shown."""
    return _filled(in_use().phrase(message), values)


def _phrase_for(number: int, one: str, many: str, /, **values: object) -> str:
    """Give the phrase that goes with a number."""
    return _filled(in_use().phrase_for(number, one, many), {"number": number, **values})


def _filled(phrase: str, values: Mapping[str, object]) -> str:
    if any(isinstance(value, Markup) for value in values.values()):
        kept = {
            name: value if isinstance(value, Markup) else escape(words.keep_units(value))
            for name, value in values.items()
        }
        return Markup(filled(str(escape(words.keep_units(phrase))), kept))
    return filled(phrase, values)


def _sentences(parts: Iterable[str]) -> str:
    """Give whole sentences one behind the other; what is empty is left out."""
    whole = [part for part in parts if part]
    return reduce(lambda first, then: say("{first} {following}", first=first, following=then), whole) if whole else ""


def _column(labels: Iterable[str], least: int = 16) -> int:
    """Give how many columns labels take with a colon and a space: as many as the longest, but not fewer than `least`."""
    return max([least, *(len(label) + 2 for label in labels)])


def _ruled(label: str, width: int = 80) -> str:
    """Give a label with a line to write on behind it, `width` columns together; a long label still leaves eight."""
    return f"{label} {'_' * max(8, width - len(label) - 1)}"


def running_css(values: Mapping[str, Any], document: str, page_size: str, templates: Path | None) -> str:
    """Give the style sheet that is a document's own: paper, footer, page numbers."""
    return _render("_running.css.j2", values, {"document": document, "page_size": page_size}, templates)


def paper_css() -> str:
    """Give the style sheet that every page has on paper, its fonts by addresses of `reports/static`."""
    return _paper_css(_tokens(), embedded=False)


def _paper_css(tokens: Mapping[str, Any], *, embedded: bool) -> str:
    faces = [
        f'@font-face {{ font-family: "Atkinson Hyperlegible Next"; font-weight: {weight}; '
        f'src: url("{_font(weight, embedded)}") format("woff2"); }}'
        for weight in FONTS
    ]
    return "\n".join([*faces, _tokens_css(tokens), _style("base.css"), _style("paper.css")])


def _tokens() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data_folder("reports") / "tokens.json").read_text(encoding="utf-8"))
    return found


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
