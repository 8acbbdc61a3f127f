"""Where the data folders lie: inside the installed package, or beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_folder(name: str) -> Path:
    """
    Give the folder `knowledge_base`, `reports` or `examples`.

    Raises:
        FileNotFoundError: neither the installed package nor the checkout has it.
    """
    installed, checkout = _PACKAGE / name, _PACKAGE.parent / name
    if installed.is_dir():
        return installed
    # Without the second test a stray site-packages/reports would be taken for ours.
    if checkout.is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file():
        return checkout
    raise FileNotFoundError(f"no data folder `{name}`: looked in {installed} and {checkout}")
