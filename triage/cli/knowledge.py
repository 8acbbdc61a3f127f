"""The commands that look after a knowledge base: its faults, its cases, what its cases would not notice, and who answers for it."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from triage.cli import governance
from triage.cli.exits import FAULTS, USAGE, exit_codes, fail
from triage.cli.files import day_of, folder_of, write_file, write_out
from triage.cli.options import EPILOG, Day, Pack, plain_app
from triage.cli.terminal import console_for, print_parts, say, through
from triage.engine import Triage
from triage.errors import KnowledgeBaseError, UnknownNameError
from triage.reporting.words import harmless, together

app = plain_app()


@app.command(epilog=EPILOG)
@exit_codes()
def check(
    folder: Pack = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day against which review dates are held. [today]"),
    ] = None,
) -> None:
    """
    List every fault of a knowledge base as file:line: what is wrong.

    \b
    Example:
      triage kb check knowledge_base
    """
    from triage.loader.load import load

    try:
        loaded = load(folder_of(folder), on=day_of(on) or date.today())
    except KnowledgeBaseError as problem:
        count = f"{len(problem.faults)} fault{'' if len(problem.faults) == 1 else 's'}"
        say("\n".join([*(harmless(str(fault)) for fault in problem.faults), count]))
        raise typer.Exit(FAULTS) from None
    manifest = harmless(vars(loaded.manifest))
    counts = {
        "findings": loaded.findings, "derived quantities": loaded.derived, "patterns": loaded.patterns,
        "rules": loaded.rules, "medicines": loaded.catalogue.ingredients, "causes": loaded.guidance.causes,
        "sources": loaded.sources,
    }  # fmt: skip
    rows = [
        ("version", f"{manifest['id']} {manifest['version']}"),
        *((what, f"{len(found):,}") for what, found in counts.items()),
        ("review", f"{manifest['review_status']}; reviewers: {together(manifest['reviewers']) or 'none'}"),
        ("signed", f"{sum(record.signed for record in loaded.records.values()):,} of {len(loaded.rules):,} rules"),
        ("review by", manifest["review_by"].isoformat()),
        ("content hash", loaded.content_hash),
    ]
    lines = [f"{manifest['title']}: no fault", "", *(f"  {label:<20}{text}" for label, text in rows)]
    say("\n".join([*lines, "", governance.stale(loaded.records)]))


@app.command(epilog=EPILOG)
@exit_codes()
def cases(
    folder: Pack = None,
    on: Day = None,
) -> None:
    """
    Assess every vignette of a knowledge base, and say what is not as expected.

    Under-triage, over-triage, causes named, and advice that must not be given, for each level of urgency.

    \b
    Example:
      triage kb cases knowledge_base
    """
    from triage.casebook import outcome, unknown_names, vignettes
    from triage.cli.casebook import differences, table

    where = folder_of(folder)
    engine = Triage(where, engine="compiled")
    known = vignettes(where)
    found = [outcome(engine, case, on=day_of(on) or date.today()) for case in through(known, "Assessing the vignettes")]
    print_parts(console_for(), table(found))
    wrong = [*unknown_names(engine, known), *differences(found)]
    if wrong:
        say("\n".join(map(harmless, wrong)))
        raise typer.Exit(FAULTS)


@app.command(epilog=EPILOG)
@exit_codes()
def mutate(
    folder: Pack = None,
    sample: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only so many changes, drawn at random. [all]")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="The same seed draws the same changes.")] = 0,
    only: Annotated[
        str, typer.Option(metavar="PREFIX", help="Only what has an id that begins so, such as EL- or adv_. [all]")
    ] = "",
    jobs: Annotated[int | None, typer.Option(min=1, metavar="N", help="Processes. [one for each processor]")] = None,
    on: Day = None,
) -> None:
    """
    Change one thing of a knowledge base at a time, and say which changes no case catches.

    The whole takes some minutes. Survivors with a reason in cases/survivors.yaml are listed apart.

    \b
    Example:
      triage kb mutate knowledge_base
      triage kb mutate --only EL- --sample 100
    """
    from triage.casebook import explained
    from triage.catching import Checks, examine
    from triage.cli import mutation
    from triage.loader.load import load
    from triage.mutating import drawn, mutants

    where, day = folder_of(folder), day_of(on) or date.today()
    knowledge, reasons = load(where), explained(where)
    checks = Checks(knowledge, where, on=day)
    known = [one for one in mutants(knowledge) if one.entry.id.startswith(only)]
    if not known:
        fail(USAGE, [f"only `{only}`: no rule, pattern, advice, finding or medicine begins so; check the prefix"])
    chosen = drawn(known, sample, seed)
    catching = examine(checks, where, chosen, on=day, jobs=jobs or os.cpu_count() or 1)
    found = [
        mutation.Judged(mutant, caught_by, reasons.get(mutant.id, ""))
        for mutant, caught_by in zip(through(chosen, "Changing one thing at a time"), catching, strict=True)
    ]
    # A reason for what was not tried this time may still be needed.
    tried = {mutant.id for mutant in chosen}
    due = {name: reason for name, reason in reasons.items() if name in tried or (not only and sample is None)}
    print_parts(console_for(), mutation.table(found))
    wrong = list(mutation.faults(found, due, checks.failing))
    told = [*mutation.explained(found), *wrong]
    if told:
        say("\n".join(map(harmless, told)))
    if wrong:
        raise typer.Exit(FAULTS)


@app.command(epilog=EPILOG)
@exit_codes()
def review(
    folder: Pack = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the record of every rule as JSON.")] = False,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day against which review dates are held. [today]"),
    ] = None,
) -> None:
    """
    Say which rules somebody has signed, which changed since, and which are due.

    Each rule is counted once: due, its review date has passed; signed, as it is now; stale, changed since; else unsigned.

    \b
    Example:
      triage kb review knowledge_base
      triage kb review knowledge_base --json
    """
    from triage.loader.load import load
    from triage.reviewing import review as reviewed

    found = reviewed(load(folder_of(folder)), day_of(on) or date.today())
    if as_json:
        write_out(found.to_json().encode())
        return
    print_parts(console_for(), governance.table(found))
    say("\n".join(governance.waiting(found)))


@app.command(epilog=EPILOG)
@exit_codes()
def sign(
    folder: Annotated[Path, typer.Argument(metavar="KNOWLEDGE_BASE", help="The knowledge base.")],
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="RULE|ROW|FILE...", help="What you have read: rules; rows, for all their rules; files of rules."
        ),
    ],
    reviewer: Annotated[str, typer.Option(metavar="NAME", help="Who signs.")],
    role: Annotated[str, typer.Option(metavar="ROLE", help="As whom, such as a specialty.")],
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day of the review. [today]")
    ] = None,
) -> None:
    """
    Sign rules as they are written now, in reviews.yaml.

    A signature covers a rule until its words, its condition or a pattern beneath it change. Earlier signatures stay as they are.

    \b
    Example:
      triage kb sign knowledge_base --reviewer "Dr A. Example" --role "neurologist" SP-01 SP-17.urgent
      triage kb sign knowledge_base --reviewer "Dr A. Example" --role "neurologist" rules/spine_and_nerve.yaml
    """
    from triage.loader.governance import REVIEWS, named_rules, with_signature
    from triage.loader.load import load

    day = day_of(on) or date.today()
    for option, text in (("reviewer", reviewer), ("role", role)):
        if not text.strip() or not text.isprintable():
            fail(USAGE, [f"{option} `{text}`: no name anybody could read; write it out on one line"])
    if day > date.today():
        fail(USAGE, [f"on {day}: lies in the future; give the day of the review"])
    where = folder_of(folder)
    knowledge = load(where)
    try:
        chosen = named_rules(knowledge.records, knowledge.rules, names)
    except UnknownNameError as problem:
        fail(USAGE, str(problem).splitlines())
    records = {name: knowledge.records[name] for name in chosen}
    late = [
        f"rule `{name}`: changed on {one.changes[-1].on}, after {day}"
        for name, one in records.items()
        if one.changes[-1].on > day
    ]
    if late:
        fail(USAGE, [f"{line}; read what it says now and sign with the day of that" for line in late])
    path = where / REVIEWS
    before = path.read_bytes().decode() if path.exists() else ""
    digests = {name: record.digest for name, record in records.items()}
    write_file(path, with_signature(before, reviewer.strip(), role.strip(), day, digests).encode())
    width = max(map(len, chosen))
    count = f"{len(chosen):,} rule{'' if len(chosen) == 1 else 's'}"
    lines = [f"{name:<{width}}  {digest}  {knowledge.rules[name].title}" for name, digest in digests.items()]
    say("\n".join([
        harmless(f"Signed by {reviewer.strip()}, {role.strip()}, on {day}: {count}, in {path}"),
        "", *(f"  {harmless(line)}" for line in lines),
    ]))  # fmt: skip
