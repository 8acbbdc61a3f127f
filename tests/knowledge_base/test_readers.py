"""Both readers that fire give exactly what the reference reader calls TRUE, on every case of the knowledge base."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from triage.casebook import Intake, rule_cases, vignettes
from triage.chart import Chart
from triage.charting import chart_of
from triage.intake import read_intake
from triage.interpreters.ask import Program
from triage.interpreters.fire import Network
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.resources import data_folder
from triage.truth import TRUE


def intakes() -> list[Intake]:
    folder = data_folder("knowledge_base")
    near = [raw for case in rule_cases(folder) for raw in (*case.fires, *case.near_miss)]
    return [*(case.intake for case in vignettes(folder)), *near]


@pytest.fixture(scope="module")
def charts(knowledge: KnowledgeBase) -> list[Chart]:
    return [chart_of(knowledge, read_intake(knowledge, raw).answers) for raw in intakes()]


@pytest.fixture(scope="module")
def network(knowledge: KnowledgeBase) -> Network:
    patterns = {name: pattern.when for name, pattern in knowledge.patterns.items()}
    return Network(patterns, {name: rule.when for name, rule in knowledge.rules.items()})


def test_equal_on_every_case(knowledge: KnowledgeBase, charts: list[Chart], network: Network) -> None:
    patterns = {name: pattern.when for name, pattern in knowledge.patterns.items()}
    program = Program(patterns, {name: rule.when for name, rule in knowledge.rules.items()})
    different = []
    for chart in charts:
        reader = Reference(patterns, chart)
        expected = {name for name, rule in knowledge.rules.items() if reader.truth(rule.when) is TRUE}
        fired, evaluated = network.fire(chart), program.fire(chart)
        if not set(fired.rules) == set(evaluated.rules) == expected or fired.rules != evaluated.rules:
            different.append(chart)

    assert len(charts) > 3000
    assert different == []


def test_the_same_from_eight_threads(charts: list[Chart], network: Network) -> None:
    some = charts[:: len(charts) // 200]
    alone = [network.fire(chart) for chart in some]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(network.fire, some)) == alone


def test_every_fired_rule_has_evidence(charts: list[Chart], network: Network) -> None:
    for chart in charts[::50]:
        assert all(evidence for evidence in network.fire(chart).rules.values())
