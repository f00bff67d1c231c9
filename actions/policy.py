"""Policy questions: a quotation with its source, a question back about the region, or an honest 'I do not know'.

What is answered is decided in the knowledge base; this only says it, and carries the topic on to a follow-up question.
"""

from __future__ import annotations

from dataclasses import asdict

from actions import words
from actions.base import Heard, Reply
from bot.app import Services
from bot.services.views import Source
from bot.text.flags import names_region
from bot.text.normalize import even
from knowledge.answering import Answer, Citation

#: Titles named where there is no answer.
NEAREST = 3
#: For so many messages a follow-up question belongs to the last topic.
TOPIC_LASTS = 4
#: A question of so few characters names no topic.
TOO_SHORT = 6


def has_topic(heard: Heard) -> bool:
    """Whether a policy question was asked a moment ago."""
    return heard.recent("policy_topic", TOPIC_LASTS) is not None


def tells_region(heard: Heard) -> bool:
    """Whether the message names a place that was asked for, or nothing but a place behind a policy question."""
    region = names_region(heard.text)
    if region is None:
        return False
    beside = even(heard.text).replace(region, "")
    return bool(heard.slot("policy_question")) or (has_topic(heard) and words.says("only_region", beside))


def answer_policy(heard: Heard, services: Services) -> Reply:
    """Answer the message as a question: the one that waited for a region, the last topic asked on, or a new one."""
    waiting = heard.slot("policy_question") or (heard.recent("policy_topic", TOPIC_LASTS) if tells_region(heard) else None)
    region = heard.choice or (names_region(heard.text) if waiting else None)
    if region and waiting:
        services.policies.set_region(heard.conversation_id, region)
        return _say(heard, _ask(heard, services, waiting, services.conversations.original(waiting)), waiting)
    text = even(heard.text)
    if has_topic(heard) and (words.says("leans_on", text) or len(text) <= TOO_SHORT):
        return ask_on(heard, services)
    return answer_question(heard, services, heard.words(services))


def ask_on(heard: Heard, services: Services) -> Reply:
    """The same topic, asked on: 那外地户口呢 behind 居住证怎么办."""
    topic = heard.recent("policy_topic", TOPIC_LASTS)
    answer = services.policies.ask_on(
        heard.conversation_id,
        heard.words(services),
        topic=topic,
        before=services.conversations.original(topic),
        inbox_id=heard.inbox_id,
    )
    return _say(heard, answer, heard.inbox_id, topic=topic)


def answer_question(heard: Heard, services: Services, question: str) -> Reply:
    """Answer a question, be it in the message's own words or in others."""
    return _say(heard, _ask(heard, services, heard.inbox_id, question), heard.inbox_id)


def _ask(heard: Heard, services: Services, inbox_id: int | None, question: str) -> Answer:
    return services.policies.ask(heard.conversation_id, question, inbox_id=inbox_id)


def _say(heard: Heard, answer: Answer, inbox_id: int | None, *, topic: int | None = None) -> Reply:
    return SAYS[answer.status](answer, inbox_id).set(policy_topic=heard.mark(topic or inbox_id))


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
