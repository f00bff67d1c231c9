"""`import --dry-run`: what an import would bring, what is nearly there already, what contradicts. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from knowledge.errors import BadFile
from knowledge.importers.comparing import Comparison, Conflict, Near
from knowledge.importers.documents import read_documents
from knowledge.importing import collect
from knowledge.model import Document

SHOWN = 60  # characters of a passage


@dataclass
class Rehearsal:
    """What would be imported. `problems` and `warnings` are Chinese sentences."""

    documents: list[Document] = field(default_factory=list)
    near: list[Near] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def rehearse(folder: Path, sources: Sequence[Path]) -> Rehearsal:
    """Read the sources and compare them with the base in `folder`. Raises KnowledgeError for a path that is not there."""
    rehearsal, comparison = Rehearsal(), Comparison(folder)
    for source in collect(sources):
        try:
            taken = read_documents(source.path, source.file.read_bytes())
        except BadFile as error:
            rehearsal.problems.append(str(error))
            continue
        rehearsal.problems += taken.errors
        rehearsal.warnings += taken.warnings
        for document in taken.documents:
            rehearsal.documents.append(document)
            rehearsal.near += comparison.near(document)
            rehearsal.conflicts += comparison.conflicts(document)
    return rehearsal


def show(rehearsal: Rehearsal, console: Console) -> None:
    """Print it for the person at the keyboard; texts of files are printed as they are, never as markup."""
    for document in rehearsal.documents:
        day = document.in_force.isoformat() if document.in_force else "无日期"
        facts = "，".join(filter(None, (document.region.label, document.issuer, document.number, day)))
        _print(console, f"《{document.title}》 {document.path}（{facts}）")
        for section in document.sections:
            text = " ".join(section.text.split())
            _print(console, f"  {section.article}：{text[:SHOWN]}{'…' if len(text) > SHOWN else ''}")
    for near in rehearsal.near:
        other = f"《{near.other_title}》{near.other_heading}"
        _print(console, f"≈ {near.path} {near.heading} 与 {near.other_path} {other} 相似 {near.share:.0%}")
    for conflict in rehearsal.conflicts:
        _print(console, f"✗ {conflict.path} 与 {conflict.other_path}：{conflict.reason}")
    for sentence in [*rehearsal.warnings, *rehearsal.problems]:
        _print(console, f"! {sentence}")
    passages = sum(len(document.sections) for document in rehearsal.documents)
    _print(
        console,
        f"会导入 {len(rehearsal.documents)} 份文件、{passages} 个段落；相似 {len(rehearsal.near)}，"
        f"矛盾 {len(rehearsal.conflicts)}，有问题 {len(rehearsal.problems)}。什么都没有改动。",
    )


def _print(console: Console, line: str) -> None:
    console.print(escape(line), highlight=False, soft_wrap=True)
