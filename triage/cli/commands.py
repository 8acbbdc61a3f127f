"""The command line: assess, report, verify, interview, explain, and a demonstration; `kb` stands in `knowledge`.

Promise: what is printed as JSON is the library's, byte for byte; an error is a line on stderr and an exit code of `EXIT_CODES`,
never a traceback; text of a patient or a host can neither steer the terminal nor stop the output. The exit code of `assess` says
whether it worked, not how urgent it is.
"""

import gc
import json
import os
import signal
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from triage.changing import Changes
from triage.cli import demonstration, interviewing, knowledge, words
from triage.cli.exits import DONE, FAULTS, NO_INTAKE, USAGE, complain, exit_codes, fail
from triage.cli.files import (
    because,
    day_of,
    engine_on,
    pdf_lacks,
    read,
    read_intake_file,
    read_report,
    write_file,
    write_out,
)
from triage.cli.options import EPILOG, Day, Folder, Input, Speak, plain_app
from triage.cli.printing import Settings, misplaced, print_all, printed
from triage.cli.summary import summary
from triage.cli.terminal import console_for, print_parts, say
from triage.errors import ReportError
from triage.explaining import Explanation
from triage.findings import Answerer
from triage.intake import Contradicting
from triage.language import speaking
from triage.reporting import Document, Format, PageSize
from triage.reporting.words import harmless

SUFFIXES: Mapping[str, Format] = {".html": "html", ".htm": "html", ".pdf": "pdf", ".txt": "text"}
"""The format a report gets from the name of its file."""

Schema: TypeAlias = Literal["intake", "assessment", "explanation", "changes", "next", "verification", "review"]

app = plain_app()
app.add_typer(knowledge.app, name="kb", help="Look after a knowledge base.", epilog=EPILOG)
app.add_typer(words.app, name="words", help="Look after the languages.", epilog=EPILOG)


def main() -> None:
    """Run the command line; the entry point of `triage`."""
    if hasattr(signal, "SIGPIPE"):
        # `| head` ends this process quietly, as it does any other.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    # A command keeps most of what it makes until it ends: looking for garbage every 700 objects takes a twentieth of its time.
    gc.set_threshold(100_000)
    app()


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cramp-triage {version('cramp-triage')}")
        raise typer.Exit(DONE)


