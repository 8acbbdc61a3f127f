"""Engines that live in another process: json-rules-engine in node, Drools in the JVM. Both are given the two-valued forms.

The process is started once, builds its engine, and is then asked one person at a time through its standard input. It takes the time
itself, from plain data that it has already read to the rules that fired, so neither the pipe nor JSON counts against it: a favourable
number. Of the JVM only the thread that works counts, not those that compile and collect garbage: more favourable still.

* json-rules-engine: a rule for each thing asked of a pattern and for each rule of ours, with `all`, `any`, `not` and its own operators,
  and three more for lists, medicines and "there is a value". What a pattern comes to is a runtime fact; priority goes by how deep a
  rule stands, because the engine does not evaluate a rule again when a fact is added.
* Drools: the same rules in its executable model, with alpha indexes on what is told; one session for each person. The Python package
  drools_jpy only offers an event interface, so what is timed is the engine in its jar.

"At least n" is an "any" of every choice of n; where that is more than `MANY`, each part is a rule of its own and those that hold are
counted.
"""

import importlib.util
import json
import math
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, assert_never

from benchmarks.peer_form import Form, Forms, Given, Has, Medicine, No, Number, OneOf, Reached, Several
from benchmarks.work import Person

MANY = 50
"""More choices than this are not written out."""

_NODE = """
const { Engine } = require('json-rules-engine');
const lines = require('readline').createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value ?? 'null');
const say = what => process.stdout.write(JSON.stringify(what) + '\\n');
const since = start => { const { user, system } = process.cpuUsage(start); return (user + system) / 1000; };
const signs = { '<': 'lessThan', '<=': 'lessThanInclusive', '>': 'greaterThan', '>=': 'greaterThanInclusive' };
const compare = { '<=': (a, b) => a <= b, '>': (a, b) => a > b };
const write = form => {
  switch (form.is) {
    case 'one of':
      return form.options.length == 1
        ? { fact: form.key, operator: 'equal', value: form.options[0] }
        : { fact: form.key, operator: 'in', value: form.options };
    case 'number': return { fact: form.key, operator: signs[form.sign], value: form.limit };
    case 'has': return { fact: form.key, operator: 'has', value: form.options };
    case 'given': return { fact: form.key, operator: 'given', value: true };
    case 'medicine': return { fact: 'medicines', operator: 'takes', value: form };
    case 'no': return { not: write(form.part) };
    case 'reached': return { fact: 'p' + form.place, operator: 'equal', value: true };
    case 'counted': return { fact: 'c' + form.of, operator: 'greaterThanInclusive', value: form.number };
    case 'all': return { all: form.parts.map(write) };
    case 'any': return { any: form.parts.map(write) };
  }
};
(async () => {
  const rules = await next();
  const start = process.cpuUsage();
  const engine = new Engine([], { allowUndefinedFacts: true });
  engine.addOperator('has', (list, options) => Array.isArray(list) && options.some(one => list.includes(one)));
  engine.addOperator('given', value => value !== undefined);
  engine.addOperator('takes', (list, asked) => Array.isArray(list) && list.some(one =>
    asked.names.includes(one.name) && one.stopped === asked.stopped && asked.details.every(([field, sign, limit]) =>
      one[field] === null ? !asked.sure : compare[sign](one[field], limit))));
  const deepest = Math.max(...rules.map(rule => rule.depth));
  let fired = [], counts = {};
  rules.forEach(({ form, depth, then, to }) => {
    const written = write(form);
    const conclude = {
      rule: () => fired.push(to),
      pattern: almanac => almanac.addRuntimeFact('p' + to, true),
      part: almanac => almanac.addRuntimeFact('c' + to, counts[to] = (counts[to] ?? 0) + 1),
    }[then];
    engine.addRule({
      conditions: written.all || written.any || written.not ? written : { all: [written] }, priority: 1 + deepest - depth,
      event: { type: then + to }, onSuccess: (event, almanac) => { conclude(almanac); },
    });
  });
  say({ ms: since(start) });
  for (let told; (told = await next());) {
    const start = process.cpuUsage();
    fired = [], counts = {};
    await engine.run(told);
    say({ ms: since(start), fired });
  }
})();
"""

