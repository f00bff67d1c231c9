"""The chat page's interface under /chat/api: messages and uploads in, history, attachments and the stream out.

A browser is known by a random token in a cookie; only its hash reaches the core. Writing needs the header
`X-Jiefang-Chat`, which a foreign page cannot send without a permission we never give.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.cases.errors import NotFound
from bot.channels.web_events import OpenStreams, Stream, browser_topic
from bot.channels.web_limits import Pace, Problem, polite_route
from bot.channels.web_uploads import read_upload
from bot.channels.web_views import message_json, state_json
from bot.services.media import StoredFile
from bot.services.privacy import OwnFile
from bot.services.texts import Texts
from bot.services.views import Incoming

if TYPE_CHECKING:
    from bot.app import Services

COOKIE = "jiefang_browser"
WRITE_HEADER = "x-jiefang-chat"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
CLIENT_ID = r"^[A-Za-z0-9_-]{8,64}$"
#: Signs in one message; Telegram's own limit is about the same.
LONGEST_TEXT = 4000
#: Bytes of a message's body: LONGEST_TEXT signs of four bytes, escaped, and room for the rest.
MESSAGE_BYTES = 64 * 1024
#: An upload counts as much as this many messages.
UPLOAD_COST = 4.0
#: Positions of history loaded at once.
HISTORY = 60
#: Positions beyond this are no positions; the databases would refuse them.
LAST_POSITION = 2**31 - 1
SHOWN_IN_PLACE = ("image/jpeg", "image/png", "audio/")
NEVER_STORED = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

ClientId = Annotated[str, Field(pattern=CLIENT_ID)]


class Post(BaseModel):
    """What a resident sends: a text, a pressed button, or a place; exactly one of them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    client_id: ClientId
    text: str | None = None
    button: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Post:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("half a place")
        if sum(thing is not None for thing in (self.text, self.button, self.latitude)) != 1:
            raise ValueError("exactly one of text, button, place")
        return self


class Seen(BaseModel):
    """How far a page has shown the conversation."""

    model_config = ConfigDict(extra="forbid", strict=True)

    position: Annotated[int, Field(ge=1, le=LAST_POSITION)]


