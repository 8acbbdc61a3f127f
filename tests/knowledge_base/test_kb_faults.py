"""One knowledge base with many mistakes of different kinds at once: each is reported at its file and line, and nothing else is.

The mistakes are appended to copies of the real files. A comment `# <- words` marks the line to be blamed and what is said about
it; ` | ` stands between several faults of one line.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from triage.errors import KnowledgeBaseError
from triage.loader.load import load
from triage.resources import data_folder

ON = date(2026, 3, 12)
"""The day against which review dates are held; that of the knowledge base itself has not passed."""

PLANTED = {
    "rules/danger.yaml": """
- id: EM-01  # <- rule `EM-01` is defined twice
  certainty: fact
  when: collapse
  provenance: [seed]
- id: X-01
  certainty: likely  # <- `certainty` is `likely`
  urgency: soon  # <- `urgency` is `soon`
  gap: perhaps  # <- gap is `perhaps`; write true or false
  review_by: spring  # <- review_by `spring` is not a date
  when: collaps  # <- unknown finding `collaps`; did you mean `collapse`
  provenance: [seed]
- id: X-02
  certainty: fact
  when:
    all:
      - lab_k < 3.0 mol/L  # <- `mol/L` is no unit of `lab_k`
      - lab_k < 30 mmol/L  # <- 30 lies outside the plausible range of `lab_k`
      - lab_k < 3.0  # <- `lab_k` needs a unit beside 3.0
      - cramp_site has knee  # <- `cramp_site` has no option `knee`
      - stretch_massage_relief is not_tried  # <- means asked but unknown and cannot be tested
      - takes any of cls_loop, cls_lopo  # <- unknown medicine or class `cls_lopo`; did you mean `cls_loop`
      - collapse is yes  # <- `collapse` is a boolean; `is` does not fit it
      - collapse > 3  # <- `collapse` is a boolean and cannot be compared with a number
      - age_years  # <- `age_years` is a quantity, not a yes or no
      - very ill indeed  # <- is not a test
      - missing wells  # <- `wells` is a weighted count, which is never missing
      - urgency at least soon  # <- unknown urgency `soon`
      - some: [collapse]  # <- `some` is no way to join conditions
      - at least 3 of: [collapse, fever]  # <- `at least 3 of` can never be reached
      - {any: [collapse], all: [fever]}  # <- a block has one key
  provenance: [seed]
- id: X-03  # <- a condition is missing here
  certainty: fact
  wen: collapse  # <- unknown key `wen`; did you mean `when`
  sources: [S999]  # <- unknown source `S999`
  provenance: [mine, seed]  # <- unknown provenance mark `mine`
- id: X-04  # <- `X-04`: no source; cite one
  certainty: fact
  when: collapse
  sources: []
- id: X-05
  certainty: fact
  when: collapse
  title: "Once"
  title: "Twice"  # <- `title` is given twice
  cause: bad_luck  # <- unknown cause `bad_luck`
  destinations: [gp, nowhere]  # <- unknown destination `nowhere`
  provenance: [seed]
- id: X-06  # <- tests the final urgency, which only advice and honest lines may do
  certainty: fact
  when: {all: [collapse, urgency at least same_day]}
  provenance: [seed]
- id: X-07  # <- `not known` is never TRUE; write `missing`
  certainty: fact
  when: {all: [collapse, not known lab_k]}
  provenance: [seed]
- id: X-08  # <- rule `X-08`: rests on a gap condition
  certainty: fact
  when: {all: [collapse, missing lab_k]}
  provenance: [seed]
- id: X-09  # <- rule `X-09`: labelled `gap: true` but rests on no gap condition
  certainty: fact
  gap: true
  when: collapse
  provenance: [seed]
- id: X-10  # <- rule `X-10`: rests on a gap condition
  certainty: fact
  when: planted_gap
  provenance: [seed]
- id: X-11  # <- fires above routine when nothing was asked | fires above routine when every answer is unknown
  certainty: fact
  urgency: urgent
  gap: true
  when: missing lab_k
  provenance: [seed]
- id: X-12  # <- fires above routine when every answer is unknown
  certainty: fact
  urgency: same_day
  gap: true
  when: asked unknown collapse
  provenance: [seed]
- id: X-13  # <- rule `X-13`: review date 2026-03-11 has passed
  certainty: fact
  when: collapse
  review_by: 2026-03-11
  provenance: [seed]
- id: X-14
  certainty: fact
  urgency: emergency
  when: planted_danger
  provenance: [seed]
- id: X-15
  certainty: fact
  urgency: same_day
  when: planted_amount >= 3 kg
  provenance: [seed]
- certainty: fact  # <- a rule without `id`
  when: collapse
  provenance: [seed]
""",
    "patterns.yaml": """
- id: hen  # <- patterns rest on each other in a circle: hen -> egg -> hen
  when: egg
  provenance: [seed]
- id: egg
  when: hen
  provenance: [seed]
- id: child  # <- pattern `child` is defined twice
  when: collapse
  provenance: [seed]