_JAVA = """
import com.fasterxml.jackson.databind.*;
import java.io.*; import java.util.*;
import org.drools.model.*; import org.drools.model.impl.ModelImpl;
import org.drools.modelcompiler.KieBaseBuilder;
import org.kie.api.KieBase; import org.kie.api.runtime.KieSession;
import static org.drools.model.DSL.*; import static org.drools.model.PatternDSL.*;

public class DroolsPeer {
  public static class Told {
    final String key; final Object value;
    public Told(String key, Object value) { this.key = key; this.value = value; }
    public String getKey() { return key; }
  }
  public static class Taken {
    final Map<String, Object> entry;
    public Taken(Map<String, Object> entry) { this.entry = entry; }
  }
  public static class Reached {
    final int place;
    public Reached(int place) { this.place = place; }
    public int getPlace() { return place; }
  }
  public static class Part {
    final int of, place;
    public Part(int of, int place) { this.of = of; this.place = place; }
    public int getOf() { return of; }
  }
  static final Set<Integer> fired = new TreeSet<>();
  static final Set<List<Integer>> inserted = new HashSet<>();
  static int variables = 0;

  static <T> Variable<T> variable(Class<T> type) { return declarationOf(type, "v" + variables++); }
  static PatternDSL.PatternDef<Told> told(String key) {
    return pattern(variable(Told.class)).expr("key " + key, fact -> fact.key.equals(key),
        alphaIndexedBy(String.class, Index.ConstraintType.EQUAL, 0, Told::getKey, key));
  }
  static PatternDSL.PatternDef<Reached> reached(int place) {
    return pattern(variable(Reached.class)).expr("place " + place, fact -> fact.place == place,
        alphaIndexedBy(int.class, Index.ConstraintType.EQUAL, 1, Reached::getPlace, place));
  }
  static PatternDSL.PatternDef<Part> part(Variable<Part> own, int of) {
    return pattern(own).expr("of " + of, fact -> fact.of == of,
        alphaIndexedBy(int.class, Index.ConstraintType.EQUAL, 2, Part::getOf, of));
  }
  static boolean holds(Object value, String sign, double limit) {
    double number = ((Number) value).doubleValue();
    switch (sign) {
      case "<": return number < limit;
      case "<=": return number <= limit;
      case ">": return number > limit;
      default: return number >= limit;
    }
  }
  static Set<Object> values(JsonNode list) {
    Set<Object> found = new LinkedHashSet<>();
    list.forEach(one -> found.add(one.isBoolean() ? (Object) one.asBoolean() : one.asText()));
    return found;
  }
  static PatternDSL.PatternDef<?> test(JsonNode form) {
    String what = form.get("is").asText(), key = form.path("key").asText(), sign = form.path("sign").asText();
    double limit = form.path("limit").asDouble();
    Set<Object> options = values(form.path("options"));
    switch (what) {
      case "one of": return told(key).expr("in " + options, fact -> options.contains(fact.value));
      case "number": return told(key).expr(sign + limit, fact -> holds(fact.value, sign, limit));
      case "has": return told(key).expr("has " + options, fact -> !Collections.disjoint((List<?>) fact.value, options));
      case "medicine": return taken(form);
      default: return told(key);
    }
  }
  static PatternDSL.PatternDef<Taken> taken(JsonNode form) {
    Set<Object> names = values(form.get("names"));
    Boolean stopped = form.get("stopped").asBoolean(), sure = form.get("sure").asBoolean();
    JsonNode details = form.get("details");
    return pattern(variable(Taken.class)).expr("takes " + form, fact -> {
      if (!names.contains(fact.entry.get("name")) || !stopped.equals(fact.entry.get("stopped"))) return false;
      for (JsonNode asked : details) {
        Object given = fact.entry.get(asked.get(0).asText());
        if (given == null ? sure : !holds(given, asked.get(1).asText(), asked.get(2).asDouble())) return false;
      }
      return true;
    });
  }
  static List<RuleItemBuilder<?>> items(JsonNode form) {
    switch (form.get("is").asText()) {
      case "no": return List.of(not(test(form.get("part"))));
      case "medicine": return List.of(exists(test(form)));
      case "reached": return List.of(reached(form.get("place").asInt()));
      case "counted": {
        List<RuleItemBuilder<?>> several = new ArrayList<>();
        Variable<Part> before = null;
        for (int i = 0; i < form.get("number").asInt(); i++) {
          Variable<Part> own = variable(Part.class);
          PatternDSL.PatternDef<Part> one = part(own, form.get("of").asInt());
          several.add(before == null ? one : one.expr("after", before, (fact, other) -> other.place < fact.place));
          before = own;
        }
        return several;
      }
      default: return List.of(test(form));
    }
  }
  static List<List<JsonNode>> ways(JsonNode form) {
    List<List<JsonNode>> found = new ArrayList<>();
    switch (form.get("is").asText()) {
      case "any": form.get("parts").forEach(part -> found.addAll(ways(part))); break;
      case "all":
        found.add(List.of());
        for (JsonNode part : form.get("parts")) {
          List<List<JsonNode>> before = new ArrayList<>(found);
          found.clear();
          for (List<JsonNode> one : before) for (List<JsonNode> other : ways(part)) {
            List<JsonNode> both = new ArrayList<>(one);
            both.addAll(other);
            found.add(both);
          }
        }
        break;
      default: found.add(List.of(form));
    }
    return found;
  }
  static void once(Object drools, List<Integer> mark, Object fact) {
    if (inserted.add(mark)) ((org.drools.model.Drools) drools).insert(fact);
  }
  @SuppressWarnings("unchecked")
  public static void main(String[] arguments) throws Exception {
    ObjectMapper json = new ObjectMapper();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    PrintStream answers = System.out;
    java.lang.management.ThreadMXBean clock = java.lang.management.ManagementFactory.getThreadMXBean();
    System.setOut(System.err);
    JsonNode rules = json.readTree(lines.readLine());
    long start = clock.getCurrentThreadCpuTime();
    ModelImpl model = new ModelImpl();
    int number = 0;
    for (JsonNode rule : rules) {
      int to = rule.get("to").asInt(), place = rule.get("place").asInt();
      String then = rule.get("then").asText();
      for (List<JsonNode> way : ways(rule.get("form"))) {
        List<RuleItemBuilder<?>> items = new ArrayList<>();
        way.stream().sorted(Comparator.comparing((JsonNode one) -> one.get("is").asText().equals("no")))
            .forEach(one -> items.addAll(items(one)));
        if (then.equals("rule")) items.add(execute(() -> fired.add(to)));
        else if (then.equals("pattern")) items.add(execute(drools -> once(drools, List.of(to), new Reached(to))));
        else items.add(execute(drools -> once(drools, List.of(to, place), new Part(to, place))));
        model.addRule(rule("r" + number++).build(items.toArray(new RuleItemBuilder[0])));
      }
    }
    KieBase base = KieBaseBuilder.createKieBaseFromModel(model);
    answers.println("{\\"ms\\": " + (clock.getCurrentThreadCpuTime() - start) / 1e6 + "}");
    for (String line; (line = lines.readLine()) != null;) {
      Map<String, Object> told = json.readValue(line, LinkedHashMap.class);
      start = clock.getCurrentThreadCpuTime();
      fired.clear();
      inserted.clear();
      KieSession session = base.newKieSession();
      told.forEach((key, value) -> {
        session.insert(new Told(key, value));
        if (key.equals("medicines")) ((List<Map<String, Object>>) value).forEach(entry -> session.insert(new Taken(entry)));
      });
      session.fireAllRules();
      session.dispose();
      double taken = (clock.getCurrentThreadCpuTime() - start) / 1e6;
      answers.println("{\\"ms\\": " + taken + ", \\"fired\\": " + fired + "}");
    }
  }
}
"""


