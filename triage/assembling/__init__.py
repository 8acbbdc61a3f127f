"""From fired rules to the assessment: everything a report or a host needs, in words and in order.

Nothing is decided here: the readers, the verdict, the bounds and the advice step did that. `case.py` holds one run and how to say
it; `urgency.py`, `reasons.py`, `answers.py` and `plan.py` give the parts.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import date

from triage import assessment as a
from triage.assembling.answers import answers, laboratory, medicines, red_flags
from triage.assembling.case import Case, Found
from triage.assembling.plan import advice, honest_notes, investigations, limits, safety_netting, sources
from triage.assembling.reasons import causes, fired_rules, near_rules, patterns
from triage.assembling.urgency import destinations, open_questions, urgency, urgency_range
from triage.intake import Contradicting
from triage.interpreters.prose import Prose
from triage.knowledge import KnowledgeBase

__all__ = ["Found", "assemble", "identify"]


def identify(knowledge: KnowledgeBase, raw: object, as_of: str) -> str:
    """Give the id of an assessment: the same knowledge base, intake and moment have the same one."""
    written = json.dumps(
        [knowledge.content_hash, as_of, _keyed(raw)], sort_keys=True, default=_plain, ensure_ascii=True
    )
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def _keyed(value: object) -> object:
    """Give the same data with texts as keys, so that they can be sorted."""
    if isinstance(value, Mapping):
        return {str(key): _keyed(part) for key, part in value.items()}
    return [_keyed(part) for part in value] if isinstance(value, list | tuple) else value


def _plain(value: object) -> object:
    """Give what JSON has no word for as `write_json` does; a set has no order of its own, and an object no lasting address."""
    if isinstance(value, Collection):
        return sorted(value, key=repr)
    if isinstance(value, date):
        return value.isoformat()
    return repr(value) if isinstance(value, Contradicting) else type(value).__name__


def assemble(knowledge: KnowledgeBase, prose: Prose, found: Found, identity: str) -> a.Assessment:
    """Give the assessment of one run."""
    case = Case(knowledge, prose, found)
    fired = fired_rules(case)
    suspected = causes(case, fired)
    open_now = open_questions(case)
    tests = investigations(case)
    given, withheld = advice(case)
    notes = honest_notes(case, given, withheld)
    manifest = knowledge.manifest
    return a.Assessment(
        id=identity,
        as_of=found.as_of,
        engine=found.engine,
        engine_version=found.engine_version,
        knowledge_base=a.KnowledgeBaseInfo(
            id=manifest.id, title=manifest.title, version=manifest.version, content_hash=knowledge.content_hash,
            review_status=manifest.review_status, reviewers=manifest.reviewers,
            language=knowledge.language, translation=knowledge.translation,
        ),
        patient=found.intake.patient,
        referral=found.intake.referral,
        urgency=urgency(case, suspected),
        urgency_range=urgency_range(case, open_now),
        destinations=destinations(case),
        causes=suspected,
        red_flags=red_flags(case),
        fired_rules=fired,
        near_rules=near_rules(case),
        patterns=patterns(case),
        medicines=medicines(case, fired),
        laboratory=laboratory(case),
        answers=answers(case),
        open_questions=open_now,
        investigations=tests,
        advice_given=given,
        advice_withheld=withheld,
        safety_netting=safety_netting(case),
        honest_notes=notes,
        input_faults=found.intake.faults,
        conflicts=found.conflicts,
        sources=sources(case),
        limits=limits(case),
    )  # fmt: skip
