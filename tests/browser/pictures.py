"""The pictures that are kept of documents: how each is made, and when two are alike.

`make pictures` renews them all; a person looks at what changed before it is committed.
"""

import io
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from PIL import Image, ImageChops

from tests.browser.conftest import Browser
from triage import Assessment, Triage
from triage.reporting import Document, PageSize, render
from triage.resources import data_folder

FOLDER = Path(__file__).resolve().parents[1] / "golden"
CASES = {"emergency": "cauda_equina", "routine": "recurrent_normal_electrolytes", "self_care": "night_cramps"}
DAY = date(2026, 11, 25)

DPI = 50
"""Of a picture from paper: enough to see every block, too little to depend on how a font was smoothed."""
PHONE, TALLEST = 390, 2400

SMALL = 110
"""Pictures are compared at this width, in grey."""
DIFFERENT, SHARE = 38, 0.011
"""Points further apart than this (of 255) differ; pictures with more such points than this share are not alike."""


@dataclass(frozen=True)
class Picture:
    """One picture: a page of a document on paper, or (page 0) the top of it on a phone."""

    case: str
    document: Document
    language: str = "en-GB"
    paper: PageSize = "A4"
    page: int = 1

    @property
    def name(self) -> str:
        """Its file, without the ending."""
        where = f"{self.paper}-{self.page}" if self.page else "phone"
        return f"{self.case}-{self.document}-{self.language}-{where}"

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return FOLDER / f"{self.name}.png"


def pictures() -> Iterator[Picture]:
    """Give every picture that is kept."""
    for case in CASES:
        for document in ("letter", "handout", "sbar", "criterion"):
            yield Picture(case, document)
            yield Picture(case, document, "de")
        for document in ("letter", "handout"):
            yield Picture(case, document, page=0)
        yield Picture(case, "letter", paper="Letter")
        yield Picture(case, "report", page=2)
    yield Picture("routine", "report", page=3)
    yield Picture("routine", "report", page=0)
    for language in ("en-XA", "ar-XB"):
        yield Picture("routine", "letter", language)
        yield Picture("self_care", "handout", language)
        yield Picture("routine", "letter", language, page=0)


@cache
def _engine(language: str) -> Triage:
    return Triage(engine="compiled", language=language)


@cache
def _assessed(case: str, language: str) -> Assessment:
    intake = json.loads((data_folder("examples") / f"{CASES[case]}.json").read_text(encoding="utf-8"))
    return _engine(language).assess(intake, on=DAY)


@cache
def _pdf(case: str, document: Document, language: str, paper: PageSize) -> bytes:
    made = render(_assessed(case, language), format="pdf", document=document, page_size=paper)
    assert isinstance(made, bytes)
    return made


def made(picture: Picture, browser: Browser) -> Image.Image:
    """Make a picture anew."""
    if picture.page:
        pdf = _pdf(picture.case, picture.document, picture.language, picture.paper)
        page = str(picture.page)
        command = ["pdftoppm", "-r", str(DPI), "-f", page, "-l", page, "-png", "-singlefile", "-"]
        done = subprocess.run(command, input=pdf, capture_output=True, check=True)
        return Image.open(io.BytesIO(done.stdout)).convert("RGB")
    html = str(render(_assessed(picture.case, picture.language), format="html", document=picture.document))
    with browser.open(html, PHONE, 844) as seen:
        shot = Image.open(io.BytesIO(seen.page.screenshot(full_page=True))).convert("RGB")
    return shot.crop((0, 0, shot.width, min(shot.height, TALLEST))).resize(
        (PHONE // 2, min(shot.height, TALLEST) // 2), Image.Resampling.BOX
    )


def keep(picture: Picture, browser: Browser) -> None:
    """Make a picture and keep it."""
    FOLDER.mkdir(exist_ok=True)
    made(picture, browser).quantize(48).save(picture.path, optimize=True)


def unlike(one: Image.Image, other: Image.Image) -> str:
    """Say how two pictures differ; empty where they are alike to somebody who looks at them."""
    if abs(one.width - other.width) > 2 or abs(one.height - other.height) > max(2, one.height // 50):
        return f"{one.width} x {one.height} has become {other.width} x {other.height}"
    size = SMALL, max(1, one.height * SMALL // one.width)
    grey = [picture.convert("L").resize(size, Image.Resampling.BOX) for picture in (one, other)]
    counts = ImageChops.difference(*grey).histogram()
    share = sum(counts[DIFFERENT:]) / (size[0] * size[1])
    return f"{share:.1%} of it differs" if share > SHARE else ""