- id: planted_gap  # <- pattern `planted_gap`: rests on a gap condition
  when: missing lab_k
  provenance: [seed]
- id: planted_idle  # <- pattern `planted_idle`: nothing tests it
  when: collapse
  provenance: [seed]
""",
    "findings/person.yaml": """
- id: planted_danger  # <- finding `planted_danger`: alone fires `X-14` and is missing from the red-flag screen
  kind: boolean
  answered_by: person
- id: planted_amount  # <- finding `planted_amount`: alone fires `X-15` and is missing from the red-flag screen
  kind: quantity
  answered_by: person
  units:
    - {ucum: kg}
  range: [0, 9]
- id: planted_unasked  # <- finding `planted_unasked`: nothing tests it
  kind: boolean
  answered_by: person
- id: planted_follow_up
  kind: boolean
  answered_by: person
  report_only: true
  only_if: planted_parent  # <- unknown finding `planted_parent`
- id: age_years  # <- finding `age_years` is defined twice
  kind: boolean
  answered_by: person
- id: shoe
  kind: shape  # <- `kind` is `shape`
  answered_by: cobbler  # <- `answered_by` is `cobbler`
  report_only: true
- id: gait  # <- `gait`: a choice needs `options`
  kind: choice
  answered_by: person
  report_only: true
- id: stance
  kind: choice
  answered_by: person
  report_only: true
  options: [wide, narrow]
  option_labels:
    wide: "broad"
    narow: "narrow"  # <- label of an unknown option `narow`; did you mean `narrow`
""",
    "findings/laboratory.yaml": """
- id: lab_zinc  # <- `normal: usual` is no band
  kind: quantity
  answered_by: laboratory
  report_only: true
  units:
    - {ucum: "umol/L"}
    - {ucum: "ug/dL", factor: "a sixth"}  # <- `a sixth` is not a number
    - {ucum: "mg/L", factor: "0"}  # <- a factor of 0 cannot be turned round
  range: [1, 100]
  bands:
    first: "low"
    "11": "fair"
    "10": "high"  # <- cut points must rise; 10 does not
  normal: "usual"
  interval: [10]  # <- write two ends
  traps:
    - {unit: "umol/L", likely: "mol"}  # <- `mol` is no unit of it
- id: lab_copper  # <- a quantity needs `units` and a plausible `range`
  kind: quantity
  answered_by: laboratory
  report_only: true
  units:
    - {ucum: "umol/L"}
  range: [100, 1]
""",
    "derived.yaml": """
- id: planted_ratio
  label: "Ratio"
  unit: "1"
  report_only: true
  sources:
    - formula: lab_k / lab_gold  # <- unknown finding `lab_gold`
    - formula: lab_k ** 2  # <- is not allowed in a formula
    - valid_when: collapse  # <- `formula` is missing
- id: planted_nothing  # <- needs `sources` (formulas) or `count` (a weighted count)
  label: "Nothing"
  unit: "1"
  report_only: true
- id: planted_count  # <- derived quantity `planted_count`: nothing tests it
  label: "Count"
  unit: "{score}"
  count:
    - {when: collapse, weight: 1}
    - {when: collapse, weight: heavy}  # <- `heavy` is not a number
""",
    "screen.yaml": """
- id: page_9
  title: "More"
  lines:
    - {findings: [saddle_num]}  # <- unknown finding `saddle_num`; did you mean `saddle_numb`
    - {only_if: child}  # <- `findings` is missing
""",
    "sources.yaml": """
- id: S1  # <- source `S1` is defined twice
  title: "Again"
  read_as: A
- id: S_NEW  # <- `title` is missing
  read_as: A
""",
    "medicines.yaml": """
  - {id: planted_class, label: "Planted", members: [cls_statn]}  # <- unknown class `cls_statn`; did you mean `cls_statin`
""",
    "causes.yaml": """
- id: bad_air  # <- `plain` is missing | `group` is missing
  label: "Bad air"
""",
    "destinations.yaml": """
- id: gp  # <- destination `gp` is defined twice
  label: "Another GP"
  plain: "another GP"
""",
    "urgencies.yaml": """
- id: soon  # <- `id` is `soon`
  word: "Soon"
  time: "soon"
  action: "Hurry"
  plain_action: "Hurry."
  request: "Please hurry."
  request_about: "Please hurry."
  destination: moon  # <- unknown destination `moon`
""",
    "investigations.yaml": """
- id: planted_test  # <- says for what it is; name `causes` or give `when`
  label: "Test"
  first: "Blood"
  provenance: [seed]
- id: planted_other
  label: "Test"
  first: "Blood"
  causes: [bad_blood]  # <- unknown cause `bad_blood`
  provenance: [seed]
""",
    "advice.yaml": """
- id: adv_planted
  title: "Planted"
  text: "Rest."
  fail_safe: maybe  # <- fail_safe is `maybe`; write true or false
  offer_when: calf_sore  # <- unknown finding `calf_sore`
  withhold:
    - {when: collapse}  # <- `reason` is missing
    - {when: "takes nothing_known", reason: "Why"}  # <- unknown medicine or class `nothing_known`
  caution:
    - {when: collapse}  # <- `text` is missing
  provenance: [seed]