class NotInstalled(Exception):
    """A peer is not there; the message says what to install."""


class _Plain:
    """
    Forms as plain data.

    `rules` lists what to conclude from what: `then` is "pattern", "rule" or "part" (a part of something counted), `to` the number of
    it, `place` which part, and `depth` is larger than that of everything the form rests on.
    """

    def __init__(self, forms: Forms) -> None:
        self.rules: list[dict[str, Any]] = []
        self._pattern_depths: list[int] = []
        self._counts = 0
        self._deep = 0
        for place, form in enumerate(forms.patterns):
            self._pattern_depths.append(self._conclude("pattern", place, form))
        for place, form in enumerate(forms.rules.values()):
            self._conclude("rule", place, form)

    def _conclude(self, then: str, to: int, form: Form, place: int = 0) -> int:
        before, self._deep = self._deep, 0
        plain = self._plain(form)
        depth = self._deep + 1
        self.rules.append({"then": then, "to": to, "place": place, "depth": depth, "form": plain})
        self._deep = max(before, depth)
        return depth

    def _plain(self, form: Form) -> dict[str, Any]:
        match form:
            case OneOf(key=key, options=options):
                return {"is": "one of", "key": key, "options": options}
            case Number(key=key, operator=sign, limit=limit):
                return {"is": "number", "key": key, "sign": sign.value, "limit": limit}
            case Has(key=key, options=options):
                return {"is": "has", "key": key, "options": options}
            case Given(key=key):
                return {"is": "given", "key": key}
            case Medicine(names=names, stopped=stopped, details=details, sure=sure):
                asked = [(field, sign.value, limit) for field, sign, limit in details]
                return {"is": "medicine", "names": names, "stopped": stopped, "details": asked, "sure": sure}
            case No(test=test):
                return {"is": "no", "part": self._plain(test)}
            case Reached(place=place):
                self._deep = max(self._deep, self._pattern_depths[place])
                return {"is": "reached", "place": place}
            case Several(number=number, parts=parts):
                return self._several(number, parts)
            case _:
                assert_never(form)

    def _several(self, number: int, parts: tuple[Form, ...]) -> dict[str, Any]:
        never = {"is": "given", "key": "never"}
        if number <= 0:
            return {"is": "no", "part": never}
        if number > len(parts):
            return never
        if 1 < number < len(parts) and math.comb(len(parts), number) > MANY:
            of = self._counts
            self._counts += 1
            for place, part in enumerate(parts):
                self._conclude("part", of, part, place)
            return {"is": "counted", "of": of, "number": number}
        plain = [self._plain(part) for part in parts]
        if number in (1, len(parts)):
            return {"is": "any" if number == 1 < len(parts) else "all", "parts": plain}
        return {"is": "any", "parts": [{"is": "all", "parts": chosen} for chosen in combinations(plain, number)]}