class ChatApi:
    """The endpoints; one object for each application."""

    def __init__(self, services: Services, page: Texts, pace: Pace | None = None) -> None:
        self._services, self._page = services, page
        self._pace = pace or Pace()
        self._streams = OpenStreams()

    def router(self) -> APIRouter:
        """The routes under /chat/api."""
        texts, room = self._services.texts, MESSAGE_BYTES + self._services.settings.max_upload_mb * 1024 * 1024
        large = polite_route(self._page, texts, room)
        router = APIRouter(prefix="/chat/api", route_class=polite_route(self._page, texts, MESSAGE_BYTES), tags=["chat"])
        router.add_api_route(
            "/messages", self.post_message, methods=["POST"], summary="发一句话、点一个按钮或发一个位置", status_code=202
        )
        router.add_api_route(
            "/uploads",
            self.post_upload,
            methods=["POST"],
            summary="发照片、录音或文件",
            status_code=202,
            route_class_override=large,
        )
        router.add_api_route("/history", self.history, methods=["GET"], summary="看聊天记录")
        router.add_api_route("/events", self.events, methods=["GET"], summary="跟着看新消息（SSE）")
        router.add_api_route(
            "/attachments/{attachment_id}", self.attachment, methods=["GET"], summary="看自己发过的照片、录音、文件"
        )
        router.add_api_route("/sent/{position}", self.sent, methods=["GET"], summary="看工作人员发来的照片、文件")
        router.add_api_route("/seen", self.seen, methods=["POST"], summary="告诉工作人员看到哪一句了", status_code=202)
        router.add_api_route("/exports/{export_id}", self.export, methods=["GET"], summary="取自己信息的一份")
        return router

    async def post_message(self, request: Request, post: Post) -> Response:
        """Take a message in; answers 202 after it is committed. The same client_id twice is one message."""
        address = self._writer(request)
        if post.text is not None:
            return await self._accept(address, post.client_id, kind="text", text=self._read_text(post.text))
        if post.button is not None:
            return await self._accept(address, post.client_id, kind="button", button=post.button)
        return await self._accept(address, post.client_id, kind="location", latitude=post.latitude, longitude=post.longitude)

    async def post_upload(
        self, request: Request, client_id: Annotated[str, Form(pattern=CLIENT_ID)], file: Annotated[UploadFile, File()]
    ) -> Response:
        """Take a photo, voice message or file in; what it is, its bytes decide."""
        address = self._writer(request, UPLOAD_COST)
        limit = self._services.settings.max_upload_mb
        if (file.size or 0) > limit * 1024 * 1024:
            raise Problem(413, "too_big", limit=limit)
        upload = await asyncio.to_thread(read_upload, file.filename or "", await file.read())
        return await self._accept(address, client_id, kind=upload.kind, uploads=(upload,))

    async def history(
        self, request: Request, before: Annotated[int, Query(ge=1, le=LAST_POSITION)] = LAST_POSITION
    ) -> Response:
        """The newest lines before a position, who has the word, and whether there are older ones."""
        address = browser_of(request)
        shown = await asyncio.to_thread(self._history, address, before) if address else None
        return JSONResponse(shown or {"messages": [], "state": None, "older": False}, headers=NEVER_STORED)

    async def events(self, request: Request, after: Annotated[int, Query(ge=0, le=LAST_POSITION)] = 0) -> Response:
        """Server-sent events `message`, `state` and `beat`, beginning behind Last-Event-ID or `after`."""
        address = self._reader(request)
        if self._streams.full(address):
            raise Problem(429, "too_many_pages", wait=10)
        last = request.headers.get("last-event-id", "")
        begin = int(last) if re.fullmatch(r"[0-9]{1,9}", last) else after
        closing = getattr(request.app.state, "closing", None)  # bot/server.py sets it before it stops
        frames = self._streams.counted(address, Stream(self._services, address, begin, closing).frames())
        return StreamingResponse(frames, media_type="text/event-stream", headers=NEVER_STORED | {"X-Accel-Buffering": "no"})

    async def attachment(self, request: Request, attachment_id: int) -> Response:
        """A file of this browser's own conversation; all that is not a picture or a sound is downloaded, not shown."""
        if not 0 < attachment_id <= LAST_POSITION:
            raise Problem(404, "not_found")
        return self._stored(await asyncio.to_thread(self._attachment, self._reader(request), attachment_id))

    async def sent(self, request: Request, position: int) -> Response:
        """What staff sent into this browser's conversation."""
        if not 0 < position <= LAST_POSITION:
            raise Problem(404, "not_found")
        return self._stored(await asyncio.to_thread(self._sent, self._reader(request), position))

    async def seen(self, request: Request, seen: Seen) -> Response:
        """The page has shown everything up to a position; staff see that what they wrote was read."""
        await asyncio.to_thread(self._seen, self._writer(request), seen.position)
        return JSONResponse({}, 202, headers=NEVER_STORED)

    @staticmethod
    def _stored(stored: StoredFile) -> Response:
        shown = stored.content_type.startswith(SHOWN_IN_PLACE)
        return FileResponse(
            stored.path, media_type=stored.content_type,
            headers={
                "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(stored.name)}",
                "Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, max-age=3600",
            },
        )  # fmt: skip

    async def export(self, request: Request, export_id: int) -> Response:
        """A copy of this browser's own data, while it can be fetched; always downloaded, never kept by the browser."""
        if not 0 < export_id <= LAST_POSITION:
            raise Problem(404, "not_found")
        try:
            found, data = await asyncio.to_thread(self._export, self._reader(request), export_id)
        except NotFound as error:
            raise Problem(404, "not_found") from error
        disposition = f"attachment; filename*=UTF-8''{quote(found.name)}"
        return Response(data, media_type=found.content_type, headers=NEVER_STORED | {"Content-Disposition": disposition})

    def _export(self, address: str, export_id: int) -> tuple[OwnFile, bytes]:
        conversation_id = self._services.conversations.conversation_of("web", address)
        if conversation_id is None:
            raise NotFound("conversation")
        return self._services.privacy.file(export_id, conversation_id=conversation_id)

    async def _accept(self, address: str, client_id: str, **what: Any) -> Response:
        incoming = Incoming(channel="web", address=address, message_id=f"{address}:{client_id}", **what)
        accepted = await asyncio.to_thread(self._services.conversations.accept, incoming)
        self._services.wakeups.wake(browser_topic(address))
        return JSONResponse({"client_id": client_id, "duplicate": accepted.duplicate}, 202, headers=NEVER_STORED)

    def _history(self, address: str, before: int) -> dict[str, Any] | None:
        conversation_id = self._services.conversations.conversation_of("web", address)
        if conversation_id is None:
            return None
        conversation = self._services.handoff.get(conversation_id)
        end = min(before - 1, conversation.last_position)
        after = max(0, end - HISTORY)
        views = self._services.conversations.transcript(conversation_id, after=after, limit=HISTORY)
        lines = [message_json(view) for view in views if view.position <= end]
        state = state_json(conversation, self._services.manners.of(conversation_id))
        return {"messages": lines, "state": state, "older": after > 0, "after": after, "end": end}

    def _attachment(self, address: str, attachment_id: int) -> StoredFile:
        conversation_id = self._services.conversations.conversation_of("web", address)
        if conversation_id is None:
            raise Problem(404, "not_found")
        return self._services.conversations.attachment(attachment_id, conversation_id=conversation_id)

    def _sent(self, address: str, position: int) -> StoredFile:
        conversation_id = self._services.conversations.conversation_of("web", address)
        if conversation_id is None:
            raise Problem(404, "not_found")
        return self._services.sending.file(conversation_id, position)

    def _seen(self, address: str, position: int) -> None:
        conversation_id = self._services.conversations.conversation_of("web", address)
        if conversation_id is not None:
            self._services.sending.seen(conversation_id, position)

    def _reader(self, request: Request) -> str:
        address = browser_of(request)
        if address is None:
            raise Problem(401, "no_browser")
        return address

    def _writer(self, request: Request, cost: float = 1.0) -> str:
        """The browser that wants to write. Raises Problem when it is another site's page, unknown, or too fast."""
        if WRITE_HEADER not in request.headers or request.headers.get("sec-fetch-site", "same-origin") == "cross-site":
            raise Problem(403, "not_from_page")
        address = self._reader(request)
        seconds = self._pace.wait(address, cost)
        if seconds:
            raise Problem(429, "too_fast", wait=seconds, seconds=int(seconds) + 1)
        return address

    @staticmethod
    def _read_text(text: str) -> str:
        """The text without control signs. Raises Problem for one without anything to see, or too long."""
        kept = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs", "Cn"))
        if len(kept) > LONGEST_TEXT:
            raise Problem(413, "too_long", limit=LONGEST_TEXT)
        if all(unicodedata.category(sign) in ("Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me") for sign in kept):
            raise Problem(422, "empty")
        return kept.strip()


def browser_of(request: Request) -> str | None:
    """The address of the browser that asks: the hash of its token, or None when it has none that could be ours."""
    token = request.cookies.get(COOKIE, "")
    return hashlib.sha256(token.encode()).hexdigest() if TOKEN.fullmatch(token) else None
