"""The service's process: which roles it plays, the web application they share, and the loops of the worker.

`web` and `telegram` are public and share one port; `actions` answers Rasa on a loopback port of its own.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import generate_latest

from bot.app import Services, start
from bot.services import gap_work, gate, recalls
from bot.services.case_ahead import Ahead
from bot.services.case_clocks import CaseClocks
from bot.services.handoff_timers import HandoffTimers
from bot.services.ports import Messenger
from bot.services.reviewing import TOPIC
from bot.worker.clocks import Clocks
from bot.worker.loops import LOOK_AGAIN, run_turns, sweep
from bot.worker.outbox import Outbox
from bot.worker.publications import Publications

log = structlog.get_logger()
ROLES: Final = ("web", "telegram", "actions", "worker")
#: Seconds between looks at what has fallen due.
CLOCK_EVERY = 5.0
#: Seconds between looks at what many residents of one grid have written.
AHEAD_EVERY = 30.0
#: The same for people: alerts, choices, staff who have fallen silent.
PEOPLE_EVERY = 2.0
#: Seconds between looks at what waits for publication, should nobody have told us.
PUBLISH_EVERY = 2.0
#: Seconds between looks at copies of data that have expired; nobody can fetch those meanwhile.
FORGET_EVERY = 600.0


def public_app(services: Services, roles: frozenset[str]) -> FastAPI:
    """The web application residents and staff reach."""
    from bot.channels.open311 import open311_router
    from bot.channels.web import chat_router
    from bot.desk.app import open_desk

    app = FastAPI(title="街坊 API", version="0.1.0", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    if "web" in roles:
        app.include_router(chat_router(services))
        open_desk(app, services)
        app.include_router(open311_router(services))
    if "telegram" in roles and services.settings.telegram_token and services.settings.telegram_mode == "webhook":
        from bot.channels.telegram import webhook_router

        app.include_router(webhook_router(services))
    _add_health(app, services)
    return app


def _add_health(app: FastAPI, services: Services) -> None:
    @app.get("/healthz", summary="活着吗：数据库与机器人")
    def health() -> JSONResponse:
        database, engine = services.database.alive(), services.engine.alive()
        return JSONResponse({"database": database, "engine": engine}, 200 if database else 503)

    @app.get("/metrics", summary="Prometheus 指标", response_class=PlainTextResponse)
    def metrics() -> bytes:
        return generate_latest()


def actions_app() -> FastAPI:
    """The endpoint Rasa calls to run our actions; loopback only."""
    from actions.endpoint import actions_router

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(actions_router())
    return app


async def serve(services: Services, roles: frozenset[str], ready: Callable[[], None] = lambda: None) -> None:
    """Play `roles` until told to stop; `ready` is called once everything answers."""
    start(services)
    settings = services.settings
    servers = []
    if roles & {"web", "telegram"}:
        servers.append(_server(public_app(services, roles), settings.host, settings.port))
    if "actions" in roles:
        servers.append(_server(actions_app(), "127.0.0.1", settings.actions_port))
    async with _loops(services, roles):
        running = [asyncio.ensure_future(server.serve()) for server in servers]
        while running and not all(server.started for server in servers):
            await asyncio.sleep(0.05)
            if any(task.done() for task in running):
                break
        else:
            ready()
        await (asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED) if running else asyncio.Event().wait())
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*running)


@asynccontextmanager
async def _loops(services: Services, roles: frozenset[str]) -> AsyncIterator[None]:
    """The loops of these roles, running while the block runs."""
    messengers: list[Messenger] = []
    async with _telegram(services, roles) as telegram:
        if telegram is not None:
            messengers.append(telegram)
        tasks = [asyncio.ensure_future(loop) for loop in _loops_of(services, roles, messengers)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _loops_of(services: Services, roles: frozenset[str], messengers: list[Messenger]) -> list[Coroutine[Any, Any, None]]:
    loops: list[Coroutine[Any, Any, None]] = []
    if messengers:
        outbox = Outbox(services.database, messengers, services.clock, services.wakeups)
        loops.append(sweep("outbox", outbox.once, services.wakeups, "outbox", LOOK_AGAIN))
    if "worker" in roles:
        if roles >= set(ROLES) and services.database.engine.dialect.name == "sqlite":
            services.turns.forget_leases()
        clocks = Clocks(CaseClocks(services.database, services.cases.flow, services.clock), services.wakeups)
        people = HandoffTimers(services.handoff)
        loops.append(sweep("people", partial(asyncio.to_thread, people.once), services.wakeups, "clocks", PEOPLE_EVERY))
        ahead = Ahead(services.database, services.cases.dispatcher, services.cases.flow, services.clock)
        loops.append(sweep("ahead", partial(asyncio.to_thread, ahead.once), services.wakeups, "ahead", AHEAD_EVERY))
        loops.append(run_turns(services.turns, services.wakeups))
        loops.append(sweep("clocks", partial(asyncio.to_thread, clocks.once), services.wakeups, "clocks", CLOCK_EVERY))
        publish = partial(asyncio.to_thread, Publications(services.reviewing, services.releases, services.lexicon).once)
        loops.append(sweep("publications", publish, services.wakeups, TOPIC, PUBLISH_EVERY))
        check = partial(asyncio.to_thread, services.checking.once)
        loops.append(sweep("checks", check, services.wakeups, gate.TOPIC, PUBLISH_EVERY))
        fill = partial(asyncio.to_thread, services.gap_work.once)
        loops.append(sweep("gaps", fill, services.wakeups, gap_work.TOPIC, CLOCK_EVERY))
        remind = partial(asyncio.to_thread, services.bookings.once)
        loops.append(sweep("bookings", remind, services.wakeups, "clocks", CLOCK_EVERY))
        forget = partial(asyncio.to_thread, services.privacy.once)
        loops.append(sweep("copies", forget, services.wakeups, "clocks", FORGET_EVERY))
        correct = partial(asyncio.to_thread, services.recalls.once)
        loops.append(sweep("recalls", correct, services.wakeups, recalls.TOPIC, CLOCK_EVERY))
    return loops


@asynccontextmanager
async def _telegram(services: Services, roles: frozenset[str]) -> AsyncIterator[Messenger | None]:
    if "telegram" not in roles or not services.settings.telegram_token:
        yield None
        return
    from bot.channels.telegram import running_telegram

    async with running_telegram(services) as messenger:
        yield messenger


class Server(uvicorn.Server):
    """Tells open streams of pages (`app.state.closing`) that the process ends; they would hold it up until they are cut off."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's."""
        self.config.app.state.closing = asyncio.Event()  # type: ignore[union-attr]  # it is always an application here
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, after the streams were told."""
        self.config.app.state.closing.set()  # type: ignore[union-attr]  # an application, as above
        await super().shutdown(sockets)


def _server(app: FastAPI, host: str, port: int) -> Server:
    config = uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=3)
    return Server(config)
