"""Ask the knowledge base for a resident, and keep what was answered, in which version, or could not be."""

from __future__ import annotations

from typing import Any

from bot.cases.errors import NoSuchConversation, Unavailable
from bot.safety import redact
from bot.services.ports import Clock
from bot.store.database import Database, Work
from bot.store.tables import AnswerRow
from knowledge.answering import Answer, KnowledgeBase
from knowledge.errors import KnowledgeError


class Policies:
    """Policy questions (政策咨询)."""

    def __init__(self, database: Database, knowledge: KnowledgeBase, clock: Clock, region: str | None) -> None:
        self.database, self.knowledge, self.clock, self.region = database, knowledge, clock, region

    def ask(self, conversation_id: str, question: str, *, inbox_id: int | None) -> Answer:
        """The knowledge base's answer for where the resident lives. Raises Unavailable when it cannot be read."""
        return self._answer(conversation_id, question, inbox_id)

    def ask_on(self, conversation_id: str, question: str, *, topic: int, before: str, inbox_id: int | None) -> Answer:
        """The answer to a question that leans on the one before: 那要带什么 behind 居住证怎么办.

        `topic` is the message that named the matter, `before` its words. Raises Unavailable.
        """
        return self._answer(conversation_id, question, inbox_id, topic=self._document(conversation_id, topic), before=before)

    def _answer(self, conversation_id: str, question: str, inbox_id: int | None, **leaning: Any) -> Answer:
        with self.database.reading() as work:
            resident_id, region = self._resident(work, conversation_id)
        try:
            answer = self.knowledge.ask(question, region=region or self.region, **leaning)
        except KnowledgeError as error:
            raise Unavailable(str(error)) from error
        row = AnswerRow(
            inbox_id=inbox_id, resident_id=resident_id, question=redact.mask(question), status=answer.status,
            confidence=answer.confidence, versions=[citation.version for citation in answer.citations],
            given_at=self.clock.now(),
        )  # fmt: skip

        def keep(work: Work) -> None:
            work.messages.add(row)
            work.recalls.keep_quotes(row)

        self.database.run(keep)
        return answer

    def _document(self, conversation_id: str, inbox_id: int) -> str | None:
        """The document a message was answered from; None where it was not answered."""
        with self.database.reading() as work:
            resident_id, _ = self._resident(work, conversation_id)
            given = (row.versions for row in work.messages.answers_of(resident_id) if row.inbox_id == inbox_id)
            versions = next((versions for versions in given if versions), [])
        quoted = self.knowledge.passage(versions[0]) if versions else None
        return quoted.document if quoted else None

    def set_region(self, conversation_id: str, region: str) -> None:
        """Remember the province or city whose rules this resident lives under."""

        def write(work: Work) -> None:
            resident_id, _ = self._resident(work, conversation_id)
            resident = work.conversations.resident(resident_id)
            if resident is not None:
                resident.region = region[:40]

        self.database.run(write)

    @staticmethod
    def _resident(work: Work, conversation_id: str) -> tuple[str, str | None]:
        conversation = work.conversations.get(conversation_id)
        if conversation is None:
            raise NoSuchConversation(conversation_id)
        resident = work.conversations.resident(conversation.resident_id)
        return conversation.resident_id, resident.region if resident else None
