"""Server-sent events: tell an open page that something has changed. The page then reads it anew; nothing else travels.

A wake-up may be missed (another process without Redis, a restart), so what is shown is compared every few seconds anyway.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from bot.cases.errors import NotFound, Unavailable
from bot.desk.guards import COOKIE, Agent, services_of
from bot.desk.routes import JsonRoute
from bot.services.views import StaffView

if TYPE_CHECKING:
    from bot.app import Services

router = APIRouter(route_class=JsonRoute, include_in_schema=False)
LOOK_EVERY = 5.0  # seconds
#: Looks between two checks that the session still holds.
LOOKS_PER_SESSION_CHECK = 6
#: Enough lines to notice a changed delivery state.
LINES_COMPARED = 30
Following = Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")]


@router.get("/events")
async def events(request: Request, member: Agent, conversation: Following = None) -> Response:
    """A stream of `lists`, `conversation` and `signed_out` events for one open page."""
    services, token = services_of(request), request.cookies.get(COOKIE, "")
    stream = follow(services, member.staff, token, conversation)
    return StreamingResponse(
        stream, media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )


async def follow(services: Services, staff: StaffView, token: str, conversation: str | None) -> AsyncIterator[str]:
    """Events until the session ends or the reader goes away."""
    known: dict[str, str] = {}
    looks = 0
    yield "retry: 2000\n\n"
    while True:
        if looks % LOOKS_PER_SESSION_CHECK == 0 and await asyncio.to_thread(services.staff.who, token) is None:
            break
        looks += 1
        # Waiting begins before looking: what changes in between wakes us at once.
        waiting = _wait(services, conversation)
        try:
            await asyncio.sleep(0)  # lets them begin
            now = await asyncio.to_thread(_revisions, services, staff, conversation)
            for name in now.keys() - {key for key in known if known[key] == now.get(key)}:
                yield f"event: {name}\ndata: {json.dumps({'revision': now[name]})}\n\n"
            known = now
            if looks % LOOKS_PER_SESSION_CHECK == 0:
                yield ": still here\n\n"
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
    yield "event: signed_out\ndata: {}\n\n"


def _wait(services: Services, conversation: str | None) -> list[asyncio.Task[None]]:
    topics = ["desk"] + ([f"conversation:{conversation}"] if conversation else [])
    return [asyncio.create_task(_one(services, topic)) for topic in topics]


async def _one(services: Services, topic: str) -> None:
    await services.wakeups.wait(topic, LOOK_EVERY)


def _revisions(services: Services, staff: StaffView, conversation: str | None) -> dict[str, str]:
    """A fingerprint of each part of the page; what is gone or out of reach has none."""
    try:
        handoff = services.handoff
        found = {"lists": _fingerprint(handoff.queue(), handoff.mine(staff), handoff.recent(limit=20))}
        if conversation:
            view = handoff.get(conversation)
            after = max(0, view.last_position - LINES_COMPARED)
            lines = services.conversations.transcript(conversation, after=after, for_staff=True)
            found["conversation"] = _fingerprint(view, lines, services.cases.of_resident(view.resident_id))
        return found
    except (NotFound, Unavailable):
        return {}


def _fingerprint(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:16]
