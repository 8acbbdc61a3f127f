"""Assessment to report: one documented context, Jinja2 templates, HTML, PDF and plain text.

Reports read the assessment and nothing else. The looks are data (`reports/`): a host replaces any template by laying its own
folder over ours. The same assessment gives the same bytes in every format.
"""

from pathlib import Path
from typing import Literal, TypeAlias, get_args

from triage.assessment import Assessment
from triage.errors import UnknownNameError, quoted, suggestion
from triage.language import find_language, speaking
from triage.reporting.views import VIEWS, context

__all__ = ["VIEWS", "Document", "Format", "PageSize", "context", "render"]

Format: TypeAlias = Literal["html", "pdf", "text"]
Document: TypeAlias = Literal["report", "letter", "handout", "sbar", "criterion"]
PageSize: TypeAlias = Literal["A4", "Letter"]

_BARE = frozenset({"handout"})
"""Documents that carry no data: what is for the patient hides nothing that its pages leave to the clinician to say."""


def render(
    assessment: Assessment,
    *,
    format: Format,
    document: Document = "report",
    page_size: PageSize = "A4",
    templates: Path | None = None,
    intake: bytes | None = None,
) -> str | bytes:
    """
    Render one document, in the language of the assessment.

    Args:
        assessment: what to print.
        format: `html` (one self-contained page), `pdf` (PDF/A-3a and PDF/UA-1; needs the `pdf` extra) or `text` (80 columns).
        document: the full report, the letter alone, the patient's handout, the phone hand-over card (`sbar`), or the page
            on which a clinician redoes the decision (`criterion`).
        page_size: paper of every document but the phone card, which is always A6.
        templates: a folder whose templates are taken before ours, name by name.
        intake: what was assessed, as JSON. A PDF carries it beside the assessment, so that the case can be run again.

    Returns:
        Text for `html` and `text`, bytes for `pdf`.

    Raises:
        UnknownNameError: no such format, document or page size, or nobody here speaks the language of the assessment.
        MissingExtraError: `pdf` without its packages.
        ReportError: a template does not exist, does not render, or asks for a file outside `reports/static`.
    """
    _known("format", format, get_args(Format))
    _known("document", document, get_args(Document))
    _known("page size", page_size, get_args(PageSize))
    values = context(assessment)
    # Only now: whoever prints nothing need not load the templates' engine.
    from triage.reporting.pages import page, text

    with speaking(find_language(assessment.knowledge_base.language)):
        if format == "text":
            return text(values, document, templates)
        if format == "html":
            return page(values, document, page_size, templates)
        # Only now: the PDF packages are an extra, and heavy to import.
        from triage.reporting.pdf import paper

        return paper(values, document, page_size, templates, _attachments(assessment, document, intake))


def _attachments(assessment: Assessment, document: str, intake: bytes | None) -> dict[str, bytes]:
    from triage.reporting.archive import ASSESSMENT, INTAKE

    if document in _BARE:
        return {}
    return {ASSESSMENT: assessment.to_json().encode(), **({} if intake is None else {INTAKE: intake})}


def _known(what: str, name: str, names: tuple[str, ...]) -> None:
    if name not in names:
        raise UnknownNameError(
            f"report: no {what} {quoted(name)}{suggestion(name, names)}; there is {', '.join(names)}"
        )
