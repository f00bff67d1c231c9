"""Two people for every text: reviewing, publishing at an hour, versions that never change, ways back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.cases.errors import Invalid, NotFound, NotPermitted
from bot.services.article_text import Part, read_text
from bot.services.calendar import LOCAL
from bot.services.draft_states import WrongDraftState
from bot.services.editing_rows import StaleDraft
from bot.services.reviewing import SHIPPED, OwnDraft
from bot.services.text_changes import changes
from tests.fakes import MONDAY
from tests.knowledge.samples import ARTICLE
from tests.services.editing_world import BENCH, a_person, an_answer, changed, published, shipped_folder, written


@pytest.fixture
def zhao(both_services, tmp_path):
    both_services.editing.shipped.folder = shipped_folder(tmp_path / "articles")
    return a_person(both_services, "赵磊", "editor")


@pytest.fixture
def qian(both_services):
    return a_person(both_services, "钱红", "reviewer")


def handed_in(services, by, article=None):
    draft = written(services, by, article)
    return services.editing.hand_in(draft.id, draft.edition, by, "新规定")


def test_a_second_person_publishes_and_the_version_says_who_when_and_why(both_services, zhao, qian):
    draft = handed_in(both_services, zhao)
    draft = both_services.reviewing.approve(draft.id, draft.edition, qian, note="已核对")
    [version] = both_services.editing.document(draft.document_id).versions
    assert draft.state == "published"
    assert (version.number, version.author, version.reviewer, version.why) == (1, "赵磊", "钱红", "新规定")
    assert version.published_at == MONDAY
    events = [(event.kind, event.actor) for event in both_services.editing.document(draft.document_id).events]
    assert events[0] == ("published", "钱红") and events[-1] == ("begun", "赵磊")


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_nobody_reviews_what_they_wrote(both_services, qian, verdict):
    draft = handed_in(both_services, qian)
    with pytest.raises(OwnDraft):
        getattr(both_services.reviewing, verdict)(draft.id, draft.edition, qian, note="好")


def test_who_changed_a_word_in_it_is_an_author_too(both_services, zhao, qian):
    draft = written(both_services, zhao)
    draft = both_services.editing.save(draft.id, draft.edition, an_answer(text="改一个字"), qian)
    draft = both_services.editing.hand_in(draft.id, draft.edition, zhao, "新规定")
    with pytest.raises(OwnDraft):
        both_services.reviewing.approve(draft.id, draft.edition, qian)


def test_an_editor_does_not_review(both_services, zhao):
    draft = handed_in(both_services, zhao)
    with pytest.raises(NotPermitted):
        both_services.reviewing.approve(draft.id, draft.edition, a_person(both_services, "孙丽", "editor"))


def test_a_rejected_draft_is_not_published_and_goes_back_with_the_reason(both_services, zhao, qian):
    draft = handed_in(both_services, zhao)
    draft = both_services.reviewing.reject(draft.id, draft.edition, qian, "金额写错了")
    with pytest.raises(WrongDraftState) as refused:
        both_services.reviewing.approve(draft.id, draft.edition, qian)
    assert "已退回" in refused.value.facts["state"]
    assert both_services.editing.draft(draft.id).review_note == "金额写错了"
    assert both_services.editing.save(draft.id, draft.edition, an_answer(text="改好了"), zhao).state == "draft"


def test_a_rejection_says_why(both_services, zhao, qian):
    draft = handed_in(both_services, zhao)
    with pytest.raises(Invalid):
        both_services.reviewing.reject(draft.id, draft.edition, qian, "")


def test_only_what_was_read_is_approved(both_services, zhao, qian):
    seen = handed_in(both_services, zhao)
    draft = both_services.editing.take_back(seen.id, zhao)
    draft = both_services.editing.save(draft.id, draft.edition, an_answer(text="偷偷改了"), zhao)
    both_services.editing.hand_in(draft.id, draft.edition, zhao, "再改")
    with pytest.raises(StaleDraft):
        both_services.reviewing.approve(draft.id, seen.edition, qian)


def test_a_publication_waits_for_its_hour(both_services, zhao, qian):
    draft = handed_in(both_services, zhao)
    draft = both_services.reviewing.approve(draft.id, draft.edition, qian, publish_at=MONDAY + timedelta(days=2))
    assert both_services.reviewing.publish_due() == 0
    assert both_services.editing.draft(draft.id).state == "approved"
    both_services.clock.move(days=2)
    assert both_services.reviewing.publish_due() == 1
    assert both_services.reviewing.publish_due() == 0
    assert both_services.editing.document(draft.document_id).live_version == 1


def test_a_text_of_next_month_does_not_silence_the_one_that_holds_today(both_services, zhao, qian):
    draft = changed(both_services, BENCH, zhao, title="新办法", valid_from=date(2026, 12, 1))
    draft = both_services.editing.hand_in(draft.id, draft.edition, zhao, "下月起")
    draft = both_services.reviewing.approve(draft.id, draft.edition, qian)
    assert (draft.state, draft.publish_at.astimezone(LOCAL).date()) == ("approved", date(2026, 12, 1))
    both_services.clock.move(days=7, hours=14)  # the first of December has begun in Shanghai
    assert both_services.reviewing.publish_due() == 1


def test_an_hour_gone_by_is_refused(both_services, zhao, qian):
    draft = handed_in(both_services, zhao)
    with pytest.raises(Invalid, match="publish_at"):
        both_services.reviewing.approve(draft.id, draft.edition, qian, publish_at=MONDAY - timedelta(hours=1))
    assert both_services.editing.draft(draft.id).state == "handed_in"


def test_a_changed_shipped_article_keeps_the_shipped_text_as_a_version_and_goes_back_to_it(both_services, zhao, qian):
    draft = changed(both_services, BENCH, zhao, title="长椅怎么申请")
    draft = both_services.editing.hand_in(draft.id, draft.edition, zhao, "标题太长")
    both_services.reviewing.approve(draft.id, draft.edition, qian)
    document = both_services.editing.document_at(BENCH)
    assert [(version.number, version.source) for version in document.versions] == [(2, "edited"), (1, "shipped")]
    assert document.versions[1].text == ARTICLE
    after = both_services.reviewing.restore(document.id, SHIPPED, qian, "还是原来的好")
    assert (after.live_version, after.versions[0].text, after.versions[0].source) == (3, ARTICLE, "shipped")
    assert both_services.reviewing.restore(document.id, 2, qian, "又改主意").versions[0].restored == 2


def test_a_version_that_is_none_is_not_restored(both_services, zhao, qian):
    draft = published(both_services, zhao, qian)
    with pytest.raises(NotFound):
        both_services.reviewing.restore(draft.document_id, 7, qian, "试试")
    with pytest.raises(NotFound):
        both_services.reviewing.restore(draft.document_id, SHIPPED, qian, "试试")
    with pytest.raises(Invalid):
        both_services.reviewing.restore(draft.document_id, 1, qian, "")


@pytest.mark.parametrize(
    ("facts", "kind", "signs"),
    [
        pytest.param({"title": "社区活动室怎么预订"}, "changed", [("gone", "约"), ("new", "订")], id="a word of the title"),
        pytest.param({"parts": (Part("怎么预约", "提前五天到居民委员会登记，每次两小时。"),)}, "changed",
                     [("gone", "三"), ("new", "五")], id="a number in a passage"),
        pytest.param({"parts": (Part("怎么预约", "提前三天到居民委员会登记，每次两小时。", on=False),)}, "off", [], id="off"),
        pytest.param({"parts": (Part("收费", "不收费"),)}, "added", [("new", "不收费")], id="another passage"),
        pytest.param({"valid_to": date(2027, 1, 1)}, "changed", [("new", "2027-01-01")], id="a date"),
    ],
)  # fmt: skip
def test_the_difference_of_two_texts_in_words(facts, kind, signs):
    old = an_answer()
    found = changes(old, replace(old, **facts))
    assert found[0].kind == kind
    assert [piece for piece in found[0].pieces if piece[0] != "same"] == signs


def test_equal_texts_do_not_differ():
    assert changes(read_text(ARTICLE, ""), read_text(ARTICLE, "")) == []


def states(services, path):
    return {state for line in services.library.lines() if line.path == path for state in line.states}


def test_the_list_says_what_is_about_to_end_and_what_is_over(both_services, zhao, qian):
    draft = published(both_services, zhao, qian, an_answer(valid_to=date(2026, 12, 20)))
    assert states(both_services, draft.path) == {"live", "expiring"}
    both_services.clock.move(days=30)
    assert states(both_services, draft.path) == {"expired"}
    assert both_services.library.counts()["expired"] == 1


def test_the_list_finds_by_words_state_and_region(both_services, zhao, qian):
    published(both_services, zhao, qian)
    written(both_services, zhao, an_answer("电动车在哪充电", region="上海"))
    titles = lambda **chosen: [line.title for line in both_services.library.lines(**chosen)]  # noqa: E731
    assert titles(text="活动室") == ["社区活动室怎么预约"]
    assert titles(state="draft") == ["电动车在哪充电"]
    assert titles(region="上海市") == ["电动车在哪充电"]
    assert set(titles()) == {"电动车在哪充电", "社区活动室怎么预约", "申请在楼下装长椅"}
    assert titles(text="没有的") == []


BOOKING = "提前三天到居民委员会登记，每次两小时，用完打扫。"


@pytest.mark.parametrize(
    ("title", "text", "kinds"),
    [
        pytest.param("活动室借用", BOOKING, {"question", "near"}, id="a copy"),
        pytest.param(
            "借用办法", BOOKING.replace("三天", "5日").replace("两", "三"), {"question", "conflict"}, id="other numbers"
        ),
        pytest.param("借用办法", BOOKING.replace("三天", "3天"), {"question", "near"}, id="the same number in digits"),
        pytest.param("垃圾分几类", "可回收物、有害垃圾、厨余垃圾、其他垃圾四类。", {"question"}, id="only the question"),
    ],
)
def test_copies_and_contradictions_are_warned_of(both_services, zhao, qian, title, text, kinds):
    published(both_services, zhao, qian, an_answer(text=BOOKING))
    warnings = both_services.library.warnings("admin/x.md", an_answer(title, text))
    assert {warning.kind for warning in warnings} == kinds
