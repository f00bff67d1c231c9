"""The articles that come with the system (knowledge/articles): read here, never written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from bot.services.article_text import ArticleText, read_text


class Shipped:
    """The shipped texts by path. A file is read again only when it has changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, tuple[int, str, ArticleText]] = {}

    def articles(self) -> Mapping[str, ArticleText]:
        """path → parts, in the order of the paths; empty where there is no such folder."""
        found = {}
        for file in sorted(self.folder.rglob("*.md")):
            if file.name.upper() != "README.MD":
                path = file.relative_to(self.folder).as_posix()
                found[path] = self._entry(path, file)[2]
        return found

    def text(self, path: str) -> str | None:
        """The Markdown of one; None for a path that is not shipped."""
        parts = PurePosixPath(path).parts
        file = self.folder / path
        if (
            ".." in parts
            or "\x00" in path
            or PurePosixPath(path).is_absolute()
            or not path.endswith(".md")
            or not file.is_file()
        ):
            return None
        return self._entry(path, file)[1]

    def _entry(self, path: str, file: Path) -> tuple[int, str, ArticleText]:
        stamp = file.stat().st_mtime_ns
        known = self._read.get(path)
        if known is None or known[0] != stamp:
            text = file.read_text(encoding="utf-8-sig")
            known = self._read[path] = (stamp, text, read_text(text, file.stem))
        return known
