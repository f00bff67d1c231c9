"""Turns while processes are killed −9: how many were lost, doubled or out of order.

usage: .venv/bin/python -m benchmarks.kill [--turns 500] [--kills 10]
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bot.app import build
from bot.launch import prepare
from bot.settings import read_settings
from tests.system import Resident, System

#: What residents say, over and over: small talk, questions, and a case begun and dropped, so that forms are alive.
SAYINGS = ("你好", "居住证怎么办", "楼道灯坏了，阳光小区3号楼", "算了不报了", "谢谢", "物业费怎么收", "你是谁", "再见")
SETTLE_LIMIT = 180.0


@dataclass
class Result:
    """What came of it."""

    turns: int = 0
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    seconds: float = 0.0


def play(system: System, *, residents: int, turns: int, kills: int) -> Result:
    """Let `residents` write `turns` messages each while processes are killed in turn; count what went wrong."""
    begun, result = time.monotonic(), Result(turns=residents * turns)
    done = threading.Event()
    killer = threading.Thread(target=_kill, args=(system, kills, done, result))
    killer.start()
    with ThreadPoolExecutor(residents) as pool:
        people = list(pool.map(lambda number: _write(system, number, turns), range(residents)))
    killer.join()
    done.set()
    _settle(system, residents * turns)
    _count(system, [person.sent for person in people], result)
    result.seconds = time.monotonic() - begun
    return result


@dataclass
class Person:
    """A resident and the ids of what they sent, in order."""

    sent: list[str]


def _write(system: System, number: int, turns: int) -> Person:
    resident, sent = Resident(system.base), []
    for turn in range(turns):
        client_id = f"r{number:03}-t{turn:04}-kill"
        resident.send(SAYINGS[(number + turn) % len(SAYINGS)], client_id)
        sent.append(client_id)
        time.sleep(0.3)
    resident.client.close()
    return Person(sent)


def _kill(system: System, kills: int, done: threading.Event, result: Result) -> None:
    for number in range(kills):
        time.sleep(1.5)
        name = ("service", "rasa")[number % 2]
        limit = time.monotonic() + 60
        while name not in system.children() and time.monotonic() < limit:
            time.sleep(0.1)
        if done.is_set() or name not in system.children():
            return
        system.kill(name)
        result.kills += 1


def _settle(system: System, expected: int) -> None:
    """Until every message has been processed."""
    services = build(system.services_settings())
    limit = time.monotonic() + SETTLE_LIMIT
    query = text("SELECT COUNT(*) FROM inbox WHERE status = 'done'")
    while time.monotonic() < limit:
        with services.database.engine.connect() as connection:
            if connection.execute(query).scalar_one() >= expected:
                break
        time.sleep(0.5)
    services.close()


def _count(system: System, sent: list[list[str]], result: Result) -> None:
    services = build(system.services_settings())
    with services.database.engine.connect() as connection:
        rows = connection.execute(text("SELECT id, message_id, position, status, conversation_id FROM inbox")).all()
        answers_said = "SELECT inbox_id, dedupe, position FROM outbox WHERE sender = 'bot' AND status = 'sent'"
        said = connection.execute(text(answers_said)).all()
    services.close()
    inbox = {row.message_id.split(":")[-1]: row for row in rows}
    answers: dict[int, list[int]] = {}
    for row in said:
        answers.setdefault(row.inbox_id, []).append(row.position)
    for ids in sent:
        last_inbox, last_answer = 0, 0
        for client_id in ids:
            row = inbox.get(client_id)
            if row is None or row.status != "done" or row.id not in answers:
                result.lost += 1
                continue
            first = min(answers[row.id])
            result.out_of_order += row.position < last_inbox or first < last_answer
            last_inbox, last_answer = row.position, max(answers[row.id])
    result.doubled += len(rows) - len({row.message_id for row in rows})
    result.doubled += heard_twice(system.folder / "rasa" / "tracker.db")


def heard_twice(tracker: Path) -> int:
    """Messages that Rasa's conversations hold more than once, those it took back left out: such a form went on twice."""
    heard: dict[str, list[int]] = {}
    with sqlite3.connect(tracker) as connection:
        for sender, kind, data in connection.execute("SELECT sender_id, type_name, data FROM events ORDER BY id"):
            if kind == "user":
                heard.setdefault(sender, []).append(json.loads(data)["metadata"]["inbox_id"])
            elif kind == "rewind":
                heard[sender].pop()
    return sum(len(ids) - len(set(ids)) for ids in heard.values())


def main() -> None:
    """Run the large edition and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--kills", type=int, default=10)
    options = parser.parse_args()
    model = prepare.train(read_settings())
    with tempfile.TemporaryDirectory() as folder:
        system = System(Path(folder), model).start()
        try:
            result = play(system, residents=10, turns=options.turns // 10, kills=options.kills)
        finally:
            system.stop()
    sys.stdout.write(f"{result}\n")


if __name__ == "__main__":
    main()