@app.callback()
def _every_command(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Triage of muscle cramps: how urgently, where to, why, and what is still unknown."""


@app.command(epilog=EPILOG)
@exit_codes()
def assess(
    file: Input,
    as_json: Annotated[bool, typer.Option("--json", help="Print the assessment as JSON.")] = False,
    on: Day = None,
    strict: Annotated[bool, typer.Option("--strict", help="List faults of the intake and stop.")] = False,
    scope: Annotated[
        list[Answerer] | None,
        typer.Option(
            metavar="person|examination|laboratory", help="Who can still be asked; may be given several times. [person]"
        ),
    ] = None,
    language: Speak = None,
    kb: Folder = None,
) -> None:
    """
    Say how urgent it is, where to go and why.

    \b
    Example:
      triage assess intake.json
      triage assess - --json --scope person --scope examination < intake.json
    """
    intake = read_intake_file(read(file))
    assessment = engine_on(kb, language).assess(intake, on=day_of(on), scope=scope or (Answerer.PERSON,))
    if strict and assessment.input_faults:
        fail(FAULTS, [f"{fault.place}: {fault.problem}; {fault.mend}" for fault in assessment.input_faults])
    if as_json:
        write_out(assessment.to_json().encode())
    else:
        console = console_for()
        # Without colours the spaces around the urgency would only look like a slip.
        print_parts(console, summary(assessment, padded=console.color_system is not None))


@app.command(epilog=EPILOG)
@exit_codes()
def report(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="An intake or an assessment as JSON; - reads standard input.")
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|FOLDER/",
            help="A .pdf, .html or .txt file; - is standard output. Of several inputs, or with a / at its end, a folder.",
        ),
    ],
    format: Annotated[
        Format | None,
        typer.Option(help="What to write, where the name of the file does not say it. [pdf in a folder]"),
    ] = None,
    document: Annotated[
        Document,
        typer.Option(
            help="The full report, its letter alone, the patient's handout, the phone hand-over card, or the page to redo the decision by hand."
        ),
    ] = "report",
    page_size: Annotated[PageSize, typer.Option(help="Paper of the report, the letter and the handout.")] = "A4",
    templates: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", exists=True, file_okay=False, help="Your own templates, taken before ours, name by name."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="In a folder: make anew what is there and was made of the same.")
    ] = False,
    on: Day = None,
    language: Speak = None,
    kb: Folder = None,
) -> None:
    """
    Write a report: PDF, HTML or plain text; of several inputs, a folder of them.

    A folder goes on where it was stopped: what is there and was made of the same is kept.

    \b
    Example:
      triage report intake.json -o report.pdf
      triage report intake.json -o - --format text --document sbar
      triage report intakes/*.json -o reports/
    """
    if len(files) > 1 or output.endswith(("/", os.sep)):
        _report_all(
            files, output, Settings(format or "pdf", document, page_size, templates, language), day_of(on), kb, force
        )
        return
    (file,) = files
    wanted = format or SUFFIXES.get(Path(output).suffix.lower())
    if wanted is None:
        fail(USAGE, [f"output `{output}`: no format; end the name in .pdf, .html or .txt, or add --format"])
    settings = Settings(wanted, document, page_size, templates, language)
    content = printed(read(file), settings, day_of(on), lambda: engine_on(kb, language))
    if output == "-":
        write_out(content)
    else:
        write_file(Path(output), content)


def _report_all(
    files: Sequence[str], output: str, settings: Settings, on: date | None, kb: Path | None, force: bool
) -> None:
    out = Path(output)
    if output == "-" or out.suffix.lower() in SUFFIXES:
        fail(USAGE, [f"output `{output}`: no folder; several reports need one, such as `reports/`"])
    misfits = misplaced(files, out, settings.format)
    if misfits:
        fail(USAGE, misfits)
    counts = Counter[str]()
    for one in print_all(files, out, settings, on, kb, again=force):
        counts[one.fate] += 1
        complain(f"{one.file}: {problem}" for problem in one.problems)
    say(f"{out}: {counts['written']} written, {counts['kept']} kept as they were, {counts['faulty']} with faults")
    if counts["faulty"]:
        raise typer.Exit(FAULTS)


@app.command(epilog=EPILOG)
@exit_codes()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE.pdf", help="A report made as PDF.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
    kb: Folder = None,
) -> None:
    """
    Run the case of a report again on the intake it carries, and say what comes out otherwise.

    It also notices attachments that were changed, unless their hash was changed with them: only a signature would tell that.

    \b
    Example:
      triage verify report.pdf
    """
    from triage.verifying import Verification
    from triage.verifying import verify as run_again

    found = run_again(read_report(file), engine_on(kb))
    if as_json:
        write_out(found.to_json().encode())
    else:
        say(Verification.model_validate(harmless(found.model_dump(mode="json", by_alias=True))).to_text())
    if found.attachments == "unchanged" and found.problems and found.outcome == "not_run":
        raise typer.Exit(NO_INTAKE)
    if not found.sound:
        raise typer.Exit(FAULTS)


@app.command(epilog=EPILOG)
@exit_codes()
def interview(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="What is known already, as JSON; it is read, not changed.")
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the answers here after every screen; goes on from it when it exists."),
    ] = None,
    scope: Annotated[
        list[Answerer] | None,
        typer.Option(
            metavar="person|examination|laboratory", help="Who can be asked; may be given several times. [person]"
        ),
    ] = None,
    on: Day = None,
    language: Speak = None,
    kb: Folder = None,
) -> None:
    """
    Ask what still matters, danger first, and stop when nothing does.

    \b
    Example:
      triage interview --save intake.json
      triage interview known.json --scope person --scope examination
    """
    answers = dict(read_intake_file(read(file))) if file is not None else {}
    if save is not None and save.exists():
        answers |= read_intake_file(read(str(save)))
    # A question that was answered both ways is asked again.
    answers = {name: answer for name, answer in answers.items() if not isinstance(answer, Contradicting)}
    engine, day, who = engine_on(kb, language), day_of(on), tuple(scope or (Answerer.PERSON,))
    with speaking(engine.language):
        answers, certificate = interviewing.interview(engine, answers, who, day, save)
        stopped = interviewing.stopped()
        typer.echo(f"\n{certificate.sentence if certificate is not None else stopped}")
    console = console_for()
    print_parts(console, summary(engine.assess(answers, on=day, scope=who), padded=console.color_system is not None))


@app.command(epilog=EPILOG)
@exit_codes()
def explain(
    file: Input,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="A rule, a row of rules, a cause, a pattern or an advice item. [what would change the urgency]",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the explanation as JSON.")] = False,
    on: Day = None,
    language: Speak = None,
    kb: Folder = None,
) -> None:
    """
    Say why something was concluded, or why not, test by test; without a name, what would change the urgency.

    \b
    Example:
      triage explain intake.json cauda_equina
      triage explain intake.json
    """
    intake, engine = read_intake_file(read(file)), engine_on(kb, language)
    found: Explanation | Changes = (
        engine.what_would_change(intake, on=day_of(on)) if name is None else engine.explain(intake, name, on=day_of(on))
    )
    if as_json:
        write_out(found.to_json().encode())
    else:
        with speaking(engine.language):
            say(type(found).model_validate(harmless(found.model_dump(mode="json"))).to_text())


@app.command(epilog=EPILOG)
@exit_codes()
def schema(
    of: Annotated[
        Schema,
        typer.Argument(
            metavar="intake|assessment|explanation|changes|next|verification|review", help="What the schema describes."
        ),
    ],
    kb: Folder = None,
) -> None:
    """
    Print the JSON Schema of the intake or of anything that comes out.

    \b
    Example:
      triage schema intake > intake.schema.json
    """
    from triage.schemas import intake_schema, published_schema

    found = intake_schema(engine_on(kb).knowledge) if of == "intake" else published_schema(of)
    write_out((json.dumps(found, indent=2, ensure_ascii=False) + "\n").encode())


@app.command(epilog=EPILOG)
@exit_codes()
def demo(
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write; made when it is missing.")] = Path("out"),
    no_pdf: Annotated[bool, typer.Option("--no-pdf", help="Leave out the PDFs, which take most of the time.")] = False,
) -> None:
    """
    Assess every sample intake and write its reports.

    One page, index.html, links them all.

    \b
    Example:
      triage demo --out out
    """
    missing = "" if no_pdf else pdf_lacks()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ReportError(f"output `{out}`: {because(problem)}") from problem
    kinds = (
        {"HTML": ".html", "JSON": ".json"} if no_pdf or missing else {"PDF": ".pdf", "HTML": ".html", "JSON": ".json"}
    )
    made = demonstration.write_samples(out, pdf="PDF" in kinds)
    write_file(out / "index.html", demonstration.index(made, kinds).encode())
    print_parts(console_for(), demonstration.samples_table(made, kinds))
    say(f"Open {out / 'index.html'}")
    if missing:
        typer.echo(f"No PDFs were written. {missing}", err=True)
