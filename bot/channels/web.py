"""The residents' web chat: its page, its files, and the headers that keep other people's scripts out.

The interface behind the page is `web_api.py`, the stream `web_events.py`; what the page says is
data/district/chat_page.csv.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from starlette.exceptions import HTTPException as NotServed

from bot.channels.reader import Reader
from bot.channels.web_api import COOKIE, LONGEST_TEXT, ChatApi, browser_of
from bot.channels.web_limits import Pace, refusal
from bot.services.texts import Texts

if TYPE_CHECKING:
    from bot.app import Services

HERE = Path(__file__).resolve().parent
#: A browser is remembered half a year; each visit begins the time anew.
REMEMBERED = 180 * 24 * 3600
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), microphone=(self), camera=(self)",
    "Cache-Control": "no-store",
}


def chat_router(services: Services, *, pace: Pace | None = None) -> APIRouter:
    """Everything residents see in a browser: / and /chat, /chat/api, /chat/static, /kb."""
    words = Texts(services.settings.district / "chat_page.csv")
    templates = Jinja2Templates(HERE / "templates")
    pages = ChatPages(services, words, templates)
    router = APIRouter()
    router.add_api_route("/", pages.front, methods=["GET"], include_in_schema=False)
    router.add_api_route("/chat", pages.chat, methods=["GET"], include_in_schema=False)
    router.add_api_route("/chat/static/{path:path}", pages.static, methods=["GET"], include_in_schema=False)
    router.include_router(Reader(services, words, templates, PAGE_HEADERS).router())
    router.include_router(ChatApi(services, words, pace).router())
    return router


class ChatPages:
    """The page itself and the files it loads."""

    def __init__(self, services: Services, words: Texts, templates: Jinja2Templates) -> None:
        self._settings, self._words, self._templates = services.settings, words, templates
        self._files = StaticFiles(directory=HERE / "static")

    async def front(self) -> Response:
        """The bare address leads to the chat."""
        return RedirectResponse("/chat", 303)

    async def chat(self, request: Request) -> Response:
        """The chat page; a browser without a token gets one."""
        words = self._words.all()
        facts = {"words": words, "longest_text": LONGEST_TEXT, "max_upload_mb": self._settings.max_upload_mb}
        suggestions = [text for key, text in words.items() if key.startswith("suggestion_")]
        context = {"words": words, "suggestions": suggestions, "for_script": json.dumps(facts).replace("<", "\\u003c")}
        response = self._templates.TemplateResponse(request, "chat.html", context, headers=PAGE_HEADERS)
        known = browser_of(request) is not None
        response.set_cookie(
            COOKIE, request.cookies[COOKIE] if known else secrets.token_urlsafe(32), max_age=REMEMBERED, path="/chat",
            httponly=True, samesite="lax", secure=self._settings.secure_cookies,
        )  # fmt: skip
        return response

    async def static(self, request: Request, path: str) -> Response:
        """A style sheet, script or picture of the page; browsers ask each time whether it has changed."""
        try:
            response = await self._files.get_response(path, request.scope)
        except NotServed:
            return refusal(404, "not_found", self._words("not_found"))
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
