"""JSON Lines in and out for the batch commands: order kept, a bad line named by its number, progress shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.progress import track

from bot.launch.trouble import Trouble


def read(path: Path, *needed: str) -> list[dict[str, Any]]:
    """The objects of a file. Raises Trouble naming the first line that is no object or lacks a `needed` key."""
    return list(_rows(path, needed))


def transform(
    source: Path, target: Path, needed: tuple[str, ...], act: Callable[[dict[str, Any]], dict[str, Any]], title: str
) -> int:
    """Write what `act` makes of each row, in order, with a progress bar on standard error; answers how many."""
    rows = read(source, *needed)
    with target.open("w", encoding="utf-8") as file:
        for row in track(rows, description=title, console=_console(), disable=len(rows) < 2):  # noqa: PLR2004  # one row needs no bar
            file.write(json.dumps(act(row), ensure_ascii=False) + "\n")
            file.flush()
    return len(rows)


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise Trouble(f"{path} 第 {number} 行不是 JSON：{error.msg}") from error
            if not isinstance(row, dict) or any(key not in row for key in needed):
                raise Trouble(f"{path} 第 {number} 行缺少 {'、'.join(needed)}")
            yield row


def _console() -> Any:
    from rich.console import Console

    return Console(stderr=True)
