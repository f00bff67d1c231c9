"""Taking answers back (更正): who was told what is wrong now, and one correction to each of them.

One person writes the correction, another one sends it. Passages are found by their versions, which every answer keeps;
each resident is written to once, in the conversation in which they had asked, however often the worker is killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cases.errors import Invalid, NotFound, Refused
from bot.services.article_text import read_text
from bot.services.calendar import LOCAL
from bot.services.editing_rows import TITLE_KEPT, need
from bot.services.editing_views import Names
from bot.services.outgoing import Said, say
from bot.services.ports import Clock, Wakeups
from bot.services.quoted import Quoted
from bot.services.shipped import Shipped
from bot.services.texts import Texts
from bot.services.views import StaffView
from bot.store.database import Database, Work
from bot.store.recall_tables import RecallNoticeRow, RecallRow
from knowledge.errors import BadFile
from knowledge.importing import read_document
from knowledge.model import STATUTE, version_of

TOPIC = "recalls"  # woken when corrections wait to be written
TEXT_AT_MOST = 500
QUESTION_SHOWN = 40  # characters of the resident's own question that a correction repeats
SAMPLES = 10
AT_ONCE = 50  # notices of one sweep


class OwnRecall(Refused):
    """Nobody sends what they wrote themselves."""

    code = "own_recall"


class RecallDecided(Refused):
    """Somebody has sent or dropped this correction already."""

    code = "recall_decided"


@dataclass(frozen=True)
class Told:
    """A passage of a version. `residents` were told it; `gone`: it does not answer any more."""

    version: str
    heading: str
    text: str
    residents: int
    gone: bool


@dataclass(frozen=True)
class Look:
    """What a version has told whom. `samples` are (when, masked question) of residents not yet corrected."""

    path: str
    title: str
    number: int
    passages: tuple[Told, ...]
    residents: int
    samples: tuple[tuple[datetime, str], ...]
    answers: bool
    is_statute: bool = False


@dataclass(frozen=True)
class RecallView:
    """A correction. `residents` were told what is wrong; `sent` of them it has been written to."""

    id: int
    path: str
    title: str
    number: int
    text: str
    state: str
    author_id: str
    author: str
    decider: str
    created_at: datetime
    decided_at: datetime | None
    residents: int
    sent: int
    is_statute: bool = False


class Recalls:
    """Looks up who was told what, keeps corrections, writes them to residents."""

    def __init__(
        self, database: Database, clock: Clock, wakeups: Wakeups, texts: Texts, shipped: Shipped, quoted: Quoted
    ) -> None:  # fmt: skip
        self.database, self.clock, self.wakeups = database, clock, wakeups
        self.texts, self.shipped, self.quoted = texts, shipped, quoted

    def look(self, path: str, number: int) -> Look:
        """What version `number` of a document (0: as it comes with the system) has told whom. Raises NotFound.

        A statute has no versions here: number 0 shows everything of it that was ever quoted.
        """
        with self.database.reading() as work:
            return self._look(work, path, number)

    def is_quoted(self, path: str) -> bool:
        """Whether an answer ever quoted a document."""
        with self.database.reading() as work:
            return bool(self.quoted.passages(work, path))

    def propose(self, path: str, number: int, versions: Sequence[str], text: str, by: StaffView) -> RecallView:
        """Keep a correction of these passages, for a second person to send.

        Raises Invalid(recall_text), Invalid(recall_passages) where no passage of the version is named,
        Invalid(recall_nobody) where nobody was told, NotFound.
        """
        need(by, "edit_knowledge")
        if not 1 <= len(text) <= TEXT_AT_MOST:
            raise Invalid("recall_text", limit=str(TEXT_AT_MOST))

        def act(work: Work) -> RecallView:
            look, now = self._look(work, path, number), self.clock.now()
            wrong = [one.version for one in look.passages if one.version in versions]
            if not wrong:
                raise Invalid("recall_passages")
            if not work.recalls.last_answers(path, wrong):
                raise Invalid("recall_nobody")
            row = RecallRow(
                path=path, title=look.title[:TITLE_KEPT], number=number, versions=wrong, text=text, state="waiting",
                author=by.owner, created_at=now,
            )  # fmt: skip
            work.recalls.add(row)
            work.staff.audit(by.owner, "recall_written", f"recall:{row.id}", now, path=path, version=number)
            return self._view(work, row, Names(work))

        return self.database.run(act)

    def confirm(self, recall_id: int, by: StaffView) -> RecallView:
        """Send a correction that somebody else wrote. Raises OwnRecall, RecallDecided, NotFound."""
        need(by, "review_knowledge")

        def act(work: Work) -> RecallView:
            row = _waiting(work, recall_id)
            if row.author == by.owner:
                raise OwnRecall()
            # The audience first: a correction that counts as sent would hide everybody it is for.
            self._address(work, row)
            self._decide(work, row, "confirmed", by)
            return self._view(work, row, Names(work))

        sent = self.database.run(act)
        self.wakeups.wake(TOPIC)
        return sent

    def drop(self, recall_id: int, by: StaffView) -> RecallView:
        """Send nothing. Raises RecallDecided, NotFound."""
        need(by, "edit_knowledge")

        def act(work: Work) -> RecallView:
            row = _waiting(work, recall_id)
            self._decide(work, row, "dropped", by)
            return self._view(work, row, Names(work))

        return self.database.run(act)

    def list(self) -> list[RecallView]:
        """The newest corrections, newest first."""
        with self.database.reading() as work:
            names = Names(work)
            return [self._view(work, row, names) for row in work.recalls.recalls()]

    def once(self) -> int:
        """Write corrections that wait to their residents, one transaction each; answers how many."""
        written = 0
        while written < AT_ONCE and (conversation := self.database.run(self._write_next)):
            for topic in (f"conversation:{conversation}", "outbox", "desk"):
                self.wakeups.wake(topic)
            written += 1
        return written

    def _look(self, work: Work, path: str, number: int) -> Look:
        document = work.knowledge.by_path(path)
        text = self._text(work, path, number)
        if text is None:
            return self._look_at_statute(work, path, number)
        silent = bool(document and document.withdrawn)
        live = document.live_version if document and document.live_version else 0
        present = None if silent else self._text(work, path, live)
        still = {version for version, _, _ in _passages(path, present)} if present else set()
        passages = _passages(path, text)
        counts = work.recalls.told([version for version, _, _ in passages])
        told = tuple(
            Told(version, heading, words, counts.get(version, 0), version not in still) for version, heading, words in passages
        )
        gone = [one.version for one in told if one.gone] or [one.version for one in told]
        answers = work.recalls.last_answers(path, gone)
        samples = tuple((answer.given_at, answer.question) for answer in answers[:SAMPLES])
        return Look(path, read_text(text, "").title, number, told, len(answers), samples, all(not one.gone for one in told))

    def _look_at_statute(self, work: Work, path: str, number: int) -> Look:
        """Its quoted articles. None counts as gone of itself: wrong was to quote it, not what it says."""
        passages = [one for one in self.quoted.passages(work, path) if one.kind == STATUTE] if number == 0 else []
        if not passages:
            raise NotFound()
        counts = work.recalls.told([one.version for one in passages])
        told = tuple(Told(one.version, one.article, one.text, counts.get(one.version, 0), not one.current) for one in passages)
        answers = work.recalls.last_answers(path, [one.version for one in passages])
        samples = tuple((answer.given_at, answer.question) for answer in answers[:SAMPLES])
        title = passages[0].title[:TITLE_KEPT]
        return Look(path, title, 0, told, len(answers), samples, any(one.current for one in passages), is_statute=True)

    def _text(self, work: Work, path: str, number: int) -> str | None:
        if number == 0:
            return self.shipped.text(path)
        document = work.knowledge.by_path(path)
        version = work.knowledge.version(document.id, number) if document else None
        return version.text if version else None

    def _address(self, work: Work, row: RecallRow) -> None:
        """A notice for everybody who was told, those included who were told since the correction was written."""
        for answer in work.recalls.last_answers(row.path, list(map(str, row.versions))):
            conversation = work.recalls.conversation_for(answer)
            if conversation is not None:
                notice = RecallNoticeRow(
                    recall_id=row.id, resident_id=answer.resident_id, conversation_id=conversation,
                    question=answer.question, asked_at=answer.given_at,
                )  # fmt: skip
                work.recalls.add(notice)

    def _decide(self, work: Work, row: RecallRow, state: str, by: StaffView) -> None:
        row.state, row.decider, row.decided_at = state, by.owner, self.clock.now()
        work.staff.audit(by.owner, f"recall_{state}", f"recall:{row.id}", row.decided_at, path=row.path, version=row.number)
        work.session.flush()

    def _write_next(self, work: Work) -> str | None:
        """One notice into its conversation; answers the conversation, None when nothing waits."""
        notice = work.recalls.next_unsent()
        recall = work.recalls.recall(notice.recall_id) if notice else None
        conversation = work.conversations.locked(notice.conversation_id) if notice else None
        if notice is None or recall is None or conversation is None:
            return None
        now, asked = self.clock.now(), notice.asked_at.astimezone(LOCAL)
        question = notice.question if len(notice.question) <= QUESTION_SHOWN else notice.question[:QUESTION_SHOWN] + "…"
        words = self.texts("answer_recalled", day=f"{asked.month}月{asked.day}日", question=question, text=recall.text)
        say(work, conversation, Said(words, dedupe=f"recall:{recall.id}:{notice.resident_id}"), now)
        notice.sent_at = now
        return conversation.id

    def _view(self, work: Work, row: RecallRow, names: Names) -> RecallView:
        residents, sent = work.recalls.progress([row.id]).get(row.id, (0, 0))
        if row.state == "waiting":
            residents = len(work.recalls.last_answers(row.path, list(map(str, row.versions))))
        is_statute = row.number == 0 and self.shipped.text(row.path) is None
        return RecallView(
            row.id, row.path, row.title, row.number, row.text, row.state, row.author, names(row.author), names(row.decider),
            row.created_at, row.decided_at, residents, sent, is_statute,
        )  # fmt: skip


def _passages(path: str, text: str) -> list[tuple[str, str, str]]:
    """(version, heading, text) of everything a text would quote; nothing for a text the knowledge base refuses."""
    try:
        document = read_document(path, text.encode())
    except BadFile:
        return []
    found = {version_of(path, one.article, one.text): (one.article, one.text) for one in document.sections}
    return [(version, heading, words) for version, (heading, words) in found.items()]


def _waiting(work: Work, recall_id: int) -> RecallRow:
    row = work.recalls.recall(recall_id, hold=True)
    if row is None:
        raise NotFound()
    if row.state != "waiting":
        raise RecallDecided()
    return row
