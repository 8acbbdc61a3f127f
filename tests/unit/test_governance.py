"""Who wrote, changed and signed each rule: faults of the two files, signing, signatures that no longer cover, and the hash."""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from triage import cli
from triage.cli import exits
from triage.errors import KnowledgeBaseError, UnknownNameError
from triage.governance import State
from triage.knowledge import KnowledgeBase
from triage.loader.governance import named_rules, with_signature
from triage.loader.load import load
from triage.loader.source import read
from triage.reviewing import review

PACK = Path(__file__).resolve().parents[1] / "packs" / "nosebleed"
DAY = date(2026, 11, 25)
"""The day on which the pack was written."""

CHANGE = "- {id: again, on: 2026-12-01, author: clinic, note: Why, rules: [NB-1]}\n"
RULE = '- {id: NB-9, row: NB-1, title: "New", certainty: fact, when: faint, provenance: [seed], harm: "none"}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "kb"
    shutil.copytree(PACK, copy)
    return copy


def add(folder: Path, file: str, text: str) -> None:
    with (folder / file).open("a", encoding="utf-8") as stream:
        stream.write(text)


def edit(folder: Path, file: str, old: str, new: str) -> None:
    """Replace a text that stands there once."""
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def faults(folder: Path) -> list[str]:
    with pytest.raises(KnowledgeBaseError) as error:
        load(folder)
    return [str(fault) for fault in error.value.faults]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, ["kb", *map(str, arguments)], catch_exceptions=False)


def sign(folder: Path, *names: object, reviewer: str = "Dr A", role: str = "neurologist", on: str = "") -> Result:
    day = ("--on", on) if on else ()
    return run("sign", folder, "--reviewer", reviewer, "--role", role, *day, *names)


def states(folder: Path, on: date = DAY) -> dict[str, str]:
    return {rule.id: rule.state.value for rule in review(load(folder), on).rules}


# ---------- the history ----------


def test_the_history_of_the_bundled_rules(knowledge: KnowledgeBase) -> None:
    """Every rule has its changes, oldest first; a row and a file stand for rules that were there, a removed rule is gone."""
    ids = {name: [change.id for change in record.changes] for name, record in knowledge.records.items()}

    assert ids.keys() == knowledge.rules.keys()
    assert all(ids.values())
    assert ids["SP-05"][:4] == ["founding", "conclusions", "vignettes", "second_correction"]
    assert ids["EM-15.gap"][0] == "second_correction"
    assert {record.changes[0].author for record in knowledge.records.values()} == {"project"}
    assert all(knowledge.records[name].file.startswith("rules/") for name in ids)


def test_a_knowledge_base_needs_a_history(folder: Path) -> None:
    (folder / "governance.yaml").unlink()

    assert faults(folder) == ["governance.yaml:1: the file is missing; a knowledge base needs it"]


@pytest.mark.parametrize(
    "named", ["", "- {id: all, on: 2026-12-01, author: clinic, note: Why, rules: [rules/nose.yaml]}\n"]
)
def test_a_new_rule_needs_a_change_that_names_it(folder: Path, named: str) -> None:
    """A file stands for the rules that were named before, so the new one is not covered by it; nor by a row of older ones."""
    line = len((folder / "rules/nose.yaml").read_text(encoding="utf-8").splitlines()) + 1
    add(folder, "rules/nose.yaml", RULE)
    add(folder, "governance.yaml", named)

    (fault,) = faults(folder)

    assert fault.startswith(f"rules/nose.yaml:{line}: rule `NB-9`: ")
    assert "name it by its id in a change at the end of governance.yaml" in fault


def test_a_new_rule_with_a_change_has_its_author_and_its_note(folder: Path) -> None:
    add(folder, "rules/nose.yaml", RULE)
    add(folder, "governance.yaml", CHANGE.replace("NB-1", "rules/nose.yaml, NB-9"))

    records = load(folder).records

    assert [(change.author, change.note, change.on) for change in records["NB-9"].changes] == [
        ("clinic", "Why", date(2026, 12, 1))
    ]
    assert [change.id for change in records["NB-4"].changes] == ["founding", "again"]


