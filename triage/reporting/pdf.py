"""HTML to PDF/A-3a and PDF/UA-1: WeasyPrint sets the pages, pikepdf mends what it leaves open.

WeasyPrint writes the structure tree but no scope on header cells, one table per page of a broken table, and decorative
drawings as figures without a description. The mended file has a scope on every header cell, one element per table, repeated
header rows and decoration marked as artifacts, the data it was made from, and dates and identifier taken from the assessment:
same content, same bytes.
"""

import hashlib
import io
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from triage.errors import MissingExtraError, ReportError
from triage.reporting import archive, words
from triage.reporting.pages import DENSITIES, STATIC_SCHEME, page, paper_css, running_css, static_file

if TYPE_CHECKING:
    from pikepdf import Object, Page, Pdf

_VARIANT = "pdf/a-3a"
"""WeasyPrint writes one variant; the tags are those of PDF/UA as well, and `archive` adds its name."""
_COLOURS = "report-colours"
"""The name of the colour space that colours are meant in, sRGB."""
_LAST_CAUSE = "last-cause"
_SIGNATURE = "limits"
"""The names the letter gives to its last suspected cause, and to the place where it is signed."""


def paper(
    values: Mapping[str, Any],
    document: str,
    page_size: str,
    templates: Path | None,
    attachments: Mapping[str, bytes],
) -> bytes:
    """
    Give a document as PDF.

    Args:
        values: the template context.
        document: report, letter, handout or sbar.
        page_size: A4 or Letter.
        templates: the host's folder, taken first.
        attachments: the files it carries, JSON by name.

    Raises:
        MissingExtraError: WeasyPrint or pikepdf is not installed.
        ReportError: the page asks for anything but a file of `reports/static`.
    """
    weasyprint, pikepdf = packages()
    content = json.dumps(values, sort_keys=True).encode()
    made_of = f"{document} {page_size} {archive.digest(attachments)}"
    identifier = hashlib.sha256(content + made_of.encode()).digest()[:16]
    laid_out = _laid_out(weasyprint, values, document, page_size, templates)
    raw = laid_out.write_pdf(pdf_variant=_VARIANT, pdf_identifier=identifier, output_intent=_COLOURS)
    return _finished(pikepdf, raw, attachments, values["as_of"])


def packages() -> tuple[ModuleType, ModuleType]:
    """
    Load what PDF needs.

    Raises:
        MissingExtraError: a package of the `pdf` extra, or Pango, is not installed.
    """
    try:
        # WeasyPrint prints advice of its own when it does not find Pango, into what may be the host's output.
        with redirect_stdout(io.StringIO()):
            import pikepdf
            import weasyprint
    except ImportError as problem:
        message = f"report: PDF needs `{problem.name}`; pip install 'cramp-triage[pdf]', or ask for html or text"
        raise MissingExtraError(message) from problem
    except OSError as problem:
        message = (
            "report: PDF needs Pango, a system library; install it (Debian: libpango-1.0-0), or ask for html or text"
        )
        raise MissingExtraError(message) from problem
    return weasyprint, pikepdf


def _laid_out(
    weasyprint: ModuleType, values: Mapping[str, Any], document: str, page_size: str, templates: Path | None
) -> Any:
    """
    Lay the document out in the density in which its first part, letter or card, takes the fewest pages.

    Among equals the one with every suspected cause on the first page is taken, then the roomier. What follows the causes stays
    together, so a letter of two pages breaks there. The letter is laid out once or twice, the report behind it once.
    """

    def lay(name: str, density: str, **layout: bool) -> Any:
        html = page(values, name, page_size, templates, density=density, embedded=False, **layout)
        return _render(weasyprint, html, running_css(values, name, page_size, templates))

    first = "letter" if document == "report" else document
    sheets = {}
    for density in DENSITIES:
        sheets[density] = lay(first, density)
        if _roomy_enough(sheets[density]):
            break
    best = min(
        sheets, key=lambda density: (len(sheets[density].pages), _LAST_CAUSE not in sheets[density].pages[0].anchors)
    )
    return sheets[best] if document == first else lay(document, best, long=len(sheets[best].pages) > 1)


