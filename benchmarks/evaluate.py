"""Measure the batch commands on labelled sets and write a report page.

usage: .venv/bin/python -m benchmarks.evaluate [FOLDER …] [--floor] [--knowledge DIR]

Our own sets in tests/ are always measured. A FOLDER holds any of policy, intents, slots, pii, emergency, dialogues .jsonl;
with a `score.py TASK GOLD PRED --json` in it or beside it its numbers come from there. Without FOLDER `../shared/eval/dev` is
taken where it exists. `dialogues` needs the running system and is left out without it. The page is var/evaluate/report.html.
--floor measures only our own sets and fails below the floors of benchmarks/musts.csv.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.scoring import SCORES, Score, matched
from bot.services.calendar import LOCAL
from bot.settings import ROOT, read_settings

DEV = ROOT.parent / "shared" / "eval" / "dev"
MUSTS, PAGE = Path(__file__).with_name("musts.csv"), Path(__file__).with_name("report.html")
#: File of a folder → kind of set.
KINDS = {
    "intents": "intents", "slots": "slots", "pii": "pii", "emergency": "safety", "policy": "policy", "dialogues": "dialogues",
}  # fmt: skip
TITLES = {
    "intents": "意图", "slots": "一句话里的事实", "pii": "个人信息", "safety": "险情", "policy": "政策问答",
    "dialogues": "整段对话", "urgent": "急不急", "scope": "管不着的话和夹带的指令",
}  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """A set that was measured."""

    kind: str
    source: str
    score: Score
    seconds: float
    own: bool

    @property
    def title(self) -> str:
        """The heading of its part of the page."""
        return f"{TITLES[self.kind]}（{'自己的测试集' if self.own else '外来测试集'}）"


def own_sets(target: Path) -> Iterator[tuple[str, str, Path]]:
    """(kind, where it stands, file with ids) of our own sets, in the form of the batch commands."""
    floor = ROOT / "tests" / "nlu" / "floor.jsonl"
    rows = [json.loads(line) for line in floor.read_text(encoding="utf-8").splitlines()]
    yield "intents", "tests/nlu/floor.jsonl", _written(target / "own_intents_gold.jsonl", rows)
    held = (ROOT / "tests" / "safety" / "held_out.tsv").read_text(encoding="utf-8").splitlines()
    parts = [line.split("\t") for line in held if line and not line.startswith("#")]
    rows = [{"level": part[0], "text": part[-1]} for part in parts]
    yield "safety", "tests/safety/held_out.tsv", _written(target / "own_safety_gold.jsonl", rows)
    lines = (ROOT / "tests" / "evaluate" / "urgent.tsv").read_text(encoding="utf-8").splitlines()
    parts = [line.split("\t") for line in lines if line and not line.startswith("#")]
    rows = [{"is_urgent": part[0] == "yes", "text": part[1]} for part in parts]
    yield "urgent", "tests/evaluate/urgent.tsv", _written(target / "own_urgent_gold.jsonl", rows)
    for kind in ("slots", "pii", "scope"):
        yield kind, f"tests/evaluate/{kind}.jsonl", ROOT / "tests" / "evaluate" / f"{kind}.jsonl"


def _written(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows with ids, as a file."""
    lines = (json.dumps({"id": str(number), **row}, ensure_ascii=False) for number, row in enumerate(rows))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(*command: str) -> bool:
    """Run one of our own commands, its progress shown; whether it went well."""
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode == 0


def predict(kind: str, gold: Path, out: Path, knowledge: Path) -> bool:
    """Write the predictions for one set; False where that cannot be done now."""
    files = ("--in", str(gold), "--out", str(out))
    if kind == "policy":
        return run("knowledge", "ask", *files, "--into", str(knowledge))
    return run("bot", "replay" if kind == "dialogues" else "understand", *files)


def measure(kind: str, source: str, gold: Path, out: Path, scorer: Path | None, knowledge: Path) -> Measured | None:
    """Predict and score one set; None where it could not be predicted."""
    begun = time.monotonic()
    if not predict(kind, gold, out, knowledge):
        sys.stderr.write(f"✗ {source} 没有量成，跳过\n")
        return None
    score = Score(len(_rows(gold)), {})
    if kind in SCORES:
        score = SCORES[kind](*matched(_rows(gold), _rows(out)))
    if scorer is not None:
        score = replace(score, measures=score.measures | _judged(scorer, kind, gold, out))
    return Measured(kind, source, score, time.monotonic() - begun, scorer is None and source.startswith("tests/"))