""",
    "safety_netting.yaml": """
- id: planted_net
  level: emergency
  with: [self_care, never]  # <- unknown urgency `never`
  title: "Call if"
  points: ["you are ill"]
""",
    "honesty.yaml": """
- id: planted_line
  topic: "Planted"
  text: "Nothing is known."
  advice: [adv_strech]  # <- unknown advice item `adv_strech`; did you mean `adv_stretch`
  provenance: [seed]
- id: planted_silence  # <- would never be printed; give `when` or `advice`
  topic: "Planted"
  text: "Nothing is known."
  provenance: [seed]
""",
    "conflicts.yaml": """
- id: planted_conflict
  when: {all: [collapse, not fever]}
  keep: age_years  # <- keep `age_years` is no yes-or-no finding
  note: "Planted"
""",
    "governance.yaml": """
- {id: founding, on: 2099-01-01, author: clinic, note: Again, rules: [EM-01]}  # <- change `founding` is defined twice
- id: planted_change
  on: 2020-01-01  # <- 2020-01-01 lies before the change above it
  author: ""  # <- `author` is empty
  note: "Planted"
  rules:
    - EM-01
    - X-01
    - EM-0l  # <- unknown rule, row or file `EM-0l`
    - rules/dangers.yaml  # <- did you mean `rules/danger.yaml`
  removed: [EM-77]  # <- removed rule `EM-77` was not there before
- {id: planted_silence, on: 2099-01-01, author: clinic, note: "Planted"}  # <- names no rule
""",
    "reviews.yaml": """
- reviewer: ""  # <- `reviewer` is empty
  role: GP
  on: 2026-03-12
  rules:
    EM-01: "0123456789abcdef"
    EM-0l: "0123456789abcdef"  # <- unknown rule `EM-0l`
- {reviewer: A, role: GP, on: 2026-03-12, rules: [EM-01]}  # <- `rules` is no mapping
""",
}


AFTER = {"medicines.yaml": "classes:"}
"""Where a file is no plain list: the line after which the mistakes are put; elsewhere they go to the end."""


@dataclass(frozen=True, order=True)
class Expected:
    file: str
    line: int
    words: str


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "kb"
    shutil.copytree(data_folder("knowledge_base"), copy, ignore=shutil.ignore_patterns("cases"))
    return copy


def plant(folder: Path, file: str, text: str) -> Iterator[Expected]:
    """Put mistakes into a file; give what must be said about them, line by line."""
    before = (folder / file).read_text(encoding="utf-8").splitlines()
    start = before.index(AFTER[file]) + 1 if file in AFTER else len(before)
    lines = text.strip("\n").splitlines()
    whole = [*before[:start], *lines, *before[start:]]
    (folder / file).write_text("\n".join(whole) + "\n", encoding="utf-8")
    for number, line in enumerate(lines, start + 1):
        if found := re.search(r"# <- (.+)$", line):
            yield from (Expected(file, number, words) for words in found[1].split(" | "))


def test_every_mistake_is_reported_at_its_line_and_nothing_else(folder: Path) -> None:
    load(folder, on=ON)  # the copy itself is sound
    expected = [one for file, text in PLANTED.items() for one in plant(folder, file, text)]

    with pytest.raises(KnowledgeBaseError) as error:
        load(folder, on=ON)

    found = error.value.faults
    missed = [
        one
        for one in expected
        if not any((one.file, one.line) == (fault.file, fault.line) and one.words in fault.message for fault in found)
    ]
    assert missed == []
    assert sorted((fault.file, fault.line) for fault in found) == sorted((one.file, one.line) for one in expected)
    assert len(expected) > 80


def test_a_file_that_is_no_yaml_is_blamed_where_it_breaks(folder: Path) -> None:
    (folder / "findings/planted.yaml").write_text("- id: ear\n  kind: boolean\n- id: [eye\n", encoding="utf-8")

    with pytest.raises(KnowledgeBaseError, match=r"findings/planted\.yaml:4: yaml: .*check indentation") as error:
        load(folder)

    assert {fault.file for fault in error.value.faults} == {"findings/planted.yaml"}


def test_a_file_that_is_not_utf_8_is_blamed(folder: Path) -> None:
    (folder / "rules/planted.yaml").write_bytes("- id: X-1\n  title: café\n".encode("latin-1"))

    with pytest.raises(KnowledgeBaseError, match=r"rules/planted\.yaml:1: not UTF-8 text") as error:
        load(folder)

    assert {fault.file for fault in error.value.faults} == {"rules/planted.yaml"}


def test_a_review_date_of_the_knowledge_base_passes(folder: Path) -> None:
    day = load(folder).manifest.review_by

    load(folder, on=day)
    with pytest.raises(KnowledgeBaseError, match=r"^manifest\.yaml:1: review date .* has passed"):
        load(folder, on=date.max)