class Outside:
    """
    An engine in a process of its own.

    `built` is the time it took to build the engine and `taken` that of the last person, in ms of the processor and by its own clock;
    `mend` is what to install where it does not start.
    """

    mend: ClassVar[str]

    def __init__(self, command: Sequence[str | Path], forms: Forms) -> None:
        self._forms = forms
        self._ids = list(forms.rules)
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1
        )
        self.built: float = self._ask(json.dumps(_Plain(forms).rules))["ms"]
        self.taken = 0.0

    def given(self, person: Person) -> str:
        """Give what is known of a person, written as JSON."""
        return json.dumps(self._forms.told(person.chart))

    def fire(self, told: str) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        answer = self._ask(told)
        self.taken = answer["ms"]
        return frozenset(self._ids[place] for place in answer["fired"])

    def close(self) -> None:
        """End the process."""
        self.process.communicate()

    def _ask(self, what: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        line = ""
        with suppress(BrokenPipeError):
            self.process.stdin.write(what + "\n")
            line = self.process.stdout.readline()
        if not line:
            raise NotInstalled(f"its process ended; {self.mend}")
        answer: dict[str, Any] = json.loads(line)
        return answer


class JsonRulesEngine(Outside):
    """json-rules-engine."""

    mend = "npm install json-rules-engine, in this folder or where NODE_PATH points"

    def __init__(self, forms: Forms) -> None:
        if shutil.which("node") is None:
            raise NotInstalled("no node on the path; install Node.js, then " + self.mend)
        super().__init__(["node", "-e", _NODE], forms)


class Drools(Outside):
    """Drools."""

    mend = "pip install drools_jpy and a JDK of at least 17"

    def __init__(self, forms: Forms) -> None:
        found = importlib.util.find_spec("drools")
        jars = [
            jar
            for folder in (found and found.submodule_search_locations) or ()
            for jar in Path(folder).glob("jars/*.jar")
        ]
        if shutil.which("javac") is None or not jars:
            raise NotInstalled(f"no {'javac on the path' if jars else 'Drools jar'}; {self.mend}")
        self._folder = TemporaryDirectory()
        source = Path(self._folder.name) / "DroolsPeer.java"
        source.write_text(_JAVA, encoding="utf-8")
        compiled = subprocess.run(["javac", "-cp", jars[0], "-d", source.parent, source], capture_output=True)
        if compiled.returncode:
            raise NotInstalled(f"javac refuses its program; {self.mend}")
        super().__init__(["java", "-Xmx2g", "-cp", f"{jars[0]}:{source.parent}", "DroolsPeer"], forms)

    def close(self) -> None:
        """End the process and take the compiled file away."""
        super().close()
        self._folder.cleanup()
