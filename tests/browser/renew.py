"""`make pictures`: makes every kept picture anew, and says which have changed."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, Browser, executable
from tests.browser.pictures import FOLDER, keep, pictures, unlike


def main() -> int:
    """Renew the pictures."""
    wanted = list(pictures())
    for stray in sorted(FOLDER.glob("*.png")):
        if stray not in {picture.path for picture in wanted}:
            stray.unlink()
            print(f"removed  {stray.name}")
    with TemporaryDirectory() as folder, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=executable(), headless=True, args=list(FLAGS))
        browser = Browser(chromium, Path(folder))
        for number, picture in enumerate(wanted, start=1):
            before = Image.open(picture.path).convert("RGB") if picture.path.exists() else None
            keep(picture, browser)
            changed = "new" if before is None else unlike(before, Image.open(picture.path).convert("RGB")) or "alike"
            print(f"{number:>3} of {len(wanted)}  {picture.name}: {changed}", flush=True)
        chromium.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
