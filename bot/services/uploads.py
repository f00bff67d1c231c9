"""Uploaded files on their way to drafts: read, shown, and kept in a folder of ours until somebody says yes.

Between preview and yes nothing is in the knowledge base nor in its tables; what nobody kept is gone after a day.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath

from bot.cases.errors import Invalid, Refused
from bot.services.article_text import ArticleText, Law, Part, read_text, write_text
from bot.services.editing import Editing
from bot.services.editing_views import DraftView
from bot.services.library import Library
from bot.services.likeness import Warned
from bot.services.views import StaffView
from knowledge.errors import BadFile
from knowledge.importers.articles import FENCE, MOST_QUESTIONS
from knowledge.importers.preview import Draft, read_upload

KEPT_FOR = 24 * 3600  # seconds
MOST_DOCUMENTS = 1000


class UploadGone(Refused):
    """The preview is older than a day, or somebody else's."""

    code = "upload_gone"


@dataclass(frozen=True)
class Preview:
    """What a file would become. `documents` are (name in the knowledge base, text, what to look at)."""

    token: str
    name: str
    documents: tuple[tuple[str, ArticleText, tuple[Warned, ...]], ...]
    warnings: tuple[str, ...]
    errors: tuple[str, ...]

    @property
    def lacking(self) -> dict[str, int]:
        """How many documents say nothing of what every text must say, by field."""
        texts = [article for _, article, _ in self.documents]
        return {name: sum(not getattr(one, name) for one in texts) for name in ("category", "region", "issuer", "valid_from")}


class Uploads:
    """Reads files and turns them into drafts."""

    def __init__(self, folder: Path, editing: Editing, library: Library) -> None:
        self.folder, self.editing, self.library = folder, editing, library

    def read(self, name: str, data: bytes, by: StaffView) -> Preview:
        """The preview of a file. Raises Invalid(upload) with the reader's Chinese sentence in `facts['reason']`."""
        try:
            upload = read_upload(name, data)
        except BadFile as error:
            raise Invalid("upload", reason=f"{error.reason}（{error.file}）") from error
        texts = _own_text(name, data) or _named(upload.documents)
        if len(texts) > MOST_DOCUMENTS:
            raise Invalid("upload_many", count=str(len(texts)), limit=str(MOST_DOCUMENTS))
        token = self._put(name, texts, by)
        return self._preview(token, name, texts, upload.warnings, upload.errors)

    def keep(self, token: str, by: StaffView, filled: Mapping[str, str | date | None]) -> list[DraftView]:
        """Drafts of everything in a preview, with `filled` put where a document says nothing. Raises UploadGone, Invalid."""
        texts = [(path, _filled(article, filled)) for path, article in self._get(token, by)[1].items()]
        kept = self.editing.keep_uploaded(texts, by)
        self._file(token).unlink(missing_ok=True)
        return kept

    def again(self, token: str, by: StaffView) -> Preview:
        """The preview once more, for a page that came back. Raises UploadGone."""
        name, texts = self._get(token, by)
        return self._preview(token, name, texts, (), ())

    def _preview(
        self, token: str, name: str, texts: Mapping[str, ArticleText], warnings: tuple[str, ...], errors: tuple[str, ...]
    ) -> Preview:
        documents = tuple((path, text, tuple(self.library.warnings(path, text))) for path, text in texts.items())
        return Preview(token, name, documents, warnings, errors)

    def _put(self, name: str, texts: Mapping[str, ArticleText], by: StaffView) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob("*.json"):
            if time.time() - old.stat().st_mtime > KEPT_FOR:
                old.unlink(missing_ok=True)
        token = secrets.token_hex(16)
        kept = {"by": by.owner, "name": name, "texts": {path: write_text(article) for path, article in texts.items()}}
        self._file(token).write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        return token

    def _get(self, token: str, by: StaffView) -> tuple[str, dict[str, ArticleText]]:
        if len(token) != 32 or not token.isalnum() or not self._file(token).is_file():  # noqa: PLR2004  # hexadecimal digits
            raise UploadGone()
        kept = json.loads(self._file(token).read_text(encoding="utf-8"))
        if kept["by"] != by.owner:
            raise UploadGone()
        return kept["name"], {path: read_text(text, "") for path, text in kept["texts"].items()}

    def _file(self, token: str) -> Path:
        return self.folder / f"{token}.json"


def as_article(draft: Draft) -> ArticleText:
    """An uploaded document as a text of ours; a question and its answer, or a text by passages."""
    return ArticleText(
        id=PurePosixPath(draft.path).stem,
        title=draft.title,
        kind="faq" if draft.kind == "faq" else "text",
        region=draft.region.label if draft.region else "",
        issuer=draft.issuer or "",
        number=draft.number or "",
        unit=draft.unit or "",
        valid_from=draft.valid_from or draft.published,
        valid_to=draft.valid_to,
        basis=(Law(draft.basis),) if draft.basis else (),
        questions=tuple(way for way in draft.questions if way != draft.title)[:MOST_QUESTIONS],
        parts=tuple(Part(piece.heading, piece.text) for piece in draft.passages),
    )


def _own_text(name: str, data: bytes) -> dict[str, ArticleText]:
    """A file in our own format keeps every field; nothing for any other."""
    text = data.decode("utf-8-sig", "replace").lstrip() if name.lower().endswith(".md") else ""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    return {f"{stem}.md": read_text(text, stem)} if text.startswith(FENCE) else {}


def _named(drafts: tuple[Draft, ...]) -> dict[str, ArticleText]:
    """Each document under a name of its own ending in .md."""
    named: dict[str, ArticleText] = {}
    for draft in drafts:
        stem, count = PurePosixPath(draft.path.replace("\\", "/")).stem or "文件", 1
        path = f"{stem}.md"
        while path in named:
            count += 1
            path = f"{stem}-{count}.md"
        named[path] = as_article(draft)
    return named


def _filled(article: ArticleText, filled: Mapping[str, str | date | None]) -> ArticleText:
    given = {name: value for name, value in filled.items() if value and not getattr(article, name)}
    return replace(article, **given)  # type: ignore[arg-type]  # names and kinds of fields, checked by the page