def test_a_row_without_a_rule_of_its_id_stands_for_its_rules(folder: Path) -> None:
    add(folder, "governance.yaml", CHANGE.replace("NB-1", "NB-3"))

    found = {name: [change.id for change in record.changes] for name, record in load(folder).records.items()}

    assert found["NB-3.gap"] == ["founding", "again"]
    assert found["NB-1"] == ["founding"]


def test_a_rule_that_is_gone_is_listed_as_removed(folder: Path) -> None:
    edit(folder, "governance.yaml", "NB-4]", "NB-4, NB-5]")
    assert "unknown rule, row or file `NB-5`" in faults(folder)[0]

    add(folder, "governance.yaml", CHANGE.replace("rules: [NB-1]", "removed: [NB-5]"))
    add(folder, "reviews.yaml", '- {reviewer: A, role: B, on: 2026-11-25, rules: {NB-5: "12"}}\n')

    assert "NB-5" not in load(folder).records


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (CHANGE.replace("NB-1", "NB-11"), 6, "change `again`: unknown rule, row or file `NB-11`; did you mean `NB-1`?"),
        (CHANGE.replace("NB-1", "the nose"), 6, "is listed under `removed`"),
        (CHANGE.replace("rules:", "rule:"), 6, "unknown key `rule`; did you mean `rules`?"),
        (CHANGE.replace(", rules: [NB-1]", ""), 6, "change `again`: names no rule; list them"),
        (CHANGE.replace("rules: [NB-1]", "removed: [NB-7]"), 6, "removed rule `NB-7` was not there before"),
        (CHANGE.replace("note: Why, ", ""), 6, "change `again`: `note` is missing; add it"),
        (CHANGE.replace("clinic", "' '"), 6, "change `again`: `author` is empty; fill it in"),
        (CHANGE.replace("2026-12-01", "spring"), 6, "on `spring` is not a date"),
        (CHANGE.replace("2026-12-01", "2020-12-01"), 6, "2020-12-01 lies before the change above it; the newest stands last"),
        (CHANGE + CHANGE, 7, "change `again` is defined twice"),
        ("- [1\n", 7, "yaml: "),
    ],
)  # fmt: skip
def test_faults_of_the_history(folder: Path, text: str, line: int, said: str) -> None:
    """Each is told at its line, alone: nothing is said about rules that the faulty change may have named."""
    add(folder, "governance.yaml", text)

    told = faults(folder)

    assert any(one.startswith(f"governance.yaml:{line}: ") and said in one for one in told)
    assert {one.split(":")[0] for one in told} == {"governance.yaml"}


@pytest.mark.parametrize("text", ["", "just words", "{a: 1}"])
def test_a_history_that_is_something_else(folder: Path, text: str) -> None:
    (folder / "governance.yaml").write_text(text, encoding="utf-8")

    assert faults(folder) == ["governance.yaml:1: a list of changes is expected; begin each with `- id:`"]


def test_rules_that_cannot_be_read_are_no_fault_of_the_history(folder: Path) -> None:
    (folder / "rules/nose.yaml").write_text("- [1", encoding="utf-8")
    add(folder, "reviews.yaml", '- {reviewer: A, role: B, on: 2026-11-25, rules: {NB-1: "12"}}\n')

    assert [one.split(":")[0] for one in faults(folder)] == ["rules/nose.yaml"]


# ---------- the signatures ----------


@pytest.mark.parametrize("text", [None, "", "# nobody\n", "[]\n"])
def test_signatures_need_not_be_there(folder: Path, text: str | None) -> None:
    if text is not None:
        (folder / "reviews.yaml").write_text(text, encoding="utf-8")

    assert set(states(folder).values()) == {"unsigned"}
    assert sign(folder, "NB-1").exit_code == 0
    assert states(folder)["NB-1"] == "signed"