def _roomy_enough(sheet: Any) -> bool:
    """Say whether a tighter setting gains nothing: it saves at most a third of a page, and moves no cause to the first."""
    first, *others = sheet.pages
    if not others:
        return True
    signed_at = others[0].anchors.get(_SIGNATURE, (0, 0))[1]
    return _LAST_CAUSE in first.anchors and len(others) == 1 and signed_at > others[0].height / 3


class _Shared(threading.local):
    """What all documents of a thread are written with: fonts and our style sheet, read once."""

    fonts: Any = None
    sheet: Any = None

    def ready(self, weasyprint: ModuleType) -> tuple[Any, Any]:
        """Give fonts and style sheet."""
        if self.sheet is None:
            from weasyprint.text.fonts import FontConfiguration

            self.fonts = FontConfiguration()
            self.sheet = weasyprint.CSS(string=paper_css(), url_fetcher=_fetcher(), font_config=self.fonts)
        return self.fonts, self.sheet


_SHARED = _Shared()


def _fetcher() -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class StaticOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint is untyped
        """Gives files of `reports/static` and what an address carries itself; any other ends it, `http:` and `file:` alike."""

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
            if url.startswith("data:image/"):
                return super().fetch(url, headers)
            name = url.removeprefix(STATIC_SCHEME) if url.startswith(STATIC_SCHEME) else ""
            try:
                return URLFetcherResponse(url, static_file(name).read_bytes())
            except ReportError as problem:
                # Only this kind of error is not swallowed and logged by WeasyPrint.
                raise FatalURLFetchingError(f"`{words.shorten(url, 80)}` is no file of reports/static") from problem

    return StaticOnly()


def _render(weasyprint: ModuleType, html: str, css: str) -> Any:
    from weasyprint.urls import FatalURLFetchingError

    fonts, sheet = _SHARED.ready(weasyprint)
    try:
        page = weasyprint.HTML(string=html, url_fetcher=_fetcher())
        return page.render(
            font_config=fonts,
            stylesheets=[sheet, weasyprint.CSS(string=css, url_fetcher=_fetcher(), font_config=fonts)],
            pdf_variant=_VARIANT,
            color_profiles={_COLOURS: _srgb()},
            output_intent=_COLOURS,
        )
    except FatalURLFetchingError as problem:
        raise ReportError(f"report: a template asks for a file that may not be loaded: {problem}") from problem


