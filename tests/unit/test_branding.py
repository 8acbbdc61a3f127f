"""Branding and overriding: a host's name and logo on our paper, one block replaced, and nothing a template can reach."""

import re
import struct
import zlib
from pathlib import Path
from typing import Any, get_args

import pytest

from tests import assessments
from triage.errors import ReportError
from triage.reporting import VIEWS, Document, context, render
from triage.reporting.branding import FIELDS
from triage.reporting.pages import BLOCKS, LAYOUT

GUIDE = (Path(__file__).parents[2] / "docs" / "branding.md").read_text(encoding="utf-8")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><style>.a { fill: #1b2430; }</style><path class="a" d="M0 0H40V10H0Z"/></svg>'


def png(width: int = 40, height: int = 10) -> bytes:
    """Give a grey PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = zlib.compress((b"\x00" + b"\x55" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def files(folder: Path, **contents: str | bytes) -> Path:
    """Write files named with `__` for the dot."""
    for name, content in contents.items():
        (folder / name.replace("__", ".")).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def shown(folder: Path | None, format: str = "html", document: str = "letter") -> str:
    page = render(assessments.routine(), format=format, document=document, templates=folder)
    assert isinstance(page, str)
    return page


def example(language: str, start: str) -> str:
    """Give the example of the guide in that language that begins so."""
    (found,) = [code for code in re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL) if code.startswith(start)]
    return found


# ---------- the contract ----------


def test_the_guide_names_every_block_field_and_layout_name() -> None:
    for template, blocks in BLOCKS.items():
        for block, holds in blocks.items():
            assert f"| `{template}` | `{block}` | {holds} |" in GUIDE
    for name, holds in (FIELDS | LAYOUT).items():
        assert f"| `{name}` | {holds} |" in GUIDE


@pytest.mark.parametrize("document", get_args(Document))
def test_a_template_finds_every_documented_name(tmp_path: Path, document: str) -> None:
    names = sorted({*context(assessments.routine()), *LAYOUT})
    told = "".join(f"{name}: {{{{ {name} is defined }}}}\n" for name in names)
    files(tmp_path, **{f"{document}__html__j2": told + "{{ names_that_do_not_exist is defined }}"})

    assert shown(tmp_path, document=document).split("\n") == [*(f"{name}: True" for name in names), "False"]
    assert set(VIEWS).isdisjoint(LAYOUT)


@pytest.mark.parametrize(("template", "block"), [(name, block) for name, found in BLOCKS.items() for block in found])
def test_every_documented_block_can_be_replaced(tmp_path: Path, template: str, block: str) -> None:
    document = "handout" if template.startswith("handout") else "letter"
    # A page's own template fills `body`; there the host replaces it at that template.
    name = "letter.html.j2" if (template, block) == ("_page.html.j2", "body") else template
    (tmp_path / name).write_text(f'{{% extends "triage/{name}" %}}{{% block {block} %}}/* REPLACED */{{% endblock %}}')

    page = shown(tmp_path, document=document)

    assert page.count("REPLACED") == 1
    assert ("What we ask" in page) == (document == "letter" and block != "body")


def test_the_example_of_the_guide_runs(tmp_path: Path) -> None:
    files(tmp_path, branding__yaml=example("yaml", "name:"), logo__svg=SVG)
    (tmp_path / "_letter.html.j2").write_text(example("jinja", "{% extends"), encoding="utf-8")

    page = shown(tmp_path)

    assert "Seen at the walk-in desk" in page
    assert "Practice A" in page
    assert shown(tmp_path, "text").count("Practice A") >= 1


# ---------- branding ----------


@pytest.mark.parametrize("document", ["letter", "report", "handout"])
@pytest.mark.parametrize("logo", ["svg", "png"])
def test_brand_is_shown_and_what_must_stay_stays(tmp_path: Path, document: str, logo: str) -> None:
    brand = f"name: Practice <b>A</b>\naddress: [1 Example Street]\nphone: 01632 960001\nfooter: Open at night\nlogo: logo.{logo}\n"
    files(tmp_path, branding__yaml=brand, logo__svg=SVG, logo__png=png())

    page, plain = shown(tmp_path, document=document), shown(None, document=document)

    for words in ("Practice &lt;b&gt;A&lt;/b&gt;", "1 Example Street", "01632 960001", "Open at night"):
        assert words in page
    assert page.count(f'<img src="data:image/{"svg+xml" if logo == "svg" else "png"};base64,') == 1
    body = page.partition("<body")[2]
    assert body.index("<img") > body.index("u-urgent"), "the logo stands behind the band"
    said = context(assessments.routine())
    for words in (said["limits"], said["version"], "Not a diagnosis; unsigned until a clinician confirms"):
        assert page.count(words) == plain.count(words)
    text = shown(tmp_path, "text", document)
    assert "1 Example Street" in text


def test_the_phone_card_and_a_folder_without_branding_stay_as_they_are(tmp_path: Path) -> None:
    for document in get_args(Document):
        assert shown(tmp_path, document=document) == shown(None, document=document)
    files(tmp_path, branding__yaml="name: Practice A")
    assert shown(tmp_path, document="sbar") == shown(None, document="sbar")


@pytest.mark.parametrize("logo", ["svg", "png"])
def test_a_branded_pdf_is_drawn_with_its_logo(tmp_path: Path, logo: str) -> None:
    pytest.importorskip("weasyprint")
    pikepdf = pytest.importorskip("pikepdf")
    files(tmp_path, branding__yaml=f"name: Practice A\nlogo: logo.{logo}", logo__svg=SVG, logo__png=png())

    written: Any = render(assessments.routine(), format="pdf", document="letter", templates=tmp_path)
    (tmp_path / "out.pdf").write_bytes(written)
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        alternatives = [
            str(found.Alt) for found in pdf.objects if isinstance(found, pikepdf.Dictionary) and "/Alt" in found
        ]

    assert "Logo of Practice A" in alternatives


@pytest.mark.parametrize(
    ("branding", "told"),
    [
        ("nmae: x", "branding.yaml: no field `nmae`; did you mean `name`?"),
        ("- x", "branding.yaml: not a list of fields"),
        ("name: [", "branding.yaml: no YAML"),
        ("name: 5", "branding.yaml: name: not a text"),
        (f"name: {'x' * 61}", "branding.yaml: name: 61 characters; shorten it to 60"),
        ("address: one line", "branding.yaml: address: not a list"),
        ("address: [a, b, c, d, e]", "branding.yaml: address: not a list of at most 4 lines"),
        ("logo: missing.svg", "branding.yaml: logo: no file `missing.svg`"),
        ("logo: ../outside.svg", "branding.yaml: logo: no file `../outside.svg`"),
        ("logo: /etc/hostname", "branding.yaml: logo: no file `/etc/hostname`"),
        ("logo: link.svg", "branding.yaml: logo: no file `link.svg`"),
        ("logo: words.txt", "words.txt: neither SVG nor PNG"),
        ("logo: large.png", "large.png: larger than 200 kB"),
        ("logo: wide.png", "wide.png: no PNG of at most 4000 pixels"),
    ],
)
def test_a_brand_that_cannot_be_used_says_place_problem_and_mend(tmp_path: Path, branding: str, told: str) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (tmp_path / "outside.svg").write_text(SVG)
    (folder / "link.svg").symlink_to(tmp_path / "outside.svg")
    files(folder, branding__yaml=branding, words__txt="x", large__png=png() + b"x" * 200_000, wide__png=png(4001, 1))

    with pytest.raises(ReportError, match=re.escape(told)) as caught:
        shown(folder)
    assert "; " in str(caught.value)


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<path d="M0 0" onload="alert(1)"/>',
        '<image href="http://elsewhere.invalid/x.png"/>',
        '<image href="data:image/png;base64,AAAA"/>',
        '<use href="http://elsewhere.invalid/x.svg#a"/>',
        '<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="file:///etc/passwd#a"/>',
        '<a href="#x"><path d="M0 0"/></a>',
        '<rect fill="url(http://elsewhere.invalid/x.svg#a)"/>',
        '<rect style="fill: u\\72l(http://elsewhere.invalid/x)"/>',
        "<style>@import url(http://elsewhere.invalid/x.css);</style>",
        "<style>rect { background: url( 'http://elsewhere.invalid/x' ) }</style>",
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml">x</body></foreignObject>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
    ],
)
def test_an_svg_that_could_do_more_than_show_is_refused(tmp_path: Path, inside: str) -> None:
    files(tmp_path, branding__yaml="logo: logo.svg", logo__svg=SVG.replace("</svg>", f"{inside}</svg>"))

    with pytest.raises(ReportError, match=r"^logo\.svg: .*; save it as plain SVG"):
        shown(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        f'<!DOCTYPE svg [<!ENTITY a "aaaa">]>{SVG}',
        "<html><body/></html>",
        "no markup",
        SVG.encode("utf-16"),
        b"\xff\xfe<svg/>",
    ],
)
def test_what_is_no_plain_svg_is_refused(tmp_path: Path, content: str | bytes) -> None:
    files(tmp_path, branding__yaml="logo: logo.svg", logo__svg=content)

    with pytest.raises(ReportError, match=r"^logo\.svg: "):
        shown(tmp_path)


# ---------- hostile templates ----------


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''|attr('__class__') }}",
        "{{ '{0.__class__.__init__.__globals__}'.format(cycler) }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ style.__globals__ }}",
        "{{ font.__wrapped__ }}",
        "{{ style('../tokens.json') }}",
        "{{ style('/etc/passwd') }}",
        "{% import 'os' as os %}{{ os.system('id') }}",
        "{{ os.system('id') }}",
        "{{ open('/etc/passwd').read() }}",
        "{% include '../../etc/passwd' %}",
        "{% include '/etc/passwd' %}",
        "{% include 'triage/../tokens.json' %}",
        "{% include 'link.html.j2' %}",
        "{% include 'letter.html.j2' %}",
        "{% for x in range(10 ** 9) %}x{% endfor %}",
        "{{ patient.name.__len__.__self__ }}",
        "{{ foot.append('x') }}{{ foot.__init__ }}",
        "{{ fetch('http://elsewhere.invalid/') }}",
        "{{ patient",
    ],
)
def test_a_hostile_template_is_stopped_with_a_clear_error(tmp_path: Path, template: str) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (tmp_path / "outside").write_text("OUTSIDE")
    (folder / "link.html.j2").symlink_to(tmp_path / "outside")
    (folder / "letter.html.j2").write_text(template)

    with pytest.raises(ReportError) as caught:
        shown(folder)
    assert re.search(r"\.j2|reports/static", str(caught.value))
    assert assessments.routine().patient.name not in str(caught.value)


def test_a_link_out_of_the_folder_is_no_template_and_not_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (tmp_path / "outside").write_text("OUTSIDE")
    (folder / "letter.html.j2").symlink_to(tmp_path / "outside")

    with pytest.raises(ReportError, match="link out of the template folder; copy the file into it"):
        shown(folder)


def test_a_template_cannot_change_what_the_next_one_sees(tmp_path: Path) -> None:
    before = context(assessments.routine())
    files(tmp_path, letter__html__j2="{% set patient = 1 %}{% set foot = [] %}x")
    shown(tmp_path)

    assert context(assessments.routine()) == before
    assert "Patient B" in shown(None)
