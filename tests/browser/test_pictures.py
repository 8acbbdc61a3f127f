"""Documents look as somebody saw and kept them."""

import pytest
from PIL import Image, ImageDraw

from tests.browser.conftest import Browser
from tests.browser.pictures import FOLDER, Picture, made, pictures, unlike

EVERY = {picture.name: picture for picture in pictures()}


@pytest.mark.parametrize("picture", EVERY.values(), ids=EVERY)
def test_a_document_looks_as_it_was_kept(picture: Picture, browser: Browser) -> None:
    assert picture.path.exists(), "no picture of it is kept: look at it, then `make pictures`"

    difference = unlike(Image.open(picture.path).convert("RGB"), made(picture, browser))

    assert difference == "", f"{picture.path.name}: {difference}; look at it, and `make pictures` if it is meant"


def test_no_picture_is_kept_of_what_is_not_made() -> None:
    assert {path.stem for path in FOLDER.glob("*.png")} == set(EVERY)


@pytest.mark.parametrize("box", [(24, 40, 107, 92), (24, 241, 390, 300), (24, 356, 390, 417)])
def test_a_missing_block_would_be_seen(box: tuple[int, int, int, int]) -> None:
    kept = Image.open(EVERY["emergency-letter-en-GB-A4-1"].path).convert("RGB")
    spoilt = kept.copy()
    ImageDraw.Draw(spoilt).rectangle(box, fill="white")

    assert unlike(kept, kept) == ""
    assert unlike(kept, spoilt) != ""


def test_another_size_is_seen() -> None:
    kept = Image.open(EVERY["emergency-letter-en-GB-A4-1"].path).convert("RGB")

    assert "has become" in unlike(kept, kept.resize((kept.width, kept.height // 2)))
