"""Gaps in hand: given to somebody with a day, written about, closed by a person or by themselves, and open again."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.cases.errors import Invalid, NotFound, NotPermitted
from bot.worker.publications import Publications
from knowledge.answering import KnowledgeBase
from knowledge.encoder import open_encoder
from knowledge.importing import import_into
from tests.builders import write
from tests.knowledge.samples import FILES, write_files
from tests.services.editing_world import BENCH, a_person, an_answer, shipped_folder

CATS, CHARGING = "流浪猫谁来管", "小区充电桩怎么申请安装"
DUE = date(2026, 11, 30)


@pytest.fixture(scope="module")
def encoder():
    return open_encoder(Path("var/encoder"))


@pytest.fixture
def world(both_services, tmp_path, encoder):
    services, shipped = both_services, shipped_folder(tmp_path / "articles")
    statutes = {name: text for name, text in FILES.items() if name != BENCH}
    folder = services.settings.knowledge
    import_into(folder, [write_files(tmp_path / "statutes", statutes), shipped], encoder)
    base = KnowledgeBase(folder, encoder)
    services.editing.shipped.folder = shipped
    services.gaps.knowledge = services.gap_work.knowledge = base
    services.releases.encoder = lambda: encoder
    return services


@pytest.fixture
def zhao(world):
    return a_person(world, "赵磊", "editor")


@pytest.fixture
def qian(world):
    return a_person(world, "钱红", "reviewer")


def ask(world, question=CATS, address="li"):
    world.policies.ask(write(world, question, address=address), question, inbox_id=None)


def only(world):
    [gap] = world.gaps.all()
    return gap


def test_a_gap_is_given_to_somebody_with_a_day_and_is_overdue_after_it(world, zhao, qian):
    ask(world)
    world.gap_work.assign(CATS, zhao.id, DUE, "先问城管", qian)
    gap = only(world)
    assert (gap.state, gap.assignee, gap.due_on, gap.overdue, gap.note) == ("assigned", "赵磊", DUE, False, "先问城管")
    world.clock.move(days=8)
    assert only(world).overdue
    world.clock.move(days=60)
    assert (only(world).overdue, only(world).residents) == (True, 0), "what is in hand does not vanish with the 30 days"


def test_overdue_gaps_come_first(world, zhao):
    for address in ("li", "wang"):
        ask(world, CHARGING, address)
    ask(world)
    assert [gap.question for gap in world.gaps.all()] == [CHARGING, CATS]
    world.gap_work.assign(CATS, zhao.id, DUE, "", zhao)
    world.clock.move(days=8)
    assert [gap.question for gap in world.gaps.all()] == [CATS, CHARGING]


def test_another_question_about_the_same_matter_joins_the_gap_in_hand(world, zhao):
    ask(world, CHARGING)
    world.gap_work.assign(CHARGING, zhao.id, None, "", zhao)
    ask(world, "小区里怎么申请装充电桩", "wang")
    gap = only(world)
    assert (gap.state, gap.residents, len(gap.ways)) == ("assigned", 2, 2)


def test_a_draft_has_all_ways_of_asking_and_is_begun_once(world, zhao):
    ask(world, CHARGING)
    ask(world, "小区里怎么申请装充电桩", "wang")
    draft = world.gap_work.write(CHARGING, zhao)
    assert draft.article.questions == (CHARGING, "小区里怎么申请装充电桩")
    assert world.gap_work.write(CHARGING, zhao).id == draft.id
    assert (only(world).state, only(world).assignee, only(world).draft_state) == ("assigned", "赵磊", "draft")


def publish(world, draft, author, reviewer, **facts):
    article = an_answer(**facts)
    draft = world.editing.save(draft.id, draft.edition, article, author)
    draft = world.editing.hand_in(draft.id, draft.edition, author, "居民常问")
    world.reviewing.approve(draft.id, draft.edition, reviewer)
    Publications(world.reviewing, world.releases, world.lexicon).once()


def test_a_gap_closes_itself_once_its_questions_are_answered_and_opens_when_they_are_not(world, zhao, qian):
    ask(world)
    draft = world.gap_work.write(CATS, zhao)
    assert world.gap_work.once() == 0, "nothing is published yet"
    publish(world, draft, zhao, qian, title=CATS, questions=(CATS,), text="流浪猫由居民委员会报给街道城管处理。")
    assert world.gap_work.once() == 1 and world.gap_work.once() == 0
    assert (only(world).state, only(world).residents) == ("answered", 0)
    world.clock.move(minutes=1)
    ask(world)  # the fake that residents ask here still knows nothing
    assert (only(world).state, only(world).again, only(world).residents) == ("open", True, 1)


def test_a_way_of_asking_that_is_still_not_answered_is_named(world, zhao, qian):
    ask(world)
    draft = world.gap_work.write(CATS, zhao)
    publish(world, draft, zhao, qian, title="社区图书角几点开门", questions=("图书角开到几点",), text="九点到五点。")
    assert world.gap_work.once() == 0
    assert (only(world).state, only(world).unanswered) == ("assigned", (CATS,))


def test_what_is_not_ours_stays_so_although_it_is_asked_again(world, zhao):
    ask(world)
    world.gap_work.close(CATS, "not_ours", "归动物防疫站", zhao)
    world.clock.move(minutes=1)
    ask(world, address="wang")
    assert (only(world).state, only(world).residents) == ("not_ours", 2)
    world.gap_work.reopen(CATS, zhao)
    assert only(world).state == "open"


def test_reasons_are_counted_with_the_gap(world):
    conversation = write(world, CATS)
    resident = world.handoff.get(conversation).resident_id
    world.policies.ask(conversation, CATS, inbox_id=None)
    with world.database.transaction() as work:
        [row] = work.messages.answers_of(resident)
        row.status, row.feedback, row.feedback_reason = "answered", "useless", "outdated"
    assert (only(world).useless, only(world).reasons) == (1, {"outdated": 1})


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda work, zhao, wang: work.assign(CATS, wang.id, None, "", zhao), "invalid_gap_assignee"),
        (lambda work, zhao, wang: work.assign(CATS, 999, None, "", zhao), "invalid_gap_assignee"),
        (lambda work, zhao, wang: work.assign(CATS, zhao.id, DUE - timedelta(days=30), "", zhao), "invalid_gap_due"),
        (lambda work, zhao, wang: work.close(CATS, "answered", "", zhao), "invalid_gap_note"),
        (lambda work, zhao, wang: work.close("没人问过的事", "answered", "答了", zhao), "not_found"),
        (lambda work, zhao, wang: work.close(CATS, "answered", "答了", wang), "not_permitted"),
    ],
    ids=["an agent writes nothing", "nobody", "a day gone by", "no reason", "no such gap", "no right"],
)
def test_what_cannot_be_is_refused(world, zhao, act, code):
    ask(world)
    with pytest.raises((Invalid, NotFound, NotPermitted)) as refused:
        act(world.gap_work, zhao, a_person(world, "王敏", "agent"))
    assert refused.value.code == code
    assert only(world).state == "open"
