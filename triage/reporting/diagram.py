"""How the answers lead to the conclusions: boxes in three columns and the edges between them; the template only draws them.

Answers at the left, patterns in the middle, conclusions at the right, the most urgent on top. A rule that rests on an answer
without a pattern in between has a thin lane through the middle. Solid is known; dashed hangs on something unknown. Only what
the assessment says of the rules that fired is drawn, never the whole graph of rules, and at most eight boxes in a column.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from triage.language import say, say_many
from triage.reporting import words
from triage.reporting.reasoning import unanswered
from triage.reporting.words import Plain

BOX, LANE, SPACE = 34, 8, 5
"""The heights of a box, of a lane and of the space between two, in CSS pixels."""
_MOST = 8
_ANSWER, _PATTERN, _CONCLUSION = 78, 46, 74
"""Characters that fit two lines in a box of each column."""


@dataclass(eq=False)
class _Node:
    """A box, or a lane (no text); `to` holds its edges to the next column and whether each is known."""

    kind: str
    text: str
    known: bool
    urgency: str | None = None
    to: dict["_Node", bool] = field(default_factory=dict)
    row: float = 0.0
    top: float = 0.0

    @property
    def height(self) -> int:
        return LANE if self.kind == "lane" else BOX

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def diagram(plain: Plain) -> Plain | None:
    """
    Lay out the reasoning of an assessment.

    Returns:
        `height` of every column in CSS pixels; `columns`, two or three, each with its `kind` and `nodes` (`kind` answer,
        pattern, conclusion or lane; `text`, `known`, `urgency`, `top`, `height`); `gaps`, one between each two columns, each a
        list of edges (`start` and `end` from the top, `known`); `left`, how many conclusions are not drawn. None when no rule
        fired, or none that stands.
    """
    rules = _standing(plain)
    if not rules:
        return None
    patterns = {pattern["id"]: pattern for pattern in plain["patterns"]}
    yes = {answer["finding"]: answer["yes"] for answer in plain["answers"]}
    drawn = [rule | {"evidence": [_read(item, yes) for item in rule["evidence"]]} for rule in rules[:_MOST]]
    ends = [
        _Node("conclusion", words.shorten(rule["title"], _CONCLUSION), not rule["gap"], rule["urgency"])
        for rule in drawn
    ]
    middle = _patterns(drawn, ends, patterns)
    answers = _answers(drawn, ends, middle, patterns)
    lanes = [node for node in {end: None for answer in answers for end in answer.to} if node.kind == "lane"]
    columns = [answers, [*middle.values(), *lanes], ends] if middle else [answers, ends]
    _arrange(columns)
    height = max(sum(node.height for node in column) + SPACE * (len(column) - 1) for column in columns)
    for column in columns:
        _spread(column, height)
    return {
        "height": height,
        "columns": [_column(column) for column in columns],
        "gaps": [
            [
                {"start": node.middle, "end": end.middle, "known": known}
                for node in column
                for end, known in node.to.items()
            ]
            for column in columns[:-1]
        ],
        "left": len(rules) - len(drawn),
    }


def _standing(plain: Plain) -> list[Plain]:
    """Give the rules that count, of those with one row and title only the most urgent; the order is the assessment's."""
    first: dict[tuple[str, str], Plain] = {}
    for rule in plain["fired_rules"]:
        if not rule["set_aside"]:
            first.setdefault((rule["row"], rule["title"]), rule)
    return list(first.values())


def _read(item: Plain, yes: Mapping[str, bool | None]) -> Plain:
    """Add whether an answer is yes or no (None for any other); a derived quantity and an older assessment have only words."""
    known = yes.get(item["finding"])
    return item | {"yes": {"yes": True, "no": False}.get(item["answer"].lower()) if known is None else known}


def _patterns(rules: Sequence[Plain], ends: Sequence[_Node], patterns: Mapping[str, Plain]) -> dict[str, _Node]:
    """
    Give the patterns between answers and conclusions, by id.

    One that does not hold leads nowhere, and one that is not known only to a rule that fired because of that.
    """
    found: dict[str, _Node] = {}
    for rule, end in zip(rules, ends, strict=True):
        for name in rule["patterns"]:
            pattern = patterns.get(name)
            if pattern is None or pattern["truth"] == "false" or (pattern["truth"] == "unknown" and not rule["gap"]):
                continue
            known = pattern["truth"] == "true"
            if name not in found and len(found) == _MOST:
                continue
            node = found.setdefault(name, _Node("pattern", words.shorten(pattern["label"], _PATTERN), known))
            node.to[end] = known
    return found


