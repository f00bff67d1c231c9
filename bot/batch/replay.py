"""`python -m bot replay`: plays scripted conversations through the running system's web channel, each as a new resident."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from bot.app import Services, build
from bot.batch.jsonlines import transform
from bot.cases.status import EventKind
from bot.channels.web_api import COOKIE, WRITE_HEADER
from bot.launch.trouble import Trouble
from bot.services.views import MessageView
from bot.settings import Settings
from bot.text.places import find_place

#: A shared place in a script.
PLACE = {"latitude": 31.2304, "longitude": 121.4737}
#: Seconds a turn may take.
TURN_LIMIT = 30.0
#: Cases of one confirmation are filed within this time.
TOGETHER = timedelta(seconds=2)
#: What a conversation came to, by the first of these acts that happened in it.
OUTCOMES = {
    "emergency_alarm": "emergency_advised",
    "withdraw": "withdrawn",
    "mediation": "mediation_opened",
    "book": "booking_made",
    "file_two_cases": "case_filed",
    "file_case": "case_filed",
    "export": "exported",
    "handoff": "handed_off",
    "answer": "answered",
    "urge": "answered",
    "supplement": "answered",
    "appeal": "answered",
    "rate": "answered",
    "setting": "answered",
    "message": "answered",
    "show_data": "answered",
    "delete": "answered",
}


class Player:
    """A resident with a browser of its own."""

    def __init__(self, base: str, services: Services) -> None:
        self.services = services
        self.client = httpx.Client(base_url=base, timeout=30, trust_env=False, headers={"Origin": base, WRITE_HEADER: "1"})
        self.client.get("/chat").raise_for_status()
        self.seen = 0

    def play(self, text: str) -> list[MessageView]:
        """Send one turn (its lines as messages in a row) and answer what came back once all of it has been processed."""
        for line in text.split("\n"):
            if line.strip():
                self._send(line.strip())
        limit, said = time.monotonic() + TURN_LIMIT, []
        while time.monotonic() < limit:
            views = self.history()
            if all(view.status != "new" for view in views if view.sender == "resident"):
                said = [view for view in views if view.sender in ("bot", "system") and view.position > self.seen]
                break
            time.sleep(0.02)
        self.seen = max([self.seen, *(view.position for view in said)])
        return said

    def _send(self, line: str) -> None:
        client_id = secrets.token_hex(8)
        if re.fullmatch(r"\[(图片|照片)\]", line):
            files = {"file": ("photo.png", _photo(), "image/png")}
            answer = self.client.post("/chat/api/uploads", data={"client_id": client_id}, files=files)
        elif line == "[位置]":
            answer = self.client.post("/chat/api/messages", json={"client_id": client_id, **PLACE})
        else:
            answer = self.client.post("/chat/api/messages", json={"client_id": client_id, "text": line})
        answer.raise_for_status()

    def history(self) -> list[MessageView]:
        """The conversation as the system keeps it, personal data masked."""
        return self.services.conversations.transcript(self.conversation_id, limit=1000)

    @property
    def conversation_id(self) -> str:
        """The conversation of this browser: the web channel's address is the hash of the browser's cookie."""
        token = self.client.cookies[COOKIE]
        found = self.services.conversations.conversation_of("web", hashlib.sha256(token.encode()).hexdigest())
        if found is None:
            raise Trouble("系统没有收到这个浏览器的消息。")
        return found


def replay_file(source: Path, target: Path, settings: Settings) -> int:
    """Play every script {"id", "turns": [{"user"}]} of a file; answers how many. Raises Trouble when nothing runs."""
    base = f"http://127.0.0.1:{settings.port}"
    try:
        httpx.get(f"{base}/healthz", timeout=3, trust_env=False)
    except httpx.HTTPError as error:
        raise Trouble(f"系统没有在 {base} 运行：请先 `make run`。") from error
    services = build(settings)
    try:
        return transform(source, target, ("id", "turns"), lambda row: _play(base, services, row), "回放")
    finally:
        services.close()


def _photo() -> bytes:
    """A small grey picture, for an attachment in a script."""
    buffer = BytesIO()
    Image.new("RGB", (32, 32), "grey").save(buffer, "PNG")
    return buffer.getvalue()


def _play(base: str, services: Services, script: dict[str, Any]) -> dict[str, Any]:
    player, turns, acts = Player(base, services), [], []
    with closing(player.client):
        for turn in script["turns"]:
            said = player.play(str(turn["user"]))
            did = [act for view in said for act in view.did]
            asked = next((view.asked for view in reversed(said) if view.asked), None)
            turns.append({"user": turn["user"], "bot": [view.text for view in said], "asked": asked, "did": did})
            acts += did
    conversation = services.handoff.get(player.conversation_id)
    outcome = next((result for act, result in OUTCOMES.items() if act in acts), "nothing")
    return {
        "id": script["id"],
        "turns": turns,
        "outcome": outcome,
        "case": _case(services, conversation.resident_id) or _handed_on(player, conversation.owner),
        "owner": conversation.owner,
    }


def _handed_on(player: Player, owner: str) -> dict[str, Any] | None:
    """What a person finds who takes a conversation in which nothing was filed: the words as kept, the place in them."""
    if owner == "bot":
        return None
    words = "\n".join(view.text for view in player.history() if view.sender == "resident")
    place = find_place(words)
    return {"number": None, "kind": "conversation", "location": place.text if place else "", "description": words}


def _case(services: Services, resident_id: str) -> dict[str, Any] | None:
    """The resident's newest case that is no mere message, in clear, with those that were filed by the same confirmation."""
    cases = sorted(
        services.cases.of_resident(resident_id), key=lambda case: (case.kind != "message", case.number), reverse=True
    )
    if not cases:
        return None
    case = cases[0]
    together = [other for other in cases if case.opened_at - other.opened_at < TOGETHER and other.kind == case.kind]
    told = [_told(services, other.number) for other in together]
    return {
        "number": case.number, "kind": case.kind, "category": case.category,
        "location": "\n".join(location for location, _ in told), "description": "\n".join(words for _, words in told),
        "unit": case.unit, "urgent": case.urgent, "anonymous": case.anonymous, "has_contact": case.has_contact,
        "status": case.status,
    }  # fmt: skip


def _told(services: Services, number: str) -> tuple[str, str]:
    """Place and description of a case, with what was added to it."""
    clear = services.cases.original(number)
    added = [event.text for event in services.cases.get(number).events if event.kind == EventKind.SUPPLEMENTED]
    return clear.get("location", ""), "\n".join([clear.get("description", ""), *added])
