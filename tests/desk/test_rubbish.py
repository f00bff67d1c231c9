"""Random rubbish against every address of desk and admin: never a 5xx, nothing lost, the desk still works afterwards."""

from __future__ import annotations

import os
import random
import re
from typing import Any
from urllib.parse import quote

from tests.desk.desk_world import DeskWorld, Operator

REQUESTS = int(os.environ.get("JIEFANG_RUBBISH", "250"))  # more by hand
PIECES = [
    "", "\x00", "\ufffe", "\u202e", "\U0001f468\u200d\U0001f469", "'; DROP TABLE staff; --", "<script>alert(1)</script>",
    "{{7*7}}", "%s%n", "../../etc/passwd", "-1", "0", "99999999999999999999", "NaN", "true", "null", "JF20261123-0001",
    "a" * 5000, "名" * 300, "\r\nSet-Cookie: x=1",
]  # fmt: skip
NAMES = [
    "csrf", "login", "password", "proof", "next", "role", "name", "active", "event", "text", "kind", "category_code",
    "description", "location", "contact", "anonymous", "urgent", "form", "question", "region", "status", "q", "conversation",
    "after", "limit", "path", "number", "why", "edition", "act", "parts", "text_0", "heading_0", "valid_to", "verdict", "when",
    "day", "token", "file", "back", "old", "new",
]  # fmt: skip
TYPES = [
    "application/json", "multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded",
    "text/plain",
]  # fmt: skip
NO_OBJECTS = [[], None, 7, "x", {"text": {"a": 1}}, {"client_id": [], "text": "好"}]


def addresses(world: DeskWorld) -> list[str]:
    """The paths of the desk's routes, as templates."""
    paths = world.stranger().get("/api/openapi.json").json()["paths"]
    hidden = [
        "/desk", "/desk/sign-in", "/desk/c/{a}", "/desk/c/{a}/file", "/desk/c/{a}/files/{b}", "/desk/fragments/lists",
        "/desk/fragments/c/{a}", "/desk/cases", "/desk/cases/{a}", "/desk/cases/{a}/move", "/desk/static/{a}", "/admin",
        "/admin/accounts", "/admin/accounts/{a}/password", "/admin/accounts/{a}/active", "/admin/district", "/admin/knowledge",
        "/admin/knowledge/documents", "/admin/knowledge/document", "/admin/knowledge/document/edit", "/admin/knowledge/new",
        "/admin/knowledge/document/compare", "/admin/knowledge/document/restore", "/admin/knowledge/document/withdraw",
        "/admin/knowledge/drafts/{a}", "/admin/knowledge/drafts/{a}/review", "/admin/knowledge/drafts/{a}/take-back",
        "/admin/knowledge/statutes", "/admin/knowledge/statutes/{a}", "/admin/knowledge/upload", "/admin/knowledge/upload/keep",
        "/admin/knowledge/document/state", "/admin/knowledge/drafts-approve", "/admin/knowledge/drafts-hand-in",
        "/admin/knowledge/gaps", "/admin/knowledge/gaps/write", "/admin/knowledge/golden", "/admin/knowledge/golden/ask",
        "/admin/knowledge/golden/{a}/remove", "/admin/knowledge/recall", "/admin/knowledge/recalls",
        "/admin/measures", "/admin/measures.csv", "/admin/knowledge/recalls/{a}/confirm", "/admin/knowledge/recalls/{a}/drop",
    ]  # fmt: skip
    return sorted(paths) + hidden


def filled(path: str, known: list[str], dice: random.Random) -> str:
    """A path with something in its blanks: now and then something that exists."""
    return re.sub(r"{[^}]+}", lambda _: quote(dice.choice([*known, *PIECES]), safe="") or "x", path)


def body(dice: random.Random, csrf: str) -> dict[str, Any]:
    """Arguments of a request: a form, JSON, or bytes that are neither."""
    fields = {name: dice.choice(PIECES) for name in dice.sample(NAMES, dice.randrange(8))}
    if dice.random() < 0.7:
        fields["csrf"] = csrf
    headers = {"x-csrf-token": csrf if dice.random() < 0.7 else "forged"}
    match dice.randrange(4):
        case 0:
            return {"json": fields, "headers": headers}
        case 1:
            return {"json": dice.choice(NO_OBJECTS), "headers": headers}
        case 2:
            content = dice.randbytes(dice.randrange(200))
            return {"content": content, "headers": headers | {"content-type": dice.choice(TYPES)}}
    return {"data": fields, "headers": headers}


def test_rubbish_is_never_an_error_of_ours(world: DeskWorld) -> None:
    chief, dice = world.operator("chief", "赵主任", "admin"), random.Random(20261123)
    conversation = world.waiting("楼上太吵")
    chief.post("/admin/knowledge/new", kind="faq")
    known, paths = [conversation, "1"], addresses(world)
    for _ in range(REQUESTS):
        path = filled(dice.choice(paths), known, dice)
        if dice.random() < 0.5:
            answer = chief.client.get(path, params={name: dice.choice(PIECES) for name in dice.sample(NAMES, 3)})
        else:
            answer = chief.client.post(path, **body(dice, chief.csrf))
        assert answer.status_code < 500, (path, answer.status_code)
        assert "set-cookie" not in answer.headers or "sign-in" in path
    assert works_as_before(world, conversation)


def works_as_before(world: DeskWorld, conversation: str) -> bool:
    """Whether a colleague can still sign in, take the conversation and reply."""
    wang: Operator = world.operator()
    owner = world.services.handoff.get(conversation).owner
    if owner == "queued":
        wang.act(conversation, "claim")
        wang.act(conversation, "reply", text="您好", client_id="a" * 16)
        return "您好" in world.read_by_resident(conversation)
    return wang.get(f"/desk/c/{conversation}").status_code == 200
