"""`python -m bot categories`: learn a city's own categories from its sorted messages, apply them, and say how good they are."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bot.batch import jsonlines
from bot.launch.progress import doing
from bot.launch.trouble import Trouble
from bot.services import learnt
from bot.settings import ROOT

#: Fields a message may stand in, by the names exports use; those that are there are read one after the other.
FIELDS = ("title", "subject", "标题", "text", "detail", "description", "内容")
MODEL = ROOT / "var" / "categories"

cli = typer.Typer(no_args_is_help=True, help="Learn categories from a city's own sorted messages.")
console = Console(stderr=True, highlight=False)

History = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON Lines or CSV with message and label")]
Fields = Annotated[str | None, typer.Option("--fields", help=f"fields of the message, default those of {','.join(FIELDS)}")]
Label = Annotated[str, typer.Option("--label", help="field of the label")]
Folds = Annotated[int, typer.Option(min=2, max=20, help="parts the history is cut into; each is read by a model of the others")]
Coverage = Annotated[float, typer.Option(min=0.05, max=1.0, help="share the model decides itself; a person sorts the rest")]


@dataclass(frozen=True)
class Sorted:
    """A history to learn from: only labels that occur often enough. `rare` are those that do not, with their counts.

    `groups` says which messages are near copies of each other; a letter sent nine times counts once.
    """

    ids: list[Any]
    texts: list[str]
    labels: list[str]
    groups: list[int]
    rare: dict[str, int]


@cli.command()
def train(
    history: History, out: Annotated[Path, typer.Option("--out", "--model")] = MODEL, fields: Fields = None,
    label: Label = "label", folds: Folds = learnt.FOLDS, coverage: Coverage = learnt.COVERAGE,
) -> None:  # fmt: skip
    """Learn from a history; the model lies in a folder that dispatch and `predict` read."""
    known = read_history(history, fields, label, folds)
    with doing("学习分类"):
        judged = learnt.judge(known.texts, known.labels, known.groups, folds=folds, coverage=coverage)
        learnt.fit(known.texts, known.labels, judged).save(out)
    _report(known, judged)


@cli.command()
def predict(
    in_: Annotated[Path, typer.Option("--in", exists=True, dir_okay=False)], out: Annotated[Path, typer.Option("--out")],
    model: Annotated[Path, typer.Option("--model")] = MODEL, fields: Fields = None,
) -> None:  # fmt: skip
    """Say the label of each message, and whether the model is sure of it."""
    try:
        fitted = learnt.LearntCategories.load(model)
    except (OSError, KeyError, ValueError) as error:
        raise Trouble(f"{model} 里没有可用的分类模型：请先 python -m bot categories train。") from error
    names = _fields(jsonlines.read(in_), fields, in_)

    numbers = count(1)

    def act(row: dict[str, Any]) -> dict[str, Any]:
        found, number = fitted.read([_text(row, names)])[0], next(numbers)
        return prediction(row.get("id", number), found.label, found.confidence, sure=found.sure)

    jsonlines.transform(in_, out, (), act, "分类")


@cli.command()
def evaluate(
    history: History, out: Annotated[Path | None, typer.Option("--out", help="write the predictions")] = None,
    fields: Fields = None, label: Label = "label", folds: Folds = learnt.FOLDS, coverage: Coverage = learnt.COVERAGE,
) -> None:  # fmt: skip
    """Cross-validate: every message is read by a model that has seen neither it nor a near copy of it."""
    known = read_history(history, fields, label, folds)
    with doing(f"交叉检验，{folds} 份"):
        judged = learnt.judge(known.texts, known.labels, known.groups, folds=folds, coverage=coverage)
    if out:
        found = zip(known.ids, judged.labels, judged.confidences, strict=True)
        lines = [prediction(id_, name, sure, sure=sure >= judged.threshold) for id_, name, sure in found]
        out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    _report(known, judged)


def prediction(id_: Any, label: str, confidence: float, *, sure: bool) -> dict[str, Any]:
    """One line of output."""
    return {"id": id_, "label": label, "confidence": round(confidence, 4), "sure": sure}


def read_history(path: Path, fields: str | None, label: str, folds: int) -> Sorted:
    """Messages and labels of a file. Raises Trouble on a bad line, or when fewer than two labels occur `folds` times."""
    rows = _csv(path, label) if path.suffix.lower() == ".csv" else jsonlines.read(path, label)
    names = _fields(rows, fields, path)
    texts = [_text(row, names) for row in rows]
    groups = learnt.near_copies(texts)
    labels = [str(row[label]) for row in rows]
    counts = Counter(name for name, _ in set(zip(labels, groups, strict=True)))
    kept = [number for number, name in enumerate(labels) if counts[name] >= folds]
    rare = {name: count for name, count in counts.items() if count < folds}
    if len(counts) - len(rare) < 2:  # noqa: PLR2004  # one label needs no model
        raise Trouble(f"{path}：至少要有两个分类，每类至少 {folds} 条不同的留言。")
    ids = [rows[number].get("id", number + 1) for number in kept]
    return Sorted(ids, [texts[n] for n in kept], [labels[n] for n in kept], [groups[n] for n in kept], rare)


def _csv(path: Path, label: str) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    for number, row in enumerate(rows, start=2):
        if not row.get(label):
            raise Trouble(f"{path} 第 {number} 行缺少 {label}")
    return rows


def _fields(rows: list[dict[str, Any]], wanted: str | None, path: Path) -> list[str]:
    names = wanted.split(",") if wanted else [name for name in FIELDS if rows and name in rows[0]]
    if not names or not rows or any(name not in rows[0] for name in names):
        raise Trouble(f"{path} 里找不到留言的字段 {wanted or '、'.join(FIELDS)}：请用 --fields 写明。")
    return names


def _text(row: dict[str, Any], names: list[str]) -> str:
    return " ".join(str(row.get(name) or "") for name in names)


def _report(known: Sorted, judged: learnt.Judged) -> None:
    """What the folds say: macro-F1, accuracy, and accuracy of the messages the model is sure of."""
    from sklearn.metrics import f1_score

    pairs = list(zip(known.labels, judged.labels, judged.confidences, strict=True))
    sure = [wanted == found for wanted, found, confidence in pairs if confidence >= judged.threshold]
    right = sum(wanted == found for wanted, found, _ in pairs)
    macro = f1_score(known.labels, judged.labels, average="macro")
    console.print(f"{len(pairs)} 条留言，{len(set(known.labels))} 类：宏平均 F1 {macro:.3f}，准确率 {right / len(pairs):.3f}")
    console.print(f"有把握的 {len(sure) / len(pairs):.0%} 里准确率 {sum(sure) / max(1, len(sure)):.3f}，其余交给人")
    if known.rare:
        console.print(f"条数太少、没有学的分类：{'、'.join(f'{name}（{count}）' for name, count in known.rare.items())}")
