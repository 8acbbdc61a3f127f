"""The layout: imports point one way, and each heavy or foreign package has one door."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "triage"

ORDER = (
    "truth", "errors", "resources", "language", "wording", "polarity", "ends", "conditions", "formulas", "findings", "rules", "governance", "guidance",
    "medicines", "chart", "knowledge", "translating", "collecting", "assessment", "firing", "_experta", "interpreters", "charting", "verdict", "bounds", "intake", "conflicts",
    "advising", "loader", "reviewing", "blocking", "assembling", "together", "changing", "explaining", "interview", "reporting", "json_writing", "engine", "casebook", "mutating", "catching", "triage", "json_intake", "verifying", "schemas", "cli", "__main__",
)  # fmt: skip
"""Every module or package of `triage`, lowest first: each imports only what stands before it."""

DOORS = {
    "experta": {"_experta.py"},
    "weasyprint": {"reporting/pdf.py"},
    "pikepdf": {"reporting/archive.py", "reporting/pdf.py"},
    "jinja2": {"reporting/pages.py"},
    "yaml": {"loader/source.py", "reporting/branding.py"},
    "babel": {"language.py", "collecting.py"},
    "typer": {
        "cli/commands.py",
        "cli/knowledge.py",
        "cli/options.py",
        "cli/exits.py",
        "cli/interviewing.py",
        "cli/words.py",
    },
    "rich": {
        "cli/terminal.py",
        "cli/summary.py",
        "cli/demonstration.py",
        "cli/casebook.py",
        "cli/mutation.py",
        "cli/governance.py",
    },
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and node.args:
            yield from (arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant))


def part(dotted: str) -> str:
    """Give the module or package of `triage` a dotted name belongs to."""
    names = dotted.split(".")
    if len(names) == 1 or not ((PACKAGE / f"{names[1]}.py").exists() or (PACKAGE / names[1] / "__init__.py").exists()):
        return "triage"
    return names[1]


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_one_way(path: Path) -> None:
    inside = path.relative_to(PACKAGE)
    own = "triage" if inside.name == "__init__.py" and len(inside.parts) == 1 else inside.parts[0].removesuffix(".py")

    for name in imported(path):
        if name.split(".")[0] == "triage" and part(name) != own:
            assert ORDER.index(part(name)) < ORDER.index(own), f"{inside} imports {name}"


def test_the_order_names_every_module() -> None:
    found = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in modules()} - {"__init__"}

    assert found | {"triage"} == set(ORDER)


@pytest.mark.parametrize(("package", "doors"), DOORS.items())
def test_each_foreign_package_has_its_doors(package: str, doors: set[str]) -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in modules()
        if package in {name.split(".")[0] for name in imported(path)}
    }

    assert users <= doors


def test_reports_know_no_rule_and_no_engine() -> None:
    allowed = {
        "assessment",
        "conditions",
        "errors",
        "findings",
        "language",
        "resources",
        "rules",
        "wording",
        "reporting",
    }
    used = {
        part(name)
        for path in (PACKAGE / "reporting").glob("*.py")
        for name in imported(path)
        if name.split(".")[0] == "triage"
    }

    assert used <= allowed