def _srgb() -> Any:
    """Give WeasyPrint's own profile of sRGB; left to itself it opens the file and never closes it."""
    from weasyprint.css import ColorProfile

    profile = io.BytesIO((files("weasyprint.pdf") / "sRGB2014.icc").read_bytes())
    return ColorProfile(profile, "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))


def _finished(pikepdf: ModuleType, raw: bytes, attachments: Mapping[str, bytes], as_of: str) -> bytes:
    target = io.BytesIO()
    made = words.read_moment(as_of)
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        hidden = _Artifacts(pikepdf, pdf)
        _Tree(pikepdf, hidden).mend(pdf.Root.StructTreeRoot)
        hidden.write()
        archive.attach(pikepdf, pdf, attachments, made)
        archive.describe(pikepdf, pdf, attachments, made)
        # The identifier given to WeasyPrint stays; qpdf derives its second half from the content.
        pdf.save(
            target,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            fix_metadata_version=False,
        )
    return target.getvalue()


class _Tree:
    """The structure tree while it is mended, in reading order."""

    def __init__(self, pikepdf: ModuleType, hidden: "_Artifacts") -> None:
        self._pikepdf, self._hidden = pikepdf, hidden
        # The table that ended last, and the page it ended on, as long as nothing was read since. WeasyPrint starts every
        # block anew on each page: a table that directly follows on another page is the same one.
        self._table: Object | None = None
        self._page: Object | None = None

    def mend(self, element: "Object") -> None:
        """Mend one element and everything below it."""
        kept: list[Any] = []
        for child in _children(self._pikepdf, element):
            if not self._is_element(child):
                self._table = None
                kept.append(child)
            elif child.S == "/Figure" and "/Alt" not in child:
                self._hidden.add(child)
            elif child.S == "/Table":
                if not self._continued(child):
                    kept.append(child)
            else:
                self.mend(child)
                if "/K" not in child or len(_children(self._pikepdf, child)) > 0:
                    kept.append(child)
        if "/K" in element:
            element.K = self._pikepdf.Array(kept)
        self._mend_cell(element)

    def _continued(self, table: "Object") -> bool:
        """Mend a table; say whether it was only the next page of the one before, which has its rows now."""
        before, page = self._table, self._page
        self.mend(table)
        self._page = table.Pg
        if before is None or table.Pg == page:
            self._table = table
            return False
        self._join(before, table)
        self._table = before
        return True

    def _join(self, first: "Object", other: "Object") -> None:
        body = next((part for part in _children(self._pikepdf, first) if part.S == "/TBody"), first)
        for part in _children(self._pikepdf, other):
            if part.S == "/THead":
                self._hidden.add(part)
                continue
            for row in _children(self._pikepdf, part) if part.S == "/TBody" else [part]:
                row.P = body
                body.K.append(row)

    def _mend_cell(self, element: "Object") -> None:
        name = self._pikepdf.Name
        kind = element.get("/S")
        if kind == "/TH":
            column = self._is_element(element.P) and self._is_element(element.P.P) and element.P.P.S == "/THead"
            if "/A" not in element:
                element.A = self._pikepdf.Dictionary(O=name.Table)
            element.A.Scope = name.Column if column else name.Row
        elif kind == "/TD" and "/A" in element and "/Headers" in element.A:
            # The scopes say it; the lists would point to header rows that are artifacts now.
            del element.A["/Headers"]
        if kind in ("/TH", "/TD") and "/ID" in element:
            del element.ID

    def _is_element(self, value: object) -> bool:
        return isinstance(value, self._pikepdf.Dictionary) and "/S" in value


def _children(pikepdf: ModuleType, element: "Object") -> "list[Object]":
    if "/K" not in element:
        return []
    return list(element.K) if isinstance(element.K, pikepdf.Array) else [element.K]


class _Artifacts:
    """Structure elements to leave out: collected while the tree is mended, then unmarked in the pages' content."""

    def __init__(self, pikepdf: ModuleType, pdf: "Pdf") -> None:
        self._pikepdf, self._pdf = pikepdf, pdf
        # Pages are told apart by the key of their content in the parent tree.
        self._content: dict[int, set[int]] = {}

    def add(self, element: "Object") -> None:
        """Leave out an element and everything below it."""
        for key, mark in self._marks(element, None):
            self._content.setdefault(key, set()).add(mark)

    def _marks(self, element: "Object", key: int | None) -> Iterator[tuple[int, int]]:
        if "/Pg" in element:
            key = int(element.Pg.StructParents)
        for child in _children(self._pikepdf, element):
            if isinstance(child, int):
                if key is not None:
                    yield key, child
            elif isinstance(child, self._pikepdf.Dictionary) and "/S" in child:
                yield from self._marks(child, key)

    def write(self) -> None:
        """Mark the content as artifact and take it out of the parent tree."""
        numbers = self._pdf.Root.StructTreeRoot.ParentTree.Nums
        trees = {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}
        for sheet in self._pdf.pages:
            key = int(sheet.get("/StructParents", -1))
            marks = self._content.get(key)
            if not marks:
                continue
            for mark in marks:
                trees[key][mark] = None
            sheet.Contents = self._pdf.make_stream(self._unmarked(sheet, marks))

    def _unmarked(self, sheet: "Page", marks: set[int]) -> bytes:
        pikepdf = self._pikepdf
        begin, artifact = pikepdf.Operator("BDC"), pikepdf.Operator("BMC")
        instructions = []
        for operands, operator in pikepdf.parse_content_stream(sheet):
            if operator == begin and isinstance(operands[1], pikepdf.Dictionary) and operands[1].get("/MCID") in marks:
                instructions.append(([pikepdf.Name.Artifact], artifact))
            else:
                instructions.append((operands, operator))
        return bytes(pikepdf.unparse_content_stream(instructions))