SIGNATURE = '- {reviewer: A, role: B, on: 2026-11-25, rules: {NB-1: "12"}}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SIGNATURE.replace("NB-1", "NB-11"), "signature: unknown rule `NB-11`; did you mean `NB-1`?"),
        (SIGNATURE.replace("NB-1", "elsewhere"), "a rule that is gone is listed under `removed` of a change in governance.yaml"),
        (SIGNATURE.replace("A,", "'',"), "signature: `reviewer` is empty; fill it in"),
        (SIGNATURE.replace("role: B, ", ""), "signature: `role` is missing; add it"),
        (SIGNATURE.replace("2026-11-25", "today"), "on `today` is not a date"),
        (SIGNATURE.replace('{NB-1: "12"}', "[NB-1]"), "`rules` is no mapping of rules to digests"),
        (SIGNATURE.replace('"12"', "[12]"), "`rules` is no mapping of rules to digests"),
        ("- just words\n", "a mapping with reviewer, role, on, rules is expected"),
        ("words\n", "a list of signatures is expected; `triage kb sign` writes them"),
        ("- [1\n", "yaml: "),
    ],
)  # fmt: skip
def test_faults_of_the_signatures(folder: Path, text: str, said: str) -> None:
    (folder / "reviews.yaml").write_text(text, encoding="utf-8")

    (fault,) = faults(folder)

    assert re.match(r"reviews\.yaml:[12]: ", fault)
    assert said in fault


def to_the_title(folder: Path) -> None:
    edit(folder, "rules/nose.yaml", '"Severe nosebleed"', '"Heavy nosebleed"')


def to_its_condition(folder: Path) -> None:
    edit(folder, "rules/nose.yaml", "map < 60 mm[Hg]", "map < 65 mm[Hg]")


def to_a_pattern_beneath(folder: Path) -> None:
    edit(folder, "patterns.yaml", ">= 30 min", ">= 20 min")


def to_a_derived_quantity_beneath(folder: Path) -> None:
    edit(folder, "derived.yaml", "2 * dia_bp) / 3", "dia_bp) / 2")


@pytest.mark.parametrize(
    ("change", "stale"),
    [
        (to_the_title, {"NB-1"}),
        (to_its_condition, {"NB-1"}),
        (to_a_pattern_beneath, {"NB-1", "NB-2", "NB-3.gap", "NB-4"}),
        (to_a_derived_quantity_beneath, {"NB-1"}),
    ],
)
def test_a_change_makes_the_signature_stale(folder: Path, change: Callable[[Path], None], stale: set[str]) -> None:
    """Of the rule that changed and of every rule above it, and of no other; signing again covers it again."""
    sign(folder, "rules/nose.yaml")
    assert set(states(folder).values()) == {"signed"}

    change(folder)
    check = run("check", folder, "--on", "2026-12-31")

    assert {name for name, state in states(folder).items() if state == "stale"} == stale
    assert check.exit_code == 0, "it is no fault"
    many = "1 signature no longer covers" if len(stale) == 1 else f"{len(stale)} signatures no longer cover"
    assert f"{many} what the rule says: {', '.join(sorted(stale))}" in check.stdout
    assert f"stale, changed since it was signed: {', '.join(sorted(stale))}" in run("review", folder).stdout

    sign(folder, *stale, reviewer="Dr B")
    assert set(states(folder).values()) == {"signed"}
    assert "no longer cover" not in run("check", folder, "--on", "2026-12-31").stdout


def test_a_pattern_two_steps_beneath_counts(folder: Path) -> None:
    pattern = "- {{id: {id}, label: l, row: P-2, when: {when}, sources: [T1], provenance: [sourced], harm: h, report_only: true}}\n"
    add(folder, "patterns.yaml", pattern.format(id="upper", when="bleeding_long"))
    edit(folder, "rules/nose.yaml", "all: [bleeding_long, missing faint]", "all: [upper, missing faint]")
    before = load(folder).records

    to_a_pattern_beneath(folder)
    after = load(folder).records

    assert after["NB-3.gap"].digest != before["NB-3.gap"].digest


def test_what_was_signed_and_stands_again_is_covered_again(folder: Path) -> None:
    """By the one who signed it; whoever signed the words between is not named."""
    sign(folder, "NB-1", reviewer="Dr A")
    to_the_title(folder)
    sign(folder, "NB-1", reviewer="Dr B")
    assert review(load(folder), DAY).rules[0].reviewer == "Dr B"

    edit(folder, "rules/nose.yaml", '"Heavy nosebleed"', '"Severe nosebleed"')

    first = review(load(folder), DAY).rules[0]
    assert (first.state, first.reviewer) == (State.SIGNED, "Dr A")


