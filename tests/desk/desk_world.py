"""The desk over real services: operators with a browser of their own, residents who write, a server for real browsers."""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute

from bot.app import Services
from bot.desk.app import admin_router, desk_router, docs_router
from bot.desk.desk import Desk
from bot.services.views import Accepted, Incoming, StaffView, Upload

PASSWORD = "mei-gui-yuan-3"
numbers = itertools.count(1)


class Operator:
    """A staff member in front of a browser."""

    def __init__(self, client: TestClient, staff: StaffView) -> None:
        self.client, self.staff, self.csrf = client, staff, ""

    def sign_in(self, password: str = PASSWORD, goal: str = "/desk") -> Any:
        """As a person does it: open the form, fill it, send it."""
        form = self.client.get("/desk/sign-in", params={"next": goal}).text
        fields = {"login": self.staff.login, "password": password, "proof": field(form, "proof"), "next": field(form, "next")}
        answer = self.client.post("/desk/sign-in", data=fields)
        if answer.status_code == 303:
            # Everybody has a page of their own, and every page has the session's token.
            self.csrf = token_of(self.client.get("/desk/me").text)
        return answer

    def get(self, path: str) -> Any:
        """A page."""
        return self.client.get(path)

    def post(self, path: str, /, **fields: Any) -> Any:
        """A form with the session's token."""
        return self.client.post(path, data={"csrf": self.csrf} | fields)

    def act(self, conversation: str, what: str, **body: Any) -> Any:
        """A JSON call on a conversation."""
        headers = {"x-csrf-token": self.csrf}
        return self.client.post(f"/desk/api/conversations/{conversation}/{what}", json=body, headers=headers)


@cache
def _routes() -> list[BaseRoute]:
    """The desk's routes, which know nothing of any services: put together once, for that takes longer than most tests."""
    app = FastAPI()
    for router in (desk_router, admin_router, docs_router):
        app.include_router(router())
    return app.router.routes


class DeskWorld:
    """Services, the application over them, and what a test does to them."""

    def __init__(self, services: Services) -> None:
        self.services = services
        services.staff.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # quick: it guards nothing
        self.app = FastAPI(docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
        self.app.state.desk = Desk(services)
        self.app.router.routes.extend(_routes())

    def staff(self, login: str = "wang.min", name: str = "王敏", role: str = "agent") -> StaffView:
        """A new account."""
        return self.services.staff.add(login, name, role, PASSWORD)

    def stranger(self) -> TestClient:
        """A browser nobody has signed in."""
        return TestClient(self.app, follow_redirects=False, raise_server_exceptions=True)

    def operator(self, login: str = "wang.min", name: str = "王敏", role: str = "agent") -> Operator:
        """A new account, signed in."""
        operator = Operator(self.stranger(), self.staff(login, name, role))
        assert operator.sign_in().status_code == 303
        return operator

    def says(self, text: str, *, address: str = "li", uploads: tuple[Upload, ...] = (), **facts: Any) -> Accepted:
        """A resident writes."""
        kind = facts.pop("kind", uploads[0].kind if uploads else "text")
        message = Incoming("web", address, f"m-{next(numbers)}", kind, text, uploads=uploads, **facts)
        return self.services.conversations.accept(message)

    def waiting(self, text: str = "我要找人工", *, address: str = "li") -> str:
        """A resident who waits for a person; the id of the conversation."""
        conversation = self.says(text, address=address).conversation_id
        self.services.handoff.request(conversation, "asked")
        return conversation

    def read_by_resident(self, conversation: str) -> list[str]:
        """What the resident can read."""
        return [line.text for line in self.services.conversations.transcript(conversation)]

    @contextmanager
    def served(self) -> Iterator[str]:
        """The application on a free port of localhost; hands out the address."""
        server = uvicorn.Server(uvicorn.Config(self.app, port=0, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.02)
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def field(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def token_of(page: str) -> str:
    """The session's forgery token in a page."""
    found = re.search(r'<meta name="csrf" content="([^"]+)"', page)
    assert found, "no token in the page"
    return found[1]