def _answers(
    rules: Sequence[Plain], ends: Sequence[_Node], middle: Mapping[str, _Node], patterns: Mapping[str, Plain]
) -> list[_Node]:
    """Give the answers that the rules rest on: the telling ones of each rule in turn, the rest as one box."""
    items = {item["finding"]: item for rule in rules for item in rule["evidence"]}
    chosen = _chosen([_by_weight(rule["evidence"]) for rule in rules], _MOST if len(items) <= _MOST else _MOST - 1)
    boxes = {
        name: _Node("answer", words.shorten(_said(items[name]), _ANSWER), _is_known(items[name])) for name in chosen
    }
    rest = [name for name in items if name not in boxes]
    if rest:
        text = say_many(len(rest), "{number} more answer", "{number} more answers")
        more = _Node("answer", text, all(_is_known(items[name]) for name in rest))
        boxes |= dict.fromkeys(rest, more)
    reasons = {name: _reasons(pattern["because"]) for name, pattern in patterns.items()}
    for rule, end in zip(rules, ends, strict=True):
        via = [name for name in rule["patterns"] if name in middle and end in middle[name].to]
        lane = _Node("lane", "", True)
        for item in rule["evidence"]:
            box, known = boxes[item["finding"]], _is_known(item)
            led = [middle[name] for name in via if _said(item) in reasons[name]]
            # Without any pattern there is no column to lead a lane through.
            for node in led or [lane if middle else end]:
                box.to[node] = known and box.to.get(node, True)
            if not led and not known:
                lane.known = False
        lane.to[end] = lane.known
    return list(dict.fromkeys(boxes.values()))


def _by_weight(evidence: Iterable[Plain]) -> list[str]:
    """Order the findings of a rule: what is present or not known before what was denied."""
    told = sorted(evidence, key=lambda item: item["state"] == "not_applicable" or item["yes"] is False)
    return list(dict.fromkeys(item["finding"] for item in told))


def _chosen(lists: Sequence[Sequence[str]], number: int) -> list[str]:
    """Let each list in turn give its first name that no other gave, until there are enough."""
    chosen: dict[str, None] = {}
    for _ in range(number):
        for names in lists:
            chosen.update(dict.fromkeys([name for name in names if name not in chosen][:1]))
    return list(chosen)[:number]


def _is_known(item: Plain) -> bool:
    return item["state"] in ("answered", "not_applicable")


def _said(item: Plain) -> str:
    """Say one answer as the reasons of a pattern say it."""
    label, answer = item["label"], item["answer"]
    if item["state"] == "answered":
        return str(label) if item["yes"] else say("{what}: {found}", what=label, found=answer)
    return unanswered(label, item["state"])


def _reasons(because: str) -> frozenset[str]:
    """Give the answers that decide a pattern, taken apart as the assessment joined them."""
    before, _, after = say("{answers}; and more", answers="\n").partition("\n")
    whole = not (because.startswith(before) and because.endswith(after))
    return frozenset(words.parts(because if whole else because.removeprefix(before).removesuffix(after)))


def _arrange(columns: Sequence[list[_Node]]) -> None:
    """Order every column but the last by the mean row of what its nodes lead to, so that few edges cross."""
    for place, end in enumerate(columns[-1]):
        end.row = float(place)
    for column in reversed(columns[:-1]):
        for node in column:
            node.row = sum(end.row for end in node.to) / len(node.to)
        column.sort(key=lambda node: node.row)


def _spread(column: Sequence[_Node], height: float) -> None:
    """Place the nodes of a column from the top, the free height shared between them."""
    free = height - sum(node.height for node in column) - SPACE * (len(column) - 1)
    top = free / len(column) / 2
    for node in column:
        node.top = round(top, 2)
        top += node.height + SPACE + free / len(column)


def _column(nodes: Sequence[_Node]) -> Plain:
    return {
        "kind": next(node.kind for node in nodes if node.kind != "lane"),
        "nodes": [
            {
                "kind": node.kind, "text": node.text, "known": node.known, "urgency": node.urgency,
                "top": node.top, "height": node.height,
            }
            for node in nodes
        ],
    }  # fmt: skip
