"""Questions of somebody who waits for a person and asks on (边等边问): answered by quotation, or kept for the person."""

from __future__ import annotations

from collections.abc import Sequence

from bot.services.conversations import Conversations
from bot.services.policies import Policies
from bot.services.texts import Texts
from bot.services.views import Source, Utterance
from knowledge.answering import Citation


class Meanwhile:
    """Asks the knowledge base, not Rasa: no form begins while a person is on the way."""

    def __init__(self, conversations: Conversations, policies: Policies, texts: Texts) -> None:
        self.conversations, self.policies, self.texts = conversations, policies, texts

    def answer(self, conversation_id: str, inbox_id: int) -> Sequence[Utterance]:
        """What to say to the message. Raises Unavailable when the knowledge base cannot be read."""
        found = self.policies.ask(conversation_id, self.conversations.original(inbox_id), inbox_id=inbox_id)
        if found.status != "answered":
            return [Utterance(self.texts("meanwhile_unknown"))]
        return [Utterance(found.text, sources=tuple(_source(citation) for citation in found.citations), did=("answer",))]


def _source(citation: Citation) -> Source:
    return Source(
        citation.title, citation.article, citation.quote, citation.version, citation.number, citation.issuer,
        citation.region, citation.in_force,
    )  # fmt: skip
