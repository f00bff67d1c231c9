"""The reader page /kb/<version>: one passage of the knowledge base, whole, as it stood when an answer quoted it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.templating import Jinja2Templates

from bot.services.texts import Texts
from knowledge.errors import KnowledgeError
from knowledge.model import Passage

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
        context = {"words": self._words.all(), "passage": found, "parts": split_at(found.text, q[:400]) if found else ()}
        status = 200 if found else 404
        return self._templates.TemplateResponse(request, "reader.html", context, status, headers=dict(self._headers))

    def _find(self, version: str) -> Passage | None:
        if not VERSION.fullmatch(version):
            return None
        try:
            return self._services.knowledge.passage(version)
        except KnowledgeError:  # an index that is being rebuilt; the page says that nothing was found
            return None


def split_at(text: str, quotation: str) -> tuple[tuple[str, bool], ...]:
    """The text in pieces with whether each is the quotation; spaces and line ends do not count in the comparison."""
    signs = re.findall(r"\S", quotation)
    if len(signs) < SHORTEST_MARK:
        return ((text, False),)
    found = re.search(r"\s*".join(map(re.escape, signs)), text)
    if found is None:
        return ((text, False),)
    begin, end = found.span()
    pieces = ((text[:begin], False), (text[begin:end], True), (text[end:], False))
    return tuple(piece for piece in pieces if piece[0])