def _judged(scorer: Path, kind: str, gold: Path, out: Path) -> dict[str, float]:
    """The numbers of a set's own scorer."""
    command = [sys.executable, str(scorer), kind, str(gold), str(out), "--json"]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {name: float(value) for name, value in told.items() if isinstance(value, int | float)}


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def lines_of(measured: Measured) -> list[dict[str, str]]:
    """The rows of the page's first table: every number that has a must or was asked for, with its verdict."""
    found = []
    for row in musts(measured.kind):
        value = measured.score.measures.get(row["measure"])
        if value is None:
            continue
        tone, verdict = _verdict(value, row)
        found.append({
            "title": row["title"], "arrow": "↑" if row["better"] == "high" else "↓", "value": f"{value:.3f}",
            "must": row["must"] or "—", "goal": row["goal"] or "—", "tone": tone, "verdict": verdict,
        })  # fmt: skip
    return found


def _verdict(value: float, row: dict[str, str]) -> tuple[str, str]:
    if not row["must"]:
        return "quiet", "只看不比"
    if reaches(value, row["goal"], row["better"]):
        return "good", "✓ 到了目标"
    return ("good", "✓ 够了") if reaches(value, row["must"], row["better"]) else ("bad", "✗ 不够")


def reaches(value: float, bound: str, better: str) -> bool:
    """Whether a value is at least as good as a bound; an empty bound is always reached."""
    return not bound or (value >= float(bound) if better == "high" else value <= float(bound))


def musts(kind: str) -> list[dict[str, str]]:
    """What is wanted of a kind of set."""
    with MUSTS.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["set"] == kind]


def below_floor(measured: list[Measured]) -> list[str]:
    """Numbers of our own sets that have fallen below their floor, a sentence each."""
    return [
        f"{one.source}：{row['title']} {one.score.measures[row['measure']]:.3f}，底线 {row['floor']}"
        for one in measured if one.own
        for row in musts(one.kind)
        if row["measure"] in one.score.measures and not reaches(one.score.measures[row["measure"]], row["floor"], row["better"])
    ]  # fmt: skip


def page(measured: list[Measured], made_at: str) -> str:
    """The report as one static page."""
    from jinja2 import Environment

    template = Environment(autoescape=True).from_string(PAGE.read_text(encoding="utf-8"))
    sections = [
        {"title": one.title, "source": one.source, "score": one.score, "seconds": one.seconds, "lines": lines_of(one)}
        for one in measured
    ]
    return template.render(sections=sections, made_at=made_at)


def folder_sets(folder: Path) -> Iterator[tuple[str, str, Path, Path | None]]:
    """(kind, name, file, scorer) of the sets of a folder."""
    scorer = next((path for path in (folder / "score.py", folder.parent / "score.py") if path.exists()), None)
    for gold in sorted(folder.glob("*.jsonl")):
        if gold.stem in KINDS:
            yield KINDS[gold.stem], f"{folder.name}/{gold.name}", gold, scorer


def main() -> None:
    """Measure everything found, write the page, print what is below its must."""
    from rich.progress import Progress

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--floor", action="store_true")
    parser.add_argument("--knowledge", type=Path, default=read_settings().knowledge)
    options = parser.parse_args()
    target = read_settings().var / "evaluate"
    target.mkdir(parents=True, exist_ok=True)
    folders = [] if options.floor else (options.folders or [DEV] * DEV.exists())
    sets: list[tuple[str, str, Path, Path | None]] = [(*one, None) for one in own_sets(target)]
    sets += [one for folder in folders for one in folder_sets(folder.resolve())]
    measured = []
    with Progress(transient=True) as progress:
        for kind, source, gold, scorer in progress.track(sets, description="测评"):
            out = target / f"{source.replace('/', '_').rsplit('.', 1)[0]}.predicted.jsonl"
            one = measure(kind, source, gold, out, scorer, options.knowledge.resolve())
            measured += [one] if one else []
    report = target / "report.html"
    report.write_text(page(measured, f"{datetime.now(LOCAL):%Y-%m-%d %H:%M}"), encoding="utf-8")
    for one in measured:
        for line in lines_of(one):
            sys.stdout.write(f"{one.source}\t{line['title']}\t{line['value']}\t{line['must']}\t{line['verdict']}\n")
    sys.stdout.write(f"报告：{report}\n")
    fallen = below_floor(measured)
    sys.exit("\n".join(["✗ 低于底线：", *fallen]) if options.floor and fallen else 0)


if __name__ == "__main__":
    main()