def test_order_comments_and_layout_are_no_change(folder: Path) -> None:
    before = {name: record.digest for name, record in load(folder).records.items()}
    path = folder / "rules/nose.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    turned = [dict(reversed(entry.items())) for entry in reversed(entries)]

    path.write_text("# a comment\n" + yaml.safe_dump(turned, sort_keys=False, width=40), encoding="utf-8")

    assert {name: record.digest for name, record in load(folder).records.items()} == before
    assert len(set(before.values())) == len(before)


def test_the_content_hash_is_that_of_the_content(folder: Path) -> None:
    """Signing changes neither the hash nor an assessment; an edit of a rule changes the hash."""
    before = load(folder).content_hash

    sign(folder, "NB-1")
    add(folder, "governance.yaml", CHANGE)
    assert load(folder).content_hash == before

    to_the_title(folder)
    assert load(folder).content_hash != before


# ---------- signing ----------


def test_signing_shows_what_it_signs_and_keeps_what_was_there(folder: Path) -> None:
    kept = (
        "# by hand, with odd  spaces\n- {reviewer: Dr Z, role: R, on: 2026-11-25, rules: {NB-4: '12'}}  # and a comment"
    )
    (folder / "reviews.yaml").write_text(kept, encoding="utf-8")
    records = load(folder).records

    result = sign(folder, "NB-1", "NB-3", reviewer='Dr "Ω" A: #1', on="2026-11-25")
    text = (folder / "reviews.yaml").read_text(encoding="utf-8")

    assert (result.exit_code, result.stderr) == (0, "")
    assert all(words in result.stdout for words in ("Severe nosebleed", "2 rules", records["NB-3.gap"].digest))
    assert "NB-4" not in result.stdout
    assert text.startswith(kept + "\n")
    assert read(text, "reviews.yaml", [])[1] == {
        "reviewer": 'Dr "Ω" A: #1', "role": "neurologist", "on": "2026-11-25",
        "rules": {"NB-1": records["NB-1"].digest, "NB-3.gap": records["NB-3.gap"].digest},
    }  # fmt: skip
    assert [path.name for path in folder.iterdir() if "unfinished" in path.name] == []


@pytest.mark.parametrize(
    ("options", "names", "said"),
    [
        ({"reviewer": " "}, ["NB-1"], "reviewer ` `"),
        ({"reviewer": "Dr\nA"}, ["NB-1"], "write it out on one line"),
        ({"role": ""}, ["NB-1"], "role ``"),
        ({"on": (date.today() + timedelta(days=2)).isoformat()}, ["NB-1"], "lies in the future"),
        ({"on": "2026-11-24"}, ["NB-4", "NB-1"], "rule `NB-1`: changed on 2026-11-25, after 2026-11-24"),
        ({}, ["NB-11", "NB-1", "rules/nos.yaml"], "unknown rule, row or file `NB-11`; did you mean `NB-1`?"),
        ({}, ["NB-11", "NB-1", "rules/nos.yaml"], "unknown rule, row or file `rules/nos.yaml`; did you mean `rules/nose.yaml`?"),
    ],
)  # fmt: skip
def test_what_is_not_signed(folder: Path, options: dict[str, str], names: Sequence[str], said: str) -> None:
    result = sign(folder, *names, **options)

    assert (result.exit_code, result.stdout) == (exits.USAGE, "")
    assert said in result.stderr
    assert not (folder / "reviews.yaml").exists()


def test_a_knowledge_base_that_does_not_load_is_not_signed(folder: Path) -> None:
    add(folder, "rules/nose.yaml", RULE)

    result = sign(folder, "NB-1")

    assert (result.exit_code, result.stdout) == (exits.NO_KNOWLEDGE, "")
    assert "rules/nose.yaml:" in result.stderr
    assert not (folder / "reviews.yaml").exists()


