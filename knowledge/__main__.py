"""The command line: import, ask, check, cache, stats. Only here are bars drawn and errors printed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from knowledge import kept
from knowledge.answering import KnowledgeBase
from knowledge.batch import answer_file
from knowledge.encoder import open_encoder
from knowledge.errors import BadFile, KnowledgeError
from knowledge.importers.sheet import template as faq_template
from knowledge.importing import Report, import_into, read_document
from knowledge.publishing import current
from knowledge.rehearsing import rehearse, show
from knowledge.store import Store

DEFAULT_FOLDER = Path("var/knowledge")
app = typer.Typer(help="知识库：导入法规和办事文章，回答问题。", no_args_is_help=True, add_completion=False)
console = Console(stderr=True)

Into = Annotated[Path, typer.Option("--into", "--base", help="知识库所在的文件夹")]
Model = Annotated[str | None, typer.Option("--model", envvar="KNOWLEDGE_MODEL", help="另用的编码模型名或文件夹")]


@contextmanager
def _plainly() -> Iterator[None]:
    """A refusal becomes one sentence and exit code 1, never a traceback."""
    try:
        yield
    except KnowledgeError as error:
        console.print(f"[red]✗[/red] {error}", highlight=False)
        raise typer.Exit(1) from error
    except OSError as error:
        console.print(f"[red]✗[/red] 读写文件失败：{error.filename or ''} {error.strerror}", highlight=False)
        raise typer.Exit(1) from error


class _Bars:
    """One bar for each step that reports progress."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.tasks: dict[str, int] = {}

    def __call__(self, step: str, done: int, total: int) -> None:
        if not total:
            return
        if step not in self.tasks:
            self.tasks[step] = self.progress.add_task(step, total=total)
        self.progress.update(self.progress.task_ids[self.tasks[step]], completed=done, total=total)


def _progress() -> Progress:
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*parts, console=console)


@app.command("import")
def import_command(
    sources: Annotated[list[Path], typer.Argument(help="文件夹，或 docx、pdf、xlsx、csv、html、md、txt、zip 文件")],
    into: Into = DEFAULT_FOLDER,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会导入什么，什么都不改")] = False,
    vectors: Annotated[Path | None, typer.Option(help="别处算好的向量的文件夹")] = None,
    model: Model = None,
) -> None:
    """导入文件；没有变化的内容不会重新计算，中断后再执行会接着做。"""
    if dry_run:
        with _plainly():
            show(rehearse(into, sources), Console())
        return
    with _plainly(), _progress() as progress:
        encoder = open_encoder(into.parent / "encoder", model)
        report = import_into(into, sources, encoder, vectors=vectors, progress=_Bars(progress))
    _tell(report)


def _tell(report: Report) -> None:
    for sentence in report.bad:
        console.print(f"[yellow]![/yellow] {sentence}", highlight=False)
    console.print(
        f"[green]✓[/green] 共 {report.files} 个文件：更新 {report.changed}，未变 {report.unchanged}，"
        f"管理页面维护 {report.kept}，撤下 {report.retired}，有问题 {len(report.bad)}；"
        f"新编码 {report.encoded} 段，采用现成向量 {report.adopted} 段。",
        highlight=False,
    )
    if report.bad and len(report.bad) == report.files:
        raise typer.Exit(1)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="一个问题")] = None,
    questions: Annotated[Path | None, typer.Option("--in", help="问题文件（JSON Lines）")] = None,
    answers: Annotated[Path | None, typer.Option("--out", help="答案文件（JSON Lines）")] = None,
    region: Annotated[str | None, typer.Option(help="提问的人在哪里，如 上海")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="按哪一天的规定")] = None,
    into: Into = DEFAULT_FOLDER,
    model: Model = None,
) -> None:
    """回答一个问题，或者用 --in 和 --out 回答整个文件。"""
    with _plainly():
        base = KnowledgeBase.open(into, model=model)
        if question is not None:
            answer = base.ask(question, region=region, on=on.date() if on else None)
            typer.echo(answer.text)
            typer.echo(f"[{answer.status} {answer.confidence:.2f} {answer.ms:.0f} ms] {' '.join(answer.choices)}")
            return
        if questions is None or answers is None:
            raise KnowledgeError("请写一个问题，或者同时写 --in 和 --out。")
        _ask_file(base, questions, answers)


def _ask_file(base: KnowledgeBase, questions: Path, answers: Path) -> None:
    with _progress() as progress:
        bars = _Bars(progress)
        base.warm_up()
        bad = answer_file(base, questions, answers, lambda done, total: bars("回答问题", done, total))
    for sentence in bad:
        console.print(f"[yellow]![/yellow] {sentence}", highlight=False)


@app.command()
def check(folder: Annotated[Path, typer.Argument(help="文章所在的文件夹")] = Path("knowledge/articles")) -> None:
    """检查文章的格式，不导入。"""
    files = sorted(file for file in folder.rglob("*.md") if file.name.upper() != "README.MD")
    wrong = 0
    for file in files:
        try:
            read_document(file.relative_to(folder).as_posix(), file.read_bytes())
        except BadFile as error:
            wrong += 1
            console.print(f"[red]✗[/red] {error}", highlight=False)
    console.print(f"检查了 {len(files)} 个文件，{wrong} 个有问题。", highlight=False)
    if wrong or not files:
        raise typer.Exit(1)


@app.command()
def template(file: Annotated[Path, typer.Argument(help="要写的 csv 文件")] = Path("常见问题模板.csv")) -> None:
    """写出常见问题表格的模板，填好以后可以导入。"""
    with _plainly():
        if file.exists():
            raise KnowledgeError(f"{file} 已经存在，请换一个文件名。")
        file.write_bytes(faq_template())
    console.print(f"[green]✓[/green] 模板已写到 {file}。", highlight=False)


@app.command()
def cache(
    folder: Annotated[Path, typer.Argument(help="文章所在的文件夹")] = Path("knowledge/articles"), model: Model = None
) -> None:
    """算好文章的向量，存在文章旁边，以后导入不必再算；改了文章以后执行。"""
    with _plainly(), _progress() as progress:
        bars = _Bars(progress)
        encoder = open_encoder(DEFAULT_FOLDER.parent / "encoder", model)
        made, total = kept.write(folder, encoder, lambda done, of: bars("理解内容", done, of))
    console.print(f"[green]✓[/green] 共 {total} 条向量，新算 {made} 条。", highlight=False)


@app.command()
def stats(into: Into = DEFAULT_FOLDER) -> None:
    """知识库里有多少内容。"""
    with _plainly():
        store = Store(into)
        counts, generation = store.counts(), current(store)
        store.close()
    table = Table("项目", "数量")
    names = {"documents": "文件", "passages": "段落", "old_versions": "旧版本段落", "vectors": "已编码段落"}
    for name, label in names.items():
        table.add_row(label, str(counts[name]))
    table.add_row("索引代次", str(generation.generation if generation else 0))
    table.add_row("编码模型", generation.encoder if generation else "")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(app())
