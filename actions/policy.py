"""Policy questions: a quotation with its source, a question back about the region, or an honest 'I do not know'.

What is answered is decided in the knowledge base; this only says it.
"""

from __future__ import annotations

from dataclasses import asdict

from actions.base import Heard, Reply, ServiceAction
from bot.app import Services
from bot.services.views import Source
from bot.text.flags import names_region
from knowledge.answering import Answer, Citation

#: Titles named where there is no answer.
NEAREST = 3


class ActionAnswerPolicy(ServiceAction):
    """Ask the knowledge base; the sources go to the gateway, which shows and unfolds them."""

    action_name = "action_answer_policy"

    def act(self, heard: Heard, services: Services) -> Reply:
        waiting = heard.slot("policy_question")
        region = heard.choice or (names_region(heard.text) if waiting else None)
        inbox_id, question = heard.inbox_id, heard.words(services)
        if region and waiting:
            services.policies.set_region(heard.conversation_id, region)
            inbox_id, question = waiting, services.conversations.original(waiting)
        answer = services.policies.ask(heard.conversation_id, question, inbox_id=inbox_id)
        return SAYS[answer.status](answer, inbox_id)


def _answered(answer: Answer, inbox_id: int | None) -> Reply:
    sources = [asdict(source_of(citation)) for citation in answer.citations]
    return Reply("utter_policy_answer", answer=answer.text).custom(sources=sources).did("answer").forget("policy_question")


def _clarify(answer: Answer, inbox_id: int | None) -> Reply:
    buttons = [(region, f'/ask_policy{{"choice": "{region}"}}') for region in answer.choices]
    return Reply("utter_policy_which_region").buttons(*buttons).custom(asked="region").set(policy_question=inbox_id)


def _abstained(answer: Answer, inbox_id: int | None) -> Reply:
    titles = list(dict.fromkeys(ranked.title for ranked in answer.ranked))[:NEAREST]
    reply = Reply("utter_policy_not_found")
    if titles:
        reply = Reply("utter_policy_near", titles="\n".join(f"《{title}》" for title in titles))
    return reply.forget("policy_question")


def source_of(citation: Citation) -> Source:
    """A citation as the gateway keeps and shows it."""
    return Source(
        citation.title, citation.article, citation.quote, citation.version, citation.number, citation.issuer,
        citation.region, citation.in_force,
    )  # fmt: skip


SAYS = {"answered": _answered, "clarify": _clarify, "abstained": _abstained}