def test_what_cannot_be_put_at_the_end_is_left_alone(folder: Path) -> None:
    kept = f"[{SIGNATURE.removeprefix('- ').strip()}]\n"
    (folder / "reviews.yaml").write_text(kept, encoding="utf-8")

    result = sign(folder, "NB-1")

    assert result.exit_code == exits.NO_KNOWLEDGE
    assert "write it as a block list" in result.stderr
    assert (folder / "reviews.yaml").read_text(encoding="utf-8") == kept


@pytest.mark.parametrize("text", ["", "# only a comment", SIGNATURE, "[ ]\n# behind it\n", "\ufeff# a mark of order\n"])
def test_a_signature_is_read_back_behind_what_was_there(text: str) -> None:
    whole = with_signature(text, "Dr A", "GP", DAY, {"no": "1e5", "NB-1": "0123456789012345"})

    assert read(whole, "reviews.yaml", [])[-1] == {
        "reviewer": "Dr A", "role": "GP", "on": "2026-11-25", "rules": {"no": "1e5", "NB-1": "0123456789012345"},
    }  # fmt: skip


def test_names_stand_for_rules(knowledge: KnowledgeBase) -> None:
    """An id for its rule alone, a row for its rules, a file for all of its; in the order of the files, each once."""

    def named(*names: str) -> list[str]:
        return named_rules(knowledge.records, knowledge.rules, names)

    older = [name for name, record in knowledge.records.items() if record.file == "rules/older_people.yaml"]
    assert named("EA-01") == ["EA-01"]
    assert named("SP-17", "VA-01") == ["VA-01", "SP-17.urgent", "SP-17.same_day", "SP-17.same_day.gap"]
    assert named("rules/older_people.yaml", "EA-01") == named("some/where/rules/older_people.yaml") == older
    with pytest.raises(UnknownNameError, match=r"`older`(.|\n)*`EA-99`"):
        named("older", "EA-99")


# ---------- the review ----------


def test_each_rule_is_counted_once(folder: Path) -> None:
    """Due before all else, by the rule's own date or the knowledge base's; then signed, stale, unsigned."""
    edit(folder, "rules/nose.yaml", '  harm: "delay"\n', '  harm: "delay"\n  review_by: 2027-01-01\n')
    sign(folder, "NB-1", "NB-2", "NB-4")
    edit(folder, "rules/nose.yaml", '"Check clotting today."', '"Check clotting and blood count today."')

    soon, later, last = (review(load(folder), day) for day in (DAY, date(2027, 1, 2), date(2100, 1, 1)))

    assert [rule.state for rule in soon.rules] == [State.SIGNED, State.STALE, State.UNSIGNED, State.SIGNED]
    assert later.of(State.DUE) == ["NB-4"]
    assert last.of(State.DUE) == ["NB-1", "NB-2", "NB-3.gap", "NB-4"]
    table = run("review", folder, "--on", "2027-01-02").stdout
    assert ["all", "4", "1", "1", "1", "1"] in [line.split() for line in table.splitlines()]
    assert "due, its review date has passed: NB-4" in table
    assert "every rule" in run("review", folder, "--on", "2100-01-01").stdout


def test_the_review_as_json_says_everything_of_a_rule(folder: Path) -> None:
    add(folder, "governance.yaml", CHANGE)
    sign(folder, "NB-4", on="2026-11-25")

    result = run("review", folder, "--json", "--on", "2026-12-02")
    told = json.loads(result.stdout)
    first, *_, last = told["rules"]

    assert result.exit_code == 0
    assert told["schema"] == "triage.review/1"
    assert told["content_hash"] == load(folder).content_hash
    assert (first["id"], first["row"], first["file"]) == ("NB-1", "NB-1", "rules/nose.yaml")
    assert (first["written"]["author"], first["written"]["on"]) == ("project", "2026-11-25")
    assert (first["changed"]["author"], first["changed"]["note"]) == ("clinic", "Why")
    assert (first["provenance"], first["review_by"]) == (["sourced"], "2099-12-31")
    assert (first["reviewer"], first["reviewed_on"], first["state"]) == ("", None, "unsigned")
    assert (last["reviewer"], last["role"], last["reviewed_on"]) == ("Dr A", "neurologist", "2026-11-25")
    assert last["state"] == "signed"
