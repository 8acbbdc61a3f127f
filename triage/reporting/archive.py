"""What a PDF carries besides its pages: the data it was made from, and what it says about itself.

The file says that it is PDF/UA-1, beside the PDF/A-3a that WeasyPrint wrote, when it was made, and a hash over the attachments.
The hash notices an accident or a careless edit. Whoever edits the hash too goes unnoticed: only a signature would tell.
"""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from triage.errors import MissingExtraError, ReportError
from triage.language import say

if TYPE_CHECKING:
    from pikepdf import Pdf

ASSESSMENT, INTAKE = "assessment.json", "intake.json"
"""The names of the attachments."""

_RELATIONSHIPS: Mapping[str, str] = {ASSESSMENT: "Data", INTAKE: "Source"}
"""How each attachment relates to the document (`AFRelationship`)."""

_OURS = "urn:cramp-triage:report:1"
_UA = "http://www.aiim.org/pdfua/ns/id/"
_XMP = "http://ns.adobe.com/xap/1.0/"


@dataclass(frozen=True)
class Carried:
    """
    What a PDF carries.

    Args:
        attachments: JSON by name, `ASSESSMENT` and perhaps `INTAKE`.
        stated: the hash over the attachments that the file states; empty when it states none.
    """

    attachments: Mapping[str, bytes]
    stated: str


def digest(attachments: Mapping[str, bytes]) -> str:
    """Give the hash over attachments: the SHA-256 of what `sha256sum assessment.json intake.json` prints."""
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(attachments.items()))
    return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()


def attach(pikepdf: ModuleType, pdf: "Pdf", attachments: Mapping[str, bytes], made: datetime | None) -> None:
    """Embed JSON files into a document, and say what each is to it."""
    dated = _pdf_date(made) if made else ""
    about = {
        ASSESSMENT: say("The assessment this document shows (triage.assessment/1)"),
        INTAKE: say("The intake that was assessed"),
    }
    for name, content in attachments.items():
        pdf.attachments[name] = pikepdf.AttachedFileSpec(
            pdf, content, filename=name, mime_type="application/json", description=about[name],
            relationship=pikepdf.Name(f"/{_RELATIONSHIPS[name]}"), creation_date=dated, mod_date=dated,
        )  # fmt: skip
    if attachments:
        pdf.Root.AF = pikepdf.Array([pdf.attachments[name].obj for name in attachments])


def describe(pikepdf: ModuleType, pdf: "Pdf", attachments: Mapping[str, bytes], made: datetime | None) -> None:
    """
    Complete what the document says about itself: PDF/UA-1, its moment, the hash over its attachments.

    The moment is the assessment's, so that the same content gives the same bytes; without one there is no date at all.
    """
    said = [_description("pdfuaid", _UA, {"part": "1"}), _SCHEMAS]
    if attachments:
        said.append(_description("triage", _OURS, {"attachments": digest(attachments)}))
    if made:
        pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = _pdf_date(made)
        dates = dict.fromkeys(("CreateDate", "ModifyDate", "MetadataDate"), made.isoformat(timespec="seconds"))
        said.append(_description("xmp", _XMP, dates))
    end = b"</rdf:RDF>"
    written = pdf.Root.Metadata.read_bytes().replace(end, "".join(said).encode() + end)
    pdf.Root.Metadata = pdf.make_stream(written, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)


def read_back(content: bytes) -> Carried:
    """
    Give what a PDF carries.

    Raises:
        MissingExtraError: pikepdf is not installed.
        ReportError: no PDF, damaged, locked, or it carries no assessment.
    """
    try:
        import pikepdf
    except ImportError as problem:
        message = "report: reading a PDF needs `pikepdf`; pip install 'cramp-triage[pdf]'"
        raise MissingExtraError(message) from problem
    try:
        # Not mended on the way: what was lost of a truncated file might be what matters.
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            names = [name for name in _RELATIONSHIPS if name in pdf.attachments]
            attachments = {name: pdf.attachments[name].get_file().read_bytes() for name in names}
            with pdf.open_metadata() as metadata:
                stated = str(metadata.get(f"{{{_OURS}}}attachments", ""))
    except pikepdf.PasswordError as problem:
        raise ReportError("report: locked with a password; verify the file as it was made") from problem
    except (pikepdf.PdfError, pikepdf.DataDecodingError) as problem:
        known = content.lstrip()[:5] == b"%PDF-"
        what = "damaged or not whole; get the file once more" if known else "no PDF; name a report made as PDF"
        raise ReportError(f"report: {what}") from problem
    if ASSESSMENT not in attachments:
        raise ReportError(
            f"report: a PDF without `{ASSESSMENT}`; verify a report, letter or phone card as `triage report` made it"
        )
    return Carried(attachments, stated)


def _description(prefix: str, namespace: str, properties: Mapping[str, str]) -> str:
    inner = "".join(f"<{prefix}:{name}>{escape(value)}</{prefix}:{name}>" for name, value in properties.items())
    return f'\n<rdf:Description rdf:about="" xmlns:{prefix}="{namespace}">{inner}</rdf:Description>'


def _pdf_date(moment: datetime) -> str:
    zone = moment.strftime("%z")
    return f"D:{moment:%Y%m%d%H%M%S}" + (f"{zone[:3]}'{zone[3:5]}'" if zone else "")


def _schema(title: str, prefix: str, namespace: str, name: str, kind: str, words: str) -> str:
    return f"""
<rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>{title}</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>{kind}</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>{words}</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li>"""


# ISO 19005-3, 6.6.2.3: a property that the standard does not know is described in the file that uses it.
_SCHEMAS = (
    '\n<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    "<pdfaExtension:schemas><rdf:Bag>"
    + _schema("PDF/UA identification", "pdfuaid", _UA, "part", "Integer", "Part of ISO 14289 that the file follows")
    + _schema("Triage report", "triage", _OURS, "attachments", "Text", "Hash over the attached assessment and intake")
    + "\n</rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)
