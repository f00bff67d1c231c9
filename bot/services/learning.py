"""What people know passes into the knowledge base, and it helps people: answers suggested, drafts made of answers."""

from __future__ import annotations

from dataclasses import dataclass

from bot.cases.errors import Invalid, NotFound, Unavailable
from bot.services.editing import Editing
from bot.services.vault import Vault
from bot.services.views import StaffView
from bot.store.database import Database
from bot.store.tables import AnswerRow
from knowledge.answering import Answer, KnowledgeBase
from knowledge.errors import KnowledgeError
from knowledge.model import Passage

QUESTION_AT_MOST = 200
#: Further passages offered beside the answer.
PASSAGES_OFFERED = 3
ANSWERS_SHOWN = 6


@dataclass(frozen=True)
class Suggested:
    """A text a staff member may send or change first. `sure`: the knowledge base would have answered with it."""

    title: str
    text: str
    source: str
    version: str
    sure: bool


@dataclass(frozen=True)
class Shown:
    """A question the resident asked the bot, and the passages it was answered with: (title, version)."""

    question: str
    status: str
    passages: tuple[tuple[str, str], ...]
    feedback: str


class Learning:
    """Suggests from the knowledge base and makes drafts for it."""

    def __init__(
        self, database: Database, vault: Vault, knowledge: KnowledgeBase, editing: Editing, region: str | None
    ) -> None:
        self.database, self.vault, self.knowledge = database, vault, knowledge
        self.editing, self.region = editing, region

    def suggest(self, conversation_id: str, words: str = "") -> tuple[str, list[Suggested]]:
        """The question asked, and what the knowledge base has on it, best first; `words` instead of the resident's last.

        Nothing of this is kept or counted: the resident has not been answered. Raises NotFound, Unavailable.
        """
        question, region = self._asked(conversation_id, words)
        if not question:
            return "", []
        try:
            answer = self.knowledge.ask(question[:QUESTION_AT_MOST], region=region)
            return question, self._from_answer(answer) + self._from_passages(answer)
        except KnowledgeError as error:
            raise Unavailable(str(error)) from error

    def shown(self, resident_id: str) -> list[Shown]:
        """What this resident asked the bot lately and was shown."""
        with self.database.reading() as work:
            rows = work.messages.last_answers(resident_id, ANSWERS_SHOWN)
        return [self._shown(row) for row in rows]

    def draft_answer(self, conversation_id: str, position: int, by: StaffView) -> int:
        """A draft FAQ of a reply and the question before it, personal data masked. Answers the draft's id. Raises NotFound."""
        with self.database.reading() as work:
            reply = work.desk.reply_at(conversation_id, position)
            asked = work.desk.question_before(conversation_id, position)
        if reply is None or not reply.sender.startswith("staff:"):
            raise NotFound()
        if asked is None:
            raise Invalid("no_question")
        question = " ".join(self.vault.mask(asked.text).split())[:QUESTION_AT_MOST]
        return self.editing.start_answered(question, self.vault.mask(reply.text), by).id

    def _asked(self, conversation_id: str, words: str) -> tuple[str, str | None]:
        with self.database.reading() as work:
            row = work.conversations.get(conversation_id)
            if row is None:
                raise NotFound()
            resident = work.conversations.resident(row.resident_id)
            last = work.desk.question_before(conversation_id, row.last_position + 1)
            region = resident.region if resident else None
        return words.strip() or (last.text if last else ""), region or self.region

    @staticmethod
    def _from_answer(answer: Answer) -> list[Suggested]:
        if answer.status != "answered" or not answer.citations:
            return []
        first = answer.citations[0]
        return [Suggested(first.title, answer.text, source_line(first.title, first.article, first.issuer), first.version, True)]

    def _from_passages(self, answer: Answer) -> list[Suggested]:
        given = {citation.version for citation in answer.citations}
        wanted = [one.version for one in answer.ranked if one.version not in given][:PASSAGES_OFFERED]
        found = [passage for version in wanted if (passage := self.knowledge.passage(version)) is not None]
        return [_offer(passage) for passage in found]

    def _shown(self, row: AnswerRow) -> Shown:
        passages = [self.knowledge.passage(version) for version in row.versions]
        titles = tuple((f"{one.title} {one.article}".strip(), one.version) for one in passages if one is not None)
        return Shown(row.question, row.status, titles, row.feedback or "")


def source_line(title: str, article: str, issuer: str | None) -> str:
    """Where a text comes from, as it stands behind it: 《…》第十条（市公安局）."""
    return f"《{title}》{article}" + (f"（{issuer}）" if issuer else "")


def _offer(passage: Passage) -> Suggested:
    source = source_line(passage.title, passage.article, passage.issuer)
    return Suggested(passage.title, passage.text, source, passage.version, False)
