"""Taking answers back: who was told what is wrong now, and one correction to each, sent by a second person."""

from __future__ import annotations

import threading

import pytest

from bot.cases.errors import Invalid, NotFound, NotPermitted
from bot.services.article_text import Part
from bot.services.recalls import OwnRecall, RecallDecided
from knowledge.answering import Answer, Citation
from tests.builders import said, write
from tests.services.editing_world import BENCH, a_person, an_answer, changed, published, shipped_folder

WRONG = "提前三天到居民委员会登记，每次两小时。"
RIGHT = "要提前五天登记。"
QUESTION = "活动室怎么借"


@pytest.fixture
def world(both_services, tmp_path):
    both_services.editing.shipped.folder = shipped_folder(tmp_path / "articles")
    return both_services


@pytest.fixture
def zhao(world):
    return a_person(world, "赵磊", "editor")


@pytest.fixture
def qian(world):
    return a_person(world, "钱红", "reviewer")


@pytest.fixture
def document(world, zhao, qian):
    """A text with a wrong first version and a right second one."""
    path = published(world, zhao, qian, an_answer(parts=(Part("怎么预约", WRONG), Part("收费", "不收费。")))).path
    draft = changed(world, path, zhao, parts=(Part("怎么预约", "提前五天登记。"), Part("收费", "不收费。")))
    draft = world.editing.hand_in(draft.id, draft.edition, zhao, "改期限")
    world.reviewing.approve(draft.id, draft.edition, qian)
    return path


def version_of(world, path, number=1, part=0):
    return world.recalls.look(path, number).passages[part].version


def told(world, version, address="li", question=QUESTION, channel="web"):
    """A resident asks and is answered with a passage."""
    conversation = write(world, question, address=address, channel=channel)
    cited = Citation("x", "怎么预约", WRONG, version, "活动室", None, None, "全国", None)
    world.knowledge.answers[question] = Answer("answered", WRONG, 0.9, (cited,), (), (), "", 1.0)
    with world.database.reading() as work:
        inbox = work.messages.first_new(conversation)
    world.policies.ask(conversation, question, inbox_id=inbox.id if inbox else None)
    return conversation


def corrections(world, conversation):
    return [text for text in said(world, conversation) if text.startswith("更正")]


def test_everybody_who_was_told_what_is_wrong_is_written_to_once(world, document, zhao, qian):
    wrong, free = version_of(world, document), version_of(world, document, part=1)
    li, wang = told(world, wrong, "li"), told(world, wrong, "wang")
    told(world, wrong, "li", "活动室要不要预约")
    chen = told(world, free, "chen", "活动室收费吗")
    look = world.recalls.look(document, 1)
    assert [(one.heading, one.residents, one.gone) for one in look.passages] == [("怎么预约", 2, True), ("收费", 1, False)]
    assert look.residents == 2
    recall = world.recalls.propose(document, 1, [wrong], RIGHT, zhao)
    assert (recall.state, recall.residents) == ("waiting", 2)
    assert world.recalls.once() == 0  # nothing goes out before the second person
    world.recalls.confirm(recall.id, qian)
    assert (world.recalls.once(), world.recalls.once()) == (2, 0)
    [text] = corrections(world, li)
    assert RIGHT in text and "活动室要不要预约" in text and "11月23日" in text
    assert len(corrections(world, wang)) == 1 and corrections(world, chen) == []
    [done] = world.recalls.list()
    assert (done.state, done.residents, done.sent, done.decider) == ("confirmed", 2, 2, "钱红")


def test_who_was_corrected_is_not_written_to_again_but_who_was_told_since_is(world, document, zhao, qian):
    wrong = version_of(world, document)
    li = told(world, wrong, "li")
    world.recalls.confirm(world.recalls.propose(document, 1, [wrong], RIGHT, zhao).id, qian)
    world.recalls.once()
    with pytest.raises(Invalid) as refused:
        world.recalls.propose(document, 1, [wrong], RIGHT, zhao)
    assert refused.value.code == "invalid_recall_nobody"
    world.clock.move(hours=1)
    wang = told(world, wrong, "wang")
    world.recalls.confirm(world.recalls.propose(document, 1, [wrong], RIGHT, zhao).id, qian)
    world.recalls.once()
    assert (len(corrections(world, li)), len(corrections(world, wang))) == (1, 1)


