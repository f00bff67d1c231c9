"""A Bot API server on localhost for tests: the documented methods, Telegram's refusals, and trouble on demand.

It runs in a thread of its own, so that the service under test can be started, cancelled and started again around it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.datastructures import UploadFile
from starlette.types import Receive, Scope, Send

from tests.botapi.methods import METHODS
from tests.botapi.state import Params, Refusal, State, Trouble

LOOK_EVERY = 0.01


class Dropped(Response):
    """Begins an answer and hangs up in the middle of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


def bot_api(current: Callable[[], State]) -> FastAPI:
    """The application over whatever state is current."""
    app = FastAPI(openapi_url=None)

    @app.api_route("/bot{token}/{method}", methods=["GET", "POST"])
    async def call(token: str, method: str, request: Request) -> Response:
        state = current()
        return await _guarded(state, method, lambda: _call(state, token, method, request))

    @app.get("/file/bot{token}/{path:path}")
    async def download(token: str, path: str) -> Response:
        state = current()
        return await _guarded(state, "file", lambda: _download(state, token, path))

    return app


async def _guarded(state: State, name: str, act: Any) -> Response:
    """Let the next trouble of this method happen, if there is one."""
    with state.lock:
        waiting = next((queue for key, queue in state.troubles.items() if key.lower() == name.lower() and queue), None)
        trouble: Trouble | None = waiting.popleft() if waiting else None
    try:
        if trouble is None:
            answer: Response = await act()
            return answer
        if trouble.kind == "drop":
            return Dropped()
        if trouble.kind == "rubbish":
            return Response(trouble.body, 200)
        await asyncio.sleep(trouble.seconds)
        if trouble.refusal is not None:
            raise trouble.refusal
        slow: Response = await act()
        return slow
    except Refusal as refusal:
        return _refused(refusal)


async def _call(state: State, token: str, method: str, request: Request) -> Response:
    _check_token(state, token)
    params = await _params(request)
    with state.lock:
        state.calls.append((method, params))
    if method.lower() == "getupdates":
        return _ok(await _get_updates(state, params))
    if method.lower() not in METHODS:
        raise Refusal(404, "Not Found")
    with state.lock:
        return _ok(METHODS[method.lower()](state, params))


async def _get_updates(state: State, params: Params) -> list[dict[str, Any]]:
    """What waits behind `offset`, at once or when something comes; a newer question ends an older one."""
    offset, limit, wait = (int(params.get(key) or value) for key, value in (("offset", 0), ("limit", 100), ("timeout", 0)))
    wanted = set(json.loads(params["allowed_updates"])) if params.get("allowed_updates") else None
    with state.lock:
        if state.webhook:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        state.polls += 1
        mine, until = state.polls, time.monotonic() + wait
        state.updates = [update for update in state.updates if update["update_id"] >= offset]
    while True:
        with state.lock:
            if state.polls != mine:
                raise Refusal(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            found = [item for item in state.updates if item["update_id"] >= offset and _is_wanted(item, wanted)][:limit]
        if found or time.monotonic() >= until:
            return found
        await asyncio.sleep(LOOK_EVERY)


def _is_wanted(update: dict[str, Any], wanted: set[str] | None) -> bool:
    return wanted is None or bool(wanted & update.keys()) or update.keys() == {"update_id"}


async def _download(state: State, token: str, path: str) -> Response:
    _check_token(state, token)
    with state.lock:
        data = next((data for known, data, _ in state.files.values() if known == path), None)
    if data is None:
        raise Refusal(404, "Not Found")
    return Response(data, media_type="application/octet-stream")


def _check_token(state: State, token: str) -> None:
    number, _, secret = token.partition(":")
    if not number.isdigit() or not secret:
        raise Refusal(404, "Not Found")
    if token != state.token:
        raise Refusal(401, "Unauthorized")


async def _params(request: Request) -> Params:
    """Parameters as Telegram takes them: in the address, as a form, or as JSON."""
    params: Params = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            files = {key: (one.filename, await one.read()) for key, one in form.items() if isinstance(one, UploadFile)}
            return params | {key: one for key, one in form.items() if isinstance(one, str)} | files
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        return params | json.loads(body or b"{}")
    return params | dict(parse_qsl(body.decode(), keep_blank_values=True))


def _ok(result: Any) -> Response:
    return Response(json.dumps({"ok": True, "result": result}, ensure_ascii=False), media_type="application/json")


def _refused(refusal: Refusal) -> Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return Response(json.dumps(body), refusal.code, media_type="application/json")


class BotApiServer:
    """The server on a port of localhost, in its own thread. `stop` and `start` again keep state and port.

    A test that wants Telegram empty puts a new State into `state`.
    """

    def __init__(self, state: State | None = None) -> None:
        self.state, self.port = state or State(), 0
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """What TELEGRAM_API_BASE is set to."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve; returns when the port answers."""
        config = uvicorn.Config(
            bot_api(lambda: self.state), "127.0.0.1", self.port, log_config=None, access_log=False, timeout_graceful_shutdown=1
        )
        for name in ("uvicorn.error", "uvicorn.access"):  # one complains of Dropped, the other writes the token
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="botapi", daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Go away, as a network does: open connections are cut."""
        if self._server and self._thread:
            self._server.force_exit = self._server.should_exit = True
            self._thread.join(5)
