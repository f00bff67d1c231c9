"""Server-sent events: tell an open page that something has changed. The page then reads it anew; nothing else travels.

The id of an event says what the page has: a page that comes back tells the last one, and hears only what is different now.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response, StreamingResponse

from bot.desk.guards import COOKIE, Agent, desk_of, services_of
from bot.desk.routes import JsonRoute
from bot.services.desk_looks import DeskLooks
from bot.services.live import rounds
from bot.services.views import StaffView

if TYPE_CHECKING:
    from bot.app import Services

router = APIRouter(route_class=JsonRoute, include_in_schema=False)
LOOK_EVERY = 5.0  # seconds
#: Seconds between two looks of one page: many calls at once are one look.
REST = 0.05
#: Full looks between two checks that the session still holds.
LOOKS_PER_SESSION_CHECK = 6
LISTS, CONVERSATION = "lists", "conversation"
Following = Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")]
LastEvent = Annotated[str, Header(alias="last-event-id", max_length=80)]
#: The lists a page that turns to another conversation shows already: a script cannot say it in the header.
HasLists = Annotated[str, Query(alias="lists", pattern=r"^([0-9a-f]{16})?$")]


@router.get("/events")
async def events(
    request: Request, member: Agent, conversation: Following = None, seen: LastEvent = "", has_lists: HasLists = ""
) -> Response:
    """A stream of `lists`, `conversation` and `signed_out` events for one open page."""
    services, token = services_of(request), request.cookies.get(COOKIE, "")
    closing = getattr(request.app.state, "closing", None)
    stream = follow(services, desk_of(request).looks, member.staff, token, conversation, seen or has_lists, closing)
    return StreamingResponse(
        stream, media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )


async def follow(
    services: Services, looks: DeskLooks, staff: StaffView, token: str, conversation: str | None, seen: str = "",
    closing: asyncio.Event | None = None,
) -> AsyncIterator[str]:  # fmt: skip
    """Events until the session ends, the reader goes away or the process ends. `seen`: the id of the last event.

    `looks` is the process's own: all pages of the desk look together.
    """
    topics = {"desk": LISTS} | ({f"conversation:{conversation}": CONVERSATION} if conversation else {})
    known, full_looks = _read_id(seen, conversation), 0
    yield "retry: 2000\n\n"
    calls = rounds(services.wakeups, lambda: topics, LOOK_EVERY, closing, rest=REST)
    async with aclosing(calls):
        async for called in calls:
            if len(called) == len(topics):
                if full_looks % LOOKS_PER_SESSION_CHECK == 0 and await asyncio.to_thread(services.staff.who, token) is None:
                    yield "event: signed_out\ndata: {}\n\n"
                    return
                full_looks += 1
                await asyncio.to_thread(services.presence.beat, staff)
                yield ": still here\n\n"
            parts = [topics[topic] for topic in called]
            now = await _revisions(looks, staff, conversation, parts)
            for name in [name for name in now if known.get(name) != now[name]]:
                known[name] = now[name]
                yield f"id: {_id(known, conversation)}\nevent: {name}\ndata: {json.dumps({'revision': now[name]})}\n\n"


async def _revisions(looks: DeskLooks, staff: StaffView, conversation: str | None, parts: Collection[str]) -> dict[str, str]:
    """A fingerprint of each of these parts of the page; what is gone or cannot be looked at has none."""
    asked = {LISTS: looks.lists(staff)} if LISTS in parts else {}
    if CONVERSATION in parts and conversation:
        asked[CONVERSATION] = looks.conversation(conversation)
    found = zip(asked, await asyncio.gather(*asked.values()), strict=True)
    return {name: revision for name, revision in found if revision is not None}


def _id(known: dict[str, str], conversation: str | None) -> str:
    return f"{known.get(LISTS, '')}.{known.get(CONVERSATION, '')}.{conversation or ''}"


def _read_id(seen: str, conversation: str | None) -> dict[str, str]:
    """What a page that comes back has; another conversation's revision says nothing of this one."""
    lists, _, rest = seen.partition(".")
    revision, _, followed = rest.partition(".")
    return {LISTS: lists} | ({CONVERSATION: revision} if followed == (conversation or "") else {})