def test_who_was_told_between_writing_and_sending_is_written_to(world, document, zhao, qian):
    wrong = version_of(world, document)
    told(world, wrong, "li")
    recall = world.recalls.propose(document, 1, [wrong], RIGHT, zhao)
    wang = told(world, wrong, "wang")
    world.recalls.confirm(recall.id, qian)
    world.recalls.once()
    assert len(corrections(world, wang)) == 1


def test_a_correction_goes_out_by_the_channel_and_past_a_member_of_staff(world, document, zhao, qian):
    wrong, agent = version_of(world, document), a_person(world, "王敏", "agent")
    conversation = told(world, wrong, "4711", channel="telegram")
    world.handoff.request(conversation, "asked")
    world.handoff.claim(conversation, agent)
    world.recalls.confirm(world.recalls.propose(document, 1, [wrong], RIGHT, zhao).id, qian)
    world.recalls.once()
    with world.database.reading() as work:
        row = work.messages.outbox_after(conversation, 0, 50)[-1]
        assert (row.status, row.owner_version) == ("pending", None) and RIGHT in row.text


def test_two_workers_write_each_correction_once(world, document, zhao, qian):
    wrong = version_of(world, document)
    conversations = [told(world, wrong, f"r{at}") for at in range(12)]
    world.recalls.confirm(world.recalls.propose(document, 1, [wrong], RIGHT, zhao).id, qian)
    workers = [threading.Thread(target=world.recalls.once) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    world.recalls.once()
    assert [len(corrections(world, one)) for one in conversations] == [1] * 12


def test_nobody_sends_their_own_correction_and_none_is_sent_twice(world, document, zhao, qian):
    wrong = version_of(world, document)
    told(world, wrong)
    own = world.recalls.propose(document, 1, [wrong], RIGHT, qian)
    with pytest.raises(OwnRecall):
        world.recalls.confirm(own.id, qian)
    with pytest.raises(NotPermitted):
        world.recalls.confirm(own.id, zhao)
    world.recalls.drop(own.id, zhao)
    with pytest.raises(RecallDecided):
        world.recalls.confirm(own.id, a_person(world, "孙宁", "reviewer"))
    assert world.recalls.once() == 0


@pytest.mark.parametrize(
    ("versions", "text", "code"),
    [
        (["wrong"], "", "invalid_recall_text"), (["wrong"], "改" * 501, "invalid_recall_text"),
        ([], RIGHT, "invalid_recall_passages"), (["0a1b2c"], RIGHT, "invalid_recall_passages"),
        (["free"], RIGHT, "invalid_recall_nobody"),
    ],
)  # fmt: skip
def test_what_is_no_correction_is_refused(world, document, zhao, versions, text, code):
    names = {"wrong": version_of(world, document), "free": version_of(world, document, part=1)}
    told(world, names["wrong"])
    with pytest.raises(Invalid) as refused:
        world.recalls.propose(document, 1, [names.get(one, one) for one in versions], text, zhao)
    assert refused.value.code == code


def test_a_text_that_came_with_the_system_can_be_taken_back_too(world, zhao, qian):
    version = version_of(world, BENCH, 0)
    conversation = told(world, version)
    assert world.recalls.look(BENCH, 0).answers  # it still answers: the page warns
    world.recalls.confirm(world.recalls.propose(BENCH, 0, [version], RIGHT, zhao).id, qian)
    world.recalls.once()
    assert len(corrections(world, conversation)) == 1


def test_an_unknown_version_is_not_found(world, document):
    for path, number in ((document, 9), ("admin/none.md", 1), ("none.md", 0)):
        with pytest.raises(NotFound):
            world.recalls.look(path, number)
