"""Writing for the knowledge base: drafts that two people edit, what is missing, what may be done when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cases.errors import Invalid, NotFound, NotPermitted
from bot.services.article_text import Part, merge_parts, read_text, split_part, write_text
from bot.services.draft_states import WrongDraftState
from bot.services.editing_rows import StaleDraft
from tests.knowledge.samples import ARTICLE
from tests.services.editing_world import BENCH, a_person, an_answer, changed, shipped_folder, written


@pytest.fixture
def zhao(both_services, tmp_path):
    both_services.editing.shipped.folder = shipped_folder(tmp_path / "articles")
    return a_person(both_services, "赵磊", "editor")


@pytest.fixture
def qian(both_services):
    return a_person(both_services, "钱红", "reviewer")


def test_a_new_text_is_kept_as_markdown_with_everything_that_was_typed(both_services, zhao):
    article = an_answer(keywords=("活动室",), unit="社区服务科")
    draft = written(both_services, zhao, article)
    again = both_services.editing.draft(draft.id)
    assert again.path.startswith("admin/own-") and again.state == "draft" and again.authors == ("赵磊",)
    assert replace(again.article, id="x", reviewed=None) == article


def test_a_shipped_article_is_edited_from_its_present_text(both_services, zhao):
    draft = both_services.editing.start_edit(BENCH, zhao)
    assert draft.article == read_text(ARTICLE, "")
    assert both_services.editing.start_edit(BENCH, zhao).id == draft.id, "one open draft a document"


def test_of_two_who_edit_the_same_draft_the_second_is_told_who_was_first(both_services, zhao, qian):
    draft = written(both_services, zhao)
    both_services.editing.save(draft.id, draft.edition, an_answer(text="先说的"), zhao)
    with pytest.raises(StaleDraft) as refused:
        both_services.editing.save(draft.id, draft.edition, an_answer(text="后说的"), qian)
    assert refused.value.facts["by"] == "赵磊"
    assert "先说的" in both_services.editing.draft(draft.id).text


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        pytest.param({"title": ""}, "标题", id="no title"),
        pytest.param({"issuer": ""}, "发布单位", id="no issuer"),
        pytest.param({"region": ""}, "适用地区", id="no region"),
        pytest.param({"valid_from": None}, "生效日期", id="no date"),
        pytest.param({"category": ""}, "事项分类", id="no category"),
        pytest.param({"parts": ()}, "没有", id="no passage"),
        pytest.param({"parts": (Part("怎么预约", ""),)}, "小标题", id="an empty passage"),
        pytest.param({"parts": (Part("怎么预约", "登记", on=False),)}, "停用", id="all switched off"),
        pytest.param({"kind": "guide"}, "缺少", id="a guide without its sections"),
    ],
)
def test_what_is_missing_is_said_when_it_is_handed_in(both_services, zhao, facts, said):
    draft = written(both_services, zhao, an_answer(**facts))
    with pytest.raises(Invalid) as refused:
        both_services.editing.hand_in(draft.id, draft.edition, zhao, "新规定")
    assert said in refused.value.facts["what"]
    assert both_services.editing.draft(draft.id).state == "draft"


def test_handing_in_needs_a_reason(both_services, zhao):
    draft = written(both_services, zhao)
    with pytest.raises(Invalid, match="why"):
        both_services.editing.hand_in(draft.id, draft.edition, zhao, "")


def test_what_is_handed_in_is_not_edited_before_it_is_taken_back(both_services, zhao):
    draft = written(both_services, zhao)
    draft = both_services.editing.hand_in(draft.id, draft.edition, zhao, "新规定")
    with pytest.raises(WrongDraftState):
        both_services.editing.save(draft.id, draft.edition, an_answer(text="再改一点"), zhao)
    draft = both_services.editing.take_back(draft.id, zhao)
    assert both_services.editing.save(draft.id, draft.edition, an_answer(text="再改一点"), zhao).state == "draft"


def test_a_discarded_draft_makes_room_for_another(both_services, zhao):
    draft = changed(both_services, BENCH, zhao, title="装长椅")
    both_services.editing.discard(draft.id, zhao)
    assert both_services.editing.start_edit(BENCH, zhao).id != draft.id


@pytest.mark.parametrize("role", ["agent", "handler", "supervisor"])
def test_only_some_roles_write(both_services, zhao, role):
    with pytest.raises(NotPermitted):
        both_services.editing.start_new("faq", a_person(both_services, "孙丽", role))


@pytest.mark.parametrize("path", ["nothing.md", "../README.md", "/etc/passwd", "x\x00.md", "street-bench"])
def test_what_is_not_there_is_not_edited(both_services, zhao, path):
    with pytest.raises(NotFound):
        both_services.editing.start_edit(path, zhao)


def test_an_upload_is_kept_whole_or_not_at_all(both_services, zhao):
    kept = both_services.editing.keep_uploaded([("活动室.md", an_answer()), ("长椅.md", an_answer("长椅坏了找谁"))], zhao)
    assert [draft.path for draft in kept] == ["admin/活动室.md", "admin/长椅.md"]
    with pytest.raises(Invalid) as refused:
        both_services.editing.keep_uploaded([("新的.md", an_answer("新的")), ("长椅.md", an_answer())], zhao)
    assert refused.value.facts["title"] == "长椅坏了找谁"
    assert both_services.editing.document_at("admin/新的.md") is None


LONG = "第一段话在这里。\n\n第二段话在那里。"


@pytest.mark.parametrize(
    ("cursor", "texts"),
    [
        pytest.param(None, ["第一段话在这里。", "第二段话在那里。"], id="at the blank line"),
        pytest.param(3, ["第一段", "话在这里。\n\n第二段话在那里。"], id="at the cursor"),
        pytest.param(999, ["第一段话在这里。", "第二段话在那里。"], id="a cursor that cannot be"),
    ],
)
def test_a_passage_is_split_and_merged(cursor, texts):
    parts = split_part((Part("费用", LONG), Part("地点", "三楼")), 0, cursor)
    assert [part.text for part in parts] == [*texts, "三楼"]
    assert [part.heading for part in parts] == ["费用", "费用（2）", "地点"]
    assert [part.heading for part in merge_parts(parts, 0)] == ["费用", "地点"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "没有任何标记",
        "---\n没有结束",
        "---\n: [坏\n---\n## 费用\n不收费",
        "# 标题\n\n引言\n## 一\n内容",
        "---\n- 1\n---\n## 一\n二",
    ],
)
def test_any_text_can_be_opened_and_written_again(text):
    article = read_text(text, "x")
    assert read_text(write_text(article), "x").parts == article.parts
