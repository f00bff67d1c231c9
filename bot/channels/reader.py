"""The reader page /kb/<version>: a passage as it stood when an answer quoted it, its neighbours, and other versions."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.templating import Jinja2Templates

from bot.services.texts import Texts
from knowledge.errors import KnowledgeError
from knowledge.reading import Reading

if TYPE_CHECKING:
    from bot.app import Services

VERSION = re.compile(r"[0-9A-Za-z_-]{1,64}")
#: A quotation shorter than this marks half the page by chance.
SHORTEST_MARK = 4


class Reader:
    """Shows passages."""

    def __init__(self, services: Services, words: Texts, templates: Jinja2Templates, headers: Mapping[str, str]) -> None:
        self._services, self._words, self._templates, self._headers = services, words, templates, headers

    def router(self) -> APIRouter:
        """The route of the page."""
        router = APIRouter()
        router.add_api_route("/kb/{version}", self.passage, methods=["GET"], include_in_schema=False)
        return router

    async def passage(self, request: Request, version: str, q: Annotated[str, Query()] = "") -> Response:
        """The passage with where it comes from; `q` is the quotation to mark. 404 when there is no such version."""
        found = await asyncio.to_thread(self._find, version)
        parts = split_at(found.passage.text, q[:400]) if found else ()
        context = {"words": self._words.all(), "page": found, "passage": found and found.passage, "parts": parts}
        status = 200 if found else 404
        return self._templates.TemplateResponse(request, "reader.html", context, status, headers=dict(self._headers))

    def _find(self, version: str) -> Reading | None:
        if not VERSION.fullmatch(version):
            return None
        try:
            return self._services.knowledge.reading(version)
        except KnowledgeError:  # an index that is being rebuilt; the page says that nothing was found
            return None


def split_at(text: str, quotation: str) -> tuple[tuple[str, bool], ...]:
    """The text in pieces with whether each is quoted; spaces and line ends do not count in the comparison.

    Each line of a quotation is looked for behind the one before, as quotations keep the order of their passage.
    """
    pieces: list[tuple[str, bool]] = []
    at = 0
    for begin, end in _spans(text, quotation):
        pieces += [(text[at:begin], False), (text[begin:end], True)]
        at = end
    return tuple(piece for piece in [*pieces, (text[at:], False)] if piece[0])


def _spans(text: str, quotation: str) -> list[tuple[int, int]]:
    whole = _span(text, quotation, 0)
    if whole:
        return [whole]
    spans: list[tuple[int, int]] = []
    for line in quotation.split("\n"):
        found = _span(text, line, spans[-1][1] if spans else 0)
        spans += [found] if found else []
    return spans


def _span(text: str, quotation: str, start: int) -> tuple[int, int] | None:
    """Where a quotation stands in the text from `start` on; None for one too short to tell."""
    signs = re.findall(r"\S", quotation)
    if len(signs) < SHORTEST_MARK:
        return None
    found = re.compile(r"\s*".join(map(re.escape, signs))).search(text, start)
    return found.span() if found else None
