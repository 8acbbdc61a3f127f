"""The texts of a knowledge base in another language.

Every text people read is translated under the id it stands under (`rules.VA-01.title`), from the knowledge base's own
`locale/<language>.po`. Conditions, numbers, ids and sources stay: a translated knowledge base decides exactly as the original does.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from triage.errors import UnknownNameError
from triage.findings import Bands, DerivedQuantity, FindingDefinition, Unit
from triage.guidance import Advice, Guidance
from triage.knowledge import KnowledgeBase, named
from triage.language import PSEUDO, SOURCE, Catalogue, Language, matching, read_catalogue
from triage.medicines import Catalogue as Medicines
from triage.rules import Basis

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Translate: TypeAlias = Callable[[str, str], str]
"""Gives a text in another language: what it stands under, and the English text."""

Record = TypeVar("Record", bound="DataclassInstance")

WORDS_FOR_UNITS = frozenset(
    ["a", "mo", "wk", "d", "h", "min", "h/d", "h/wk", "min/wk", "/wk", "L/d", "mg/d", "{puffs}/d", "{units}"]
)
"""Units that are written as words and therefore translated; a symbol is the same everywhere."""


def in_language(knowledge: KnowledgeBase, folder: Path, language: Language) -> KnowledgeBase:
    """
    Give a knowledge base with its texts in another language; what its catalogue lacks stays English.

    Args:
        folder: the knowledge base's own folder.

    Raises:
        UnknownNameError: the knowledge base has no catalogue for this language.
        LanguageError: its catalogue cannot be read.
    """
    if language.is_source:
        return knowledge
    words = Catalogue()
    if language.code not in PSEUDO:
        known = tuple(sorted(path.stem for path in (folder / "locale").glob("*.po")))
        name = matching(language.code, known)
        if name is None:
            there = ", ".join((SOURCE, *known))
            message = f"language: the knowledge base `{knowledge.manifest.id}` has no words in `{language.code}`"
            raise UnknownNameError(f"{message}; there is {there}")
        words = read_catalogue(folder / "locale" / f"{name}.po")
    found = translated(knowledge, lambda under, text: language.phrase(text, words, under))
    return replace(found, language=language.code, translation=words.digest)


def texts(knowledge: KnowledgeBase) -> dict[tuple[str, str], None]:
    """Give every text of a knowledge base with what it stands under, in order, each once."""
    found: dict[tuple[str, str], None] = {}

    def collect(under: str, text: str) -> str:
        found[under, text] = None
        return text

    translated(knowledge, collect)
    return found


def translated(knowledge: KnowledgeBase, translate: Translate) -> KnowledgeBase:
    """Give the knowledge base with every text translated."""
    say = _Saying(translate)
    return replace(
        knowledge,
        manifest=say.fields(knowledge.manifest, "manifest", "title review_status limits"),
        findings={name: say.finding(one) for name, one in knowledge.findings.items()},
        groups={
            group: say.text(f"groups.{group}", named(group))
            for group in dict.fromkeys(one.group for one in knowledge.findings.values())
        },
        derived={name: say.derived(one) for name, one in knowledge.derived.items()},
        patterns={
            name: replace(say.fields(one, f"patterns.{name}", "label harm"), basis=say.basis(one.basis, f"patterns.{name}"))
            for name, one in knowledge.patterns.items()
        },
        rules={
            name: replace(
                say.fields(one, f"rules.{name}", "title action harm deadline"), basis=say.basis(one.basis, f"rules.{name}")
            )
            for name, one in knowledge.rules.items()
        },
        catalogue=say.medicines(knowledge.catalogue),
        screen=tuple(say.fields(page, f"screen.{page.id}", "title") for page in knowledge.screen),
        guidance=say.guidance(knowledge.guidance),
    )  # fmt: skip


class _Saying:
    """Translates the texts of one kind of thing after the other."""

    def __init__(self, translate: Translate) -> None:
        self._translate = translate

    def text(self, under: str, text: str) -> str:
        """Translate a text; nothing stays nothing."""
        return self._translate(under, text) if text else ""

    def fields(self, one: Record, under: str, names: str) -> Record:
        """Translate some fields of a record."""
        return replace(one, **{name: self.text(f"{under}.{name}", getattr(one, name)) for name in names.split()})

    def each(self, found: Mapping[str, Record], kind: str, names: str) -> dict[str, Record]:
        """Translate some fields of every record of a kind."""
        return {name: self.fields(one, f"{kind}.{name}", names) for name, one in found.items()}

    def basis(self, basis: Basis, under: str) -> Basis:
        """Translate the note on what a statement rests on."""
        return replace(basis, note=self.text(f"{under}.provenance_note", basis.note))

    def finding(self, finding: FindingDefinition) -> FindingDefinition:
        """Translate a finding with its options, units and bands."""
        under = f"findings.{finding.id}"
        return replace(
            self.fields(finding, under, "label question"),
            options=tuple(
                replace(one, label=self.text(f"{under}.options.{one.id}", one.label)) for one in finding.options
            ),
            units=tuple(map(self.unit, finding.units)),
            bands=self.bands(finding.bands, under),
        )

    def derived(self, quantity: DerivedQuantity) -> DerivedQuantity:
        """Translate a derived quantity with its bands."""
        under = f"derived.{quantity.id}"
        return replace(self.fields(quantity, under, "label"), bands=self.bands(quantity.bands, under))

    def unit(self, unit: Unit) -> Unit:
        """Translate a unit that is a word; the English one is still read."""
        if unit.ucum not in WORDS_FOR_UNITS:
            return unit
        return replace(unit, spellings=(self.text(f"units.{unit.ucum}", unit.shown), *unit.spellings))

    def bands(self, bands: Bands | None, under: str) -> Bands | None:
        """Translate the words of bands; the one that counts as in range stays that one."""
        if bands is None:
            return None

        def word(one: str) -> str:
            return self.text(f"{under}.bands", one)

        return Bands(word(bands.first), tuple((limit, word(one)) for limit, one in bands.cuts), word(bands.normal))

    def medicines(self, catalogue: Medicines) -> Medicines:
        """Translate the names that are shown; every name that was read is still read, and no other."""
        return replace(
            catalogue,
            ingredients={
                name: replace(one, shown=self.text(f"medicines.{name}.label", one.label))
                for name, one in catalogue.ingredients.items()
            },
            classes=self.each(catalogue.classes, "classes", "label concern"),
        )

    def advice(self, item: Advice) -> Advice:
        """Translate an advice item with its reasons and cautions."""
        under = f"advice.{item.id}"
        return replace(
            self.fields(item, under, "title text honesty replacement"),
            withhold=tuple(replace(one, reason=self.text(f"{under}.withhold", one.reason)) for one in item.withhold),
            cautions=tuple(replace(one, text=self.text(f"{under}.caution", one.text)) for one in item.cautions),
            basis=self.basis(item.basis, under),
        )

    def guidance(self, guide: Guidance) -> Guidance:
        """Translate everything that follows from a verdict."""
        return Guidance(
            causes=self.each(guide.causes, "causes", "label plain"),
            destinations=self.each(guide.destinations, "destinations", "label plain"),
            urgencies={
                level: self.fields(
                    one, f"urgencies.{level.value}",
                    "word time deadline action plain_action request request_about",
                )
                for level, one in guide.urgencies.items()
            },
            investigations={
                name: replace(
                    self.fields(one, f"investigations.{name}", "label first second"),
                    basis=self.basis(one.basis, f"investigations.{name}"),
                )
                for name, one in guide.investigations.items()
            },
            advice={name: self.advice(item) for name, item in guide.advice.items()},
            safety_nets={
                name: replace(
                    self.fields(net, f"safety_netting.{name}", "title"),
                    points=tuple(self.text(f"safety_netting.{name}.points", point) for point in net.points),
                )
                for name, net in guide.safety_nets.items()
            },
            honesty={
                name: replace(
                    self.fields(one, f"honesty.{name}", "topic text"), basis=self.basis(one.basis, f"honesty.{name}")
                )
                for name, one in guide.honesty.items()
            },
            conflicts=self.each(guide.conflicts, "conflicts", "note"),
        )  # fmt: skip
