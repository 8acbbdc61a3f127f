"""The wheel: one top-level name, every data file in it, and the README's example gives what the command line gives."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ("knowledge_base", "reports", "examples")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # Built with what is installed: nothing is fetched.
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_holds_the_package_alone_with_all_its_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {
        path.relative_to(ROOT).as_posix()
        for folder in DATA
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"triage"}
    assert {f"triage/{name}" for name in shipped} <= set(names)
    assert "triage/py.typed" in names


def test_the_readme_example_and_the_command_line_give_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    program = f"{example}\nimport json, sys, triage\nsys.stdout = open('library.json', 'w', encoding='utf-8')\n"
    program += "print(assessment.to_json(), end='')\nopen('intake.json', 'w').write(json.dumps(intake))\n"
    program += "open('where', 'w').write(triage.__file__)\n"
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    command = [sys.executable, "-m", "triage", "assess", "intake.json", "--json"]
    told = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)

    assert (tmp_path / "where").read_text() == str(installed / "triage/__init__.py")
    assert said.stdout.startswith("Emergency - ")
    assert told.stdout == (tmp_path / "library.json").read_bytes()
    assert json.loads(told.stdout)["urgency"]["level"] == "emergency"
