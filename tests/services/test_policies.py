"""Policy questions: what was answered is kept in the versions it quoted; what was not is kept too."""

from __future__ import annotations

from datetime import date

import pytest

from bot.cases.errors import NoSuchConversation, Unavailable
from knowledge.answering import Answer, Citation
from knowledge.errors import NotBuilt
from knowledge.model import Passage
from tests.builders import write
from tests.fakes import FakeKnowledge
from tests.knowledge.passages import passage

QUOTED = Citation("permit.md", "申请材料", "有效身份证件和住所证明。", "0a1b2c", "居住证", None, None, "全国", None)
ANSWERED = Answer("answered", "有效身份证件和住所证明。", 0.9, (QUOTED,), (), (), "", 1.0)


class Listening(FakeKnowledge):
    """Remembers for which region it was asked."""

    regions: list[str | None]

    def ask(self, question: str, *, region: str | None = None, on: date | None = None) -> Answer:
        self.regions = [*getattr(self, "regions", []), region]
        return super().ask(question, region=region, on=on)


def kept(services, conversation):
    with services.database.reading() as work:
        return work.messages.answers_of(services.handoff.get(conversation).resident_id)


def test_an_answer_is_kept_with_the_versions_it_quoted(both_services):
    conversation = write(both_services)
    both_services.knowledge.answers["居住证怎么办"] = ANSWERED
    assert both_services.policies.ask(conversation, "居住证怎么办", inbox_id=None) == ANSWERED
    [row] = kept(both_services, conversation)
    assert (row.status, row.versions) == ("answered", ["0a1b2c"])


def test_a_question_without_an_answer_is_kept_masked(services):
    conversation = write(services)
    services.policies.ask(conversation, "我电话13871204459，能落户吗", inbox_id=None)
    [row] = kept(services, conversation)
    assert (row.status, row.versions) == ("abstained", [])
    assert "13871204459" not in row.question


def test_the_region_a_resident_has_named_is_asked_for_from_then_on(services):
    services.policies.knowledge = listening = Listening()
    conversation = write(services)
    services.policies.ask(conversation, "养狗要办证吗", inbox_id=None)
    services.policies.set_region(conversation, "上海")
    services.policies.ask(conversation, "养狗要办证吗", inbox_id=None)
    assert listening.regions == [None, "上海"]


def test_a_question_that_leans_on_another_is_asked_of_its_document(services):
    class Leaning(FakeKnowledge):
        def passage(self, version: str) -> Passage:
            return passage("居住证的材料", article="申请材料")

        def ask(self, question: str, *, topic: str | None = None, before: str = "", **_: object) -> Answer:
            self.leant = (question, topic, before)
            return ANSWERED

    services.policies.knowledge = leaning = Leaning()
    conversation = write(services)
    with services.database.reading() as work:
        topic = work.messages.inbox_at(conversation, 1).id
    services.policies.ask(conversation, "居住证怎么办", inbox_id=topic)
    services.policies.ask_on(conversation, "要带什么", topic=topic, before="居住证怎么办", inbox_id=None)
    assert leaning.leant == ("要带什么", "全国.md", "居住证怎么办")


def test_a_knowledge_base_that_cannot_be_read_is_said_to_be_away(services):
    class Gone(FakeKnowledge):
        def ask(self, question: str, *, region: str | None = None, on: date | None = None) -> Answer:
            raise NotBuilt("知识库还没有建好")

    services.policies.knowledge = Gone()
    with pytest.raises(Unavailable):
        services.policies.ask(write(services), "居住证怎么办", inbox_id=None)


def test_nobody_asks_for_a_conversation_that_is_none(services):
    with pytest.raises(NoSuchConversation):
        services.policies.ask("no-such", "居住证怎么办", inbox_id=None)
