"""`python -m bot district`: what is wrong in the tables and what nobody answers for; cases sorted by people, to learn from."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.cases.tables import check_tables
from bot.launch.trouble import Trouble
from bot.settings import read_settings

#: Holes printed before the rest is only counted.
SHOWN = 100

cli = typer.Typer(no_args_is_help=True, help="The district's tables: check them, and learn from corrections.")
console = Console(highlight=False)


@cli.command()
def check(
    folder: Annotated[Path | None, typer.Argument(exists=True, file_okay=False, help="default: the tables in force")] = None,
) -> None:
    """Say every line that cannot be right and everything nobody answers for; exit 1 when there is any."""
    from bot.services.district import District
    from bot.store.database import Database

    settings = read_settings()
    wrong = check_tables(folder or settings.district)
    if not wrong:
        database = None if folder else Database(settings.database_url)
        wrong = [hole.sentence for hole in District(folder or settings.district, database).responsibility.holes()]
    for sentence in wrong[:SHOWN]:
        console.print(f"· {sentence}")
    if wrong:
        raise Trouble(f"共 {len(wrong)} 处要改。")
    console.print("没有写错的地方，每个网格的每一类事都有人负责。")


@cli.command()
def corrections(out: Annotated[Path, typer.Option("--out", help="CSV to write")]) -> None:
    """Write what people corrected as a history for `categories train`: text and 大类 / 小类."""
    from bot.store.database import Database

    database = Database(read_settings().database_url)
    with database.reading() as work:
        names = {row.code: f"{row.major} / {row.minor}" for row in work.district.categories()}
        rows = [(row.text, names.get(row.right, row.right)) for row in work.cases.corrections()]
    database.close()
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows(rows)
    console.print(f"{len(rows)} 条更正写到 {out}。")
