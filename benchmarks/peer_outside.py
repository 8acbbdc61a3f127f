"""Engines that live in another process: json-rules-engine in node, Drools in the JVM. Both are given our conjunctions.

The process is started once, builds its engine, and is then asked one person at a time through its standard input. It takes the time
itself, from facts that it has already read to the rules that fired, so neither the pipe nor JSON counts against it: a favourable
number. Our own part, making the facts, is added by `taken`.

* json-rules-engine: one rule for each head, `any` of `all`; a helper is a runtime fact; priority goes by how deep a head stands, because
  the engine does not evaluate a rule again when a fact is added.
* Drools: one rule for each conjunction, in the executable model, with alpha indexes; one session for each person. The Python package
  drools_jpy only offers an event interface, so what is timed is the engine in its jar.
"""

import importlib.util
import json
import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from benchmarks.peer_form import Conjunctions
from triage.chart import Chart

_NODE = """
const { Engine } = require('json-rules-engine');
const lines = require('readline').createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value ?? 'null');
const say = what => process.stdout.write(JSON.stringify(what) + '\\n');
(async () => {
  const heads = new Map();
  const { conjunctions, rules } = await next();
  const start = performance.now();
  const final = new Set(rules), depth = new Map();
  for (const [head, needed] of conjunctions) {
    if (!heads.has(head)) heads.set(head, []);
    heads.get(head).push({ all: needed.map(name => ({ fact: 'n' + name, operator: 'equal', value: true })) });
    depth.set(head, Math.max(depth.get(head) ?? 1, ...needed.map(name => 1 + (depth.get(name) ?? 0))));
  }
  const deepest = Math.max(...depth.values());
  const engine = new Engine([], { allowUndefinedFacts: true });
  let fired = [];
  for (const [head, any] of heads)
    engine.addRule({
      conditions: { any }, priority: 1 + deepest - depth.get(head), event: { type: 'n' + head },
      onSuccess: (event, almanac) => {
        if (final.has(head)) fired.push(head); else almanac.addRuntimeFact('n' + head, true);
      },
    });
  say({ ms: performance.now() - start });
  for (let names; (names = await next());) {
    const facts = Object.fromEntries(names.map(name => ['n' + name, true]));
    const start = performance.now();
    fired = [];
    await engine.run(facts);
    say({ ms: performance.now() - start, fired });
  }
})();
"""

_JAVA = """
import com.fasterxml.jackson.databind.*;
import java.io.*; import java.util.*;
import org.drools.model.*; import org.drools.model.impl.ModelImpl; import org.drools.model.view.ViewItem;
import org.drools.modelcompiler.KieBaseBuilder;
import org.kie.api.KieBase; import org.kie.api.runtime.KieSession;
import static org.drools.model.DSL.*; import static org.drools.model.PatternDSL.*;

public class DroolsPeer {
  public static class Named {
    private final int name;
    public Named(int name) { this.name = name; }
    public int getName() { return name; }
  }
  static final Set<Integer> fired = new TreeSet<>();
  static PatternDSL.PatternDef<Named> named(int place, int name) {
    return pattern(declarationOf(Named.class, "v" + place)).expr(
        "is" + name, fact -> fact.getName() == name,
        alphaIndexedBy(int.class, Index.ConstraintType.EQUAL, 0, Named::getName, name));
  }
  public static void main(String[] arguments) throws Exception {
    ObjectMapper json = new ObjectMapper();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    PrintStream answers = System.out;
    System.setOut(System.err);
    JsonNode given = json.readTree(lines.readLine());
    long start = System.nanoTime();
    Set<Integer> rules = new HashSet<>();
    given.get("rules").forEach(rule -> rules.add(rule.asInt()));
    ModelImpl model = new ModelImpl();
    int number = 0;
    for (JsonNode conjunction : given.get("conjunctions")) {
      int head = conjunction.get(0).asInt();
      List<RuleItemBuilder<?>> items = new ArrayList<>();
      for (JsonNode name : conjunction.get(1)) items.add(named(items.size(), name.asInt()));
      if (rules.contains(head)) items.add(execute(() -> fired.add(head)));
      else items.add(execute(drools -> ((org.drools.model.Drools) drools).insert(new Named(head))));
      model.addRule(rule("r" + number++).build(items.toArray(new RuleItemBuilder[0])));
    }
    KieBase base = KieBaseBuilder.createKieBaseFromModel(model);
    answers.println("{\\"ms\\": " + (System.nanoTime() - start) / 1e6 + "}");
    for (String line; (line = lines.readLine()) != null;) {
      int[] names = json.readValue(line, int[].class);
      start = System.nanoTime();
      fired.clear();
      KieSession session = base.newKieSession();
      for (int name : names) session.insert(new Named(name));
      session.fireAllRules();
      session.dispose();
      answers.println("{\\"ms\\": " + (System.nanoTime() - start) / 1e6 + ", \\"fired\\": " + fired + "}");
    }
  }
}
"""


class NotInstalled(Exception):
    """A peer is not there; the message says what to install."""


class Outside:
    """
    An engine in a process of its own.

    `built` is the time it took to build the engine and `taken` the time of the last person, in ms and by its own clock; `mend` is what to
    install where it does not start.
    """

    mend: ClassVar[str]

    def __init__(self, command: Sequence[str | Path], conjunctions: Conjunctions) -> None:
        self._conjunctions = conjunctions
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1
        )
        rules = {"conjunctions": conjunctions.all, "rules": list(conjunctions.rules)}
        self.built: float = self._ask(rules)["ms"]
        self.taken = 0.0

    def fire(self, chart: Chart) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        start = time.perf_counter()
        facts = self._conjunctions.facts(chart)
        ours = 1000 * (time.perf_counter() - start)
        answer = self._ask(facts)
        self.taken = ours + answer["ms"]
        return frozenset(self._conjunctions.rules[head] for head in answer["fired"])

    def close(self) -> None:
        """End the process."""
        self.process.communicate()

    def _ask(self, what: object) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        line = ""
        with suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(what) + "\n")
            line = self.process.stdout.readline()
        if not line:
            raise NotInstalled(f"its process ended; {self.mend}")
        answer: dict[str, Any] = json.loads(line)
        return answer


class JsonRulesEngine(Outside):
    """json-rules-engine with our conjunctions."""

    mend = "npm install json-rules-engine, in this folder or where NODE_PATH points"

    def __init__(self, conjunctions: Conjunctions) -> None:
        if shutil.which("node") is None:
            raise NotInstalled("no node on the path; install Node.js, then " + self.mend)
        super().__init__(["node", "-e", _NODE], conjunctions)


class Drools(Outside):
    """Drools with our conjunctions."""

    mend = "pip install drools_jpy and a JDK of at least 17"

    def __init__(self, conjunctions: Conjunctions) -> None:
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
        super().__init__(["java", "-Xmx2g", "-cp", f"{jars[0]}:{source.parent}", "DroolsPeer"], conjunctions)

    def close(self) -> None:
        """End the process and take the compiled file away."""
        super().close()
        self._folder.cleanup()
