"""Residents, the bot, five staff, timers and kills in random order, two at a time now and then; and what must always hold.

One interleaving is one short life of one conversation. `Life(services, seed).run()` raises AssertionError with the seed.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from sqlalchemy import select, update

from bot.app import Services
from bot.cases.errors import ServiceError
from bot.services.handoff_timers import HandoffTimers
from bot.services.views import Incoming, StaffView, Utterance
from bot.store.handoff_tables import CallbackRow, HandoffRow
from bot.store.tables import ConversationRow, InboxRow, NoteRow, OutboxRow, TimerRow
from bot.worker.outbox import Outbox
from tests.fakes import FakeBotEngine, FakeMessenger

STEPS = 24
SAYS = ("停水了怎么办", "转人工", "不等了", "你好", "阳光小区3号楼电梯坏了", "怎么还没人", "你们管不管", "家里着火了")
BUTTONS = ("转人工", "不等了，回到机器人", "约个时间回我", "边等边问", "留言，不等了", "找刚才的工作人员", "很满意")


class Killed(BaseException):
    """The process dies here."""


class Engine(FakeBotEngine):
    """Thinks for a moment in which anything may happen, asks for a person on the word, and sometimes dies."""

    def __init__(self, services: Services, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self.services, self.meanwhile, self.dies = services, meanwhile, False

    def reply(self, conversation_id: str, text: str, metadata: dict[str, Any], *, again: bool) -> Sequence[Utterance]:
        self.meanwhile()
        if text == "转人工":
            self.services.handoff.request(conversation_id, "asked", inbox_id=metadata["inbox_id"])
        if self.dies:
            raise Killed
        return [Utterance(f"听到：{text}"), Utterance("还有什么要帮忙？")]


class Life:
    """One conversation from the first word on, with everybody acting on it as the seed says."""

    def __init__(self, services: Services, staff: Sequence[StaffView], seed: int) -> None:
        self.services, self.staff, self.seed = services, staff, seed
        self.chance = random.Random(seed)
        self.channel = self.chance.choice(("web", "telegram"))
        self.engine = Engine(services, self._while_thinking)
        services.turns.engine = self.engine
        self.messenger = FakeMessenger()
        self.timers, self.sent = HandoffTimers(services.handoff), 0
        self.written: list[Incoming] = []
        self.conversation = self._write("你好")
        self.version, self.owner = 0, "bot"
        self.thinking = False

    def run(self) -> None:
        """Live for some steps; everything that must hold is looked at after each."""
        try:
            for _ in range(STEPS):
                self._step()
                self.check()
        except AssertionError as error:
            raise AssertionError(f"seed {self.seed}: {error}") from error
        finally:
            self._bury()

    # -- what happens ------------------------------------------------------------------------------------------------

    def _step(self) -> None:
        kind = self.chance.random()
        if kind < 0.15:
            acts = [self._an_act(), self._an_act()]
            with ThreadPoolExecutor(2) as pool:
                for future in [pool.submit(self._quietly, act) for act in acts]:
                    future.result()
        elif kind < 0.3:
            self._killed(self._an_act())
        else:
            self._quietly(self._an_act())

    def _an_act(self) -> Callable[[], object]:
        person = self.chance.choice(self.staff)
        handoff, here = self.services.handoff, self.conversation
        acts: list[tuple[float, Callable[[], object]]] = [
            (4, partial(self._write, self.chance.choice(SAYS))),
            (1, self._again),
            (2, partial(self._press, self.chance.choice(BUTTONS))),
            (5, partial(self._turn, dies=self.chance.random() < 0.15)),
            (3, partial(handoff.claim, here, person)),
            (1, partial(handoff.claim, here, person, from_colleague=True)),
            (1, partial(handoff.assign, here, person, self.staff[-1])),
            (3, partial(handoff.reply, here, person, "您好，我来看看", client_id=str(self.chance.random()))),
            (1, partial(handoff.note, here, person, "上周也来过")),
            (1, partial(handoff.give_back, here, person)),
            (1, partial(handoff.close, here, person)),
            (1, partial(handoff.transfer, here, person, self.chance.choice((None, "物业")))),
            (0.5, partial(handoff.called_back, here, person)),
            (3, partial(self._time_passes, self.chance.choice((5, 61, 181, 601, 1801, 90_000)))),
            (2, self._deliver),
        ]
        return self.chance.choices([act for _, act in acts], [weight for weight, _ in acts])[0]

    def _quietly(self, act: Callable[[], object]) -> None:
        with suppress(ServiceError, Killed):  # refused, or dead: what was committed must still be right
            act()

    def _killed(self, act: Callable[[], object]) -> None:
        """The process dies right before the act's first commit: nothing of it may be seen."""
        before = self._all_rows()
        self.dead = False
        with self._dying():
            self._quietly(act)
        if self.dead:
            assert self._all_rows() == before, "a transaction that was killed left something behind"

    @contextmanager
    def _dying(self):
        database, whole = self.services.database, self.services.database.transaction

        @contextmanager
        def dies():
            with whole() as work:
                yield work
                self.dead = True
                raise Killed

        database.transaction = dies  # type: ignore[method-assign]
        try:
            yield
        finally:
            del database.transaction  # type: ignore[method-assign]

    def _write(self, text: str) -> str:
        ident = f"{self.seed}-{len(self.written)}"
        self.written.append(Incoming(self.channel, f"life-{self.seed}", ident, "text", text))
        return self.services.conversations.accept(self.written[-1]).conversation_id

    def _again(self) -> None:
        """The channel delivers an earlier message once more."""
        before = len(self._rows(InboxRow))
        message = self.chance.choice(self.written[:-1] or self.written)
        known = self.services.conversations.accept(message)
        assert known.duplicate or len(self._rows(InboxRow)) == before + 1  # its first delivery may have been killed

    def _press(self, title: str) -> None:
        views = self.services.conversations.transcript(self.conversation, for_staff=True)
        keys = [key for view in views for key, name in view.buttons if name == title]
        if keys:
            ident = f"{self.seed}-b{self.chance.random()}"
            self.services.conversations.accept(
                Incoming(self.channel, f"life-{self.seed}", ident, "button", "", self.chance.choice(keys))
            )

    def _turn(self, *, dies: bool) -> None:
        self.engine.dies = dies
        while self.services.turns.run(self.conversation):
            pass

    def _while_thinking(self) -> None:
        """Anything but another turn may happen while the bot thinks."""
        if not self.thinking and self.chance.random() < 0.5:
            self.thinking = True
            try:
                self._quietly(partial(self.services.handoff.claim, self.conversation, self.chance.choice(self.staff)))
            finally:
                self.thinking = False

    def _time_passes(self, seconds: float) -> None:
        self.services.clock.move(seconds=seconds)  # type: ignore[attr-defined]
        self.timers.once()

    def _deliver(self) -> None:
        outbox = Outbox(self.services.database, [self.messenger], self.services.clock, self.services.wakeups)
        asyncio.run(outbox.once())

    # -- what must hold ----------------------------------------------------------------------------------------------

    def check(self) -> None:
        """The five invariants, and that nobody is talked over."""
        with self.services.database.reading() as work:
            row = work.conversations.get(self.conversation)
        calls = self._rows(HandoffRow)
        open_calls = [call for call in calls if call.ended_at is None]
        self._one_owner(row, open_calls)
        assert row.owner_version >= self.version, "the version fell"
        assert row.owner == self.owner or row.owner_version > self.version, "the owner changed without the version"
        self.version, self.owner = row.owner_version, row.owner
        started = [call.inbox_id for call in calls if call.inbox_id is not None]
        assert len(started) == len(set(started)), "one message called twice"
        positions = [one.position for table in (InboxRow, OutboxRow, NoteRow) for one in self._rows(table)]
        assert sorted(positions) == list(range(1, row.last_position + 1)), "places in the conversation"
        assert all(one.owner_version is not None for one in self._rows(OutboxRow) if one.sender == "bot")
        ids = [one.outbox_id for one in self.messenger.sent]
        assert ids == sorted(set(ids)), "order or doubles on the way out"
        self._nobody_is_talked_over()

    def _one_owner(self, row: ConversationRow, calls: list[HandoffRow]) -> None:
        assert row.owner in ("bot", "queued", "closed") or row.owner in {one.owner for one in self.staff}, row.owner
        assert len(calls) == (row.owner == "queued" or row.owner.startswith("staff:")), f"{row.owner} with {len(calls)} calls"
        if row.owner.startswith("staff:"):
            assert f"staff:{calls[0].taken_by}" == row.owner
        promised = [one for one in self._rows(CallbackRow) if one.status == "open"]
        assert len(promised) <= 1

    def _nobody_is_talked_over(self) -> None:
        """Between a person's coming and going the resident sees no word of the bot."""
        texts = self.services.texts
        comes = texts("taken_over", name="\0").split("\0")[1]
        went = [texts(key, name="\0").split("\0") for key in ("handed_back", "conversation_closed", "transferred")]
        ends = [max(parts, key=len) for parts in [*went, [texts("staff_idle_back")]]]
        there = False
        for said in self._seen():
            if said.sender == "system" and comes in said.text:
                there = True
            elif said.sender == "system" and any(end in said.text for end in ends):
                there = False
            elif said.sender == "bot":
                assert not there, f"the bot talked over a person: {said.text}"
            elif said.sender.startswith("staff:"):
                assert there, "a person spoke who had not come"

    def _seen(self) -> list[OutboxRow]:
        sent = [row for row in self._rows(OutboxRow) if row.status == "sent"]
        return sorted(sent, key=lambda row: row.position)

    def _rows(self, table: Any) -> list[Any]:
        with self.services.database.reading() as work:
            query = select(table).where(table.conversation_id == self.conversation).order_by(table.id)
            return list(work.session.scalars(query))

    def _all_rows(self) -> list[Any]:
        tables = (InboxRow, OutboxRow, NoteRow, HandoffRow, CallbackRow)
        rows = [row for table in tables for row in self._rows(table)]
        with self.services.database.reading() as work:
            rows += [work.conversations.get(self.conversation)]
            rows += list(work.session.scalars(select(TimerRow).filter_by(subject=self.conversation).order_by(TimerRow.id)))
        return [{name: value for name, value in vars(row).items() if not name.startswith("_")} for row in rows]

    def _bury(self) -> None:
        """Out of the way of the next life."""
        now = self.services.clock.now()
        with self.services.database.transaction() as work:
            here = ConversationRow.id == self.conversation
            work.session.execute(update(ConversationRow).where(here).values(owner="closed", leased_until=None))
            mine = TimerRow.subject == self.conversation
            work.session.execute(update(TimerRow).where(mine).values(done_at=now))
            for table, column in ((HandoffRow, "ended_at"), (CallbackRow, "done_at")):
                own = table.conversation_id == self.conversation
                work.session.execute(update(table).where(own).values({column: now}))
            own = CallbackRow.conversation_id == self.conversation
            work.session.execute(update(CallbackRow).where(own).values(status="done"))
            done = InboxRow.conversation_id == self.conversation
            work.session.execute(update(InboxRow).where(done).values(status="done"))
            pending = (OutboxRow.conversation_id == self.conversation) & (OutboxRow.status == "pending")
            work.session.execute(update(OutboxRow).where(pending).values(status="dropped"))
