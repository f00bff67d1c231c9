"""Ask the knowledge base for a resident, and keep what was answered, in which version, or could not be."""

from __future__ import annotations

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
        with self.database.reading() as work:
            resident_id, region = self._resident(work, conversation_id)
        try:
            answer = self.knowledge.ask(question, region=region or self.region)
        except KnowledgeError as error:
            raise Unavailable(str(error)) from error
        row = AnswerRow(
            inbox_id=inbox_id, resident_id=resident_id, question=redact.mask(question), status=answer.status,
            confidence=answer.confidence, versions=[citation.version for citation in answer.citations],
            given_at=self.clock.now(),
        )  # fmt: skip
        self.database.run(lambda work: work.messages.add(row))
        return answer

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
