"""The knowledge base's pages: who may do what, bad input that loses nothing, a text from first word to publication."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.desk.desk_world import DeskWorld, Operator
from tests.services.editing_world import BENCH, an_answer, shipped_folder

DOCUMENTS = "/admin/knowledge/documents"


@pytest.fixture
def world(services: Any, tmp_path: Any) -> Iterator[DeskWorld]:
    services.editing.shipped.folder = shipped_folder(tmp_path / "articles")
    yield DeskWorld(services)


@pytest.fixture
def zhao(world: DeskWorld) -> Operator:
    return world.operator("zhao.lei", "赵磊", "editor")


@pytest.fixture
def qian(world: DeskWorld) -> Operator:
    return world.operator("qian.hong", "钱红", "reviewer")


def new_draft(by: Operator, kind: str = "faq") -> str:
    answer = by.post("/admin/knowledge/new", kind=kind)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def the_form(by: Operator, path: str) -> dict[str, str]:
    """What a browser would send of the editor as it stands."""
    page = by.get(path).text
    fields = dict(re.findall(r'<input[^>]*? name="(\w+)" value="([^"]*)"', page))
    fields |= dict(re.findall(r'<textarea name="(\w+)"[^>]*>([^<]*)</textarea>', page))
    fields |= dict.fromkeys(re.findall(r'name="(on_\d+)" value="1" checked', page), "1")
    return {name: text for name, text in fields.items() if name != "csrf"}


WHOLE = {
    "title": "社区活动室怎么预约", "category": "公共设施", "region": "全国", "issuer": "阳光街道办事处",
    "valid_from": "2026-01-01", "questions": "活动室可以借吗\n想用活动室找谁", "heading_0": "怎么预约",
    "text_0": "提前三天到居民委员会登记。", "why": "新规定",
}  # fmt: skip


def test_a_text_from_the_first_word_to_publication(world: DeskWorld, zhao: Operator, qian: Operator) -> None:
    path = new_draft(zhao)
    handed = zhao.post(path, **(the_form(zhao, path) | WHOLE | {"act": "hand"}))
    assert handed.status_code == 303
    assert "等另一位同事审核" in zhao.get(handed.headers["location"]).text
    assert "社区活动室怎么预约" in qian.get("/admin/knowledge/waiting").text
    review = qian.get(path).text
    assert "提前三天到居民委员会登记。" in review and "通过并发布" in review
    edition = re.search(r'name="edition" value="(\d+)"', review)[1]  # type: ignore[index]
    done = qian.post(f"{path}/review", verdict="approve", edition=edition, note="已核对")
    page = qian.get(done.headers["location"]).text
    assert "第 1 版" in page and "赵磊写，钱红审核" in page and "新规定" in page
    assert world.services.library.counts()["live"] == 2


def test_the_author_sees_no_button_to_review_and_cannot_post_one(world: DeskWorld, qian: Operator) -> None:
    path = new_draft(qian)
    qian.post(path, **(the_form(qian, path) | WHOLE | {"act": "hand"}))
    page = qian.get(path).text
    assert "要请另一位同事审核" in page and "通过并发布" not in page
    answer = qian.post(f"{path}/review", verdict="approve", edition="3")
    assert answer.status_code == 409 and "不能自己审核" in answer.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param({"region": "火星"}, "不认识地区“火星”", id="an unknown region"),
        pytest.param({"valid_from": "2026-05-01", "valid_to": "2026-01-01"}, "早于生效日期", id="ends before it begins"),
        pytest.param({"valid_to": "2026-02-31"}, "日期“2026-02-31”不对", id="a day that is none"),
        pytest.param({"text_0": "长" * 70_000}, "现在 70000 个字", id="too long"),
        pytest.param({"text_0": "x" * 1_000_000}, "现在 1000000 个字", id="a megabyte pasted"),
        pytest.param({"title": "题" * 101}, "标题最多 100 个字", id="a long title"),
        pytest.param({"questions": "\n".join(f"问法{n}" for n in range(31))}, "最多 30 句", id="too many ways of asking"),
        pytest.param({"parts": "2", "heading_1": "怎么预约", "text_1": "又一段"}, "用了两次", id="a heading twice"),
        pytest.param({"csrf": "stale"}, "请再点一次提交", id="a stale form"),
        pytest.param({"edition": "9" * 5000}, "赵磊保存过这份草稿", id="an edition that cannot be"),
        pytest.param({"act": "hand", "issuer": ""}, "还没有填“发布单位”", id="handed in too early"),
        pytest.param({"act": "hand", "why": ""}, "请写一句为什么", id="no reason"),
    ],
)
def test_what_is_refused_comes_back_with_everything_typed(zhao: Operator, typed: dict[str, str], sentence: str) -> None:
    path = new_draft(zhao)
    sent = the_form(zhao, path) | WHOLE | typed
    answer = zhao.post(path, **sent)
    assert 400 <= answer.status_code < 500 and sentence in answer.text
    assert sent["text_0"] in answer.text and sent["title"] in answer.text and sent["questions"].split("\n")[0] in answer.text


def test_two_who_edit_one_draft_see_the_difference_and_the_second_decides(zhao: Operator, qian: Operator) -> None:
    path = new_draft(zhao)
    first, second = the_form(zhao, path) | WHOLE, the_form(qian, path) | WHOLE | {"text_0": "提前五天登记。"}
    assert zhao.post(path, **first).status_code == 303
    answer = qian.post(path, **second)
    assert answer.status_code == 409 and "赵磊保存过这份草稿" in answer.text
    assert "提前五天登记。</textarea>" in answer.text and "<del>" in answer.text and "<ins>" in answer.text
    edition = re.search(r'name="edition" value="(\d+)"', answer.text)[1]  # type: ignore[index]
    assert qian.post(path, **(second | {"edition": edition})).status_code == 303
    assert "提前五天登记。" in zhao.get(path).text


def test_a_rejected_draft_is_not_published(zhao: Operator, qian: Operator) -> None:
    path = new_draft(zhao)
    zhao.post(path, **(the_form(zhao, path) | WHOLE | {"act": "hand"}))
    edition = re.search(r'name="edition" value="(\d+)"', qian.get(path).text)[1]  # type: ignore[index]
    nothing_said = qian.post(f"{path}/review", verdict="reject", edition=edition)
    assert nothing_said.status_code == 400 and "请写清楚哪里要改" in nothing_said.text
    assert qian.post(f"{path}/review", verdict="reject", edition=edition, note="金额不对").status_code == 303
    answer = qian.post(f"{path}/review", verdict="approve", edition=edition, note="算了，通过")
    assert answer.status_code == 409 and "已退回" in answer.text
    assert "钱红退回了：金额不对" in zhao.get(path).text


@pytest.mark.parametrize(
    "at", [{"day": ""}, {"day": "2020-01-01"}, {"day": "2026-13-40"}, {"day": "2027-01-01", "hour": "99:99"}]
)
def test_an_hour_that_cannot_be_is_refused_and_what_was_said_stays(zhao: Operator, qian: Operator, at: dict[str, str]) -> None:
    path = new_draft(zhao)
    zhao.post(path, **(the_form(zhao, path) | WHOLE | {"act": "hand"}))
    edition = re.search(r'name="edition" value="(\d+)"', qian.get(path).text)[1]  # type: ignore[index]
    answer = qian.post(f"{path}/review", verdict="approve", edition=edition, note="很好", when="later", **at)
    assert answer.status_code == 400 and "很好</textarea>" in answer.text


def test_passages_are_split_merged_switched_off_and_moved(zhao: Operator) -> None:
    path = new_draft(zhao)
    form = the_form(zhao, path) | WHOLE | {"text_0": "先登记。\n\n再来拿钥匙。", "act": "split-0"}
    zhao.post(path, **form)
    form = the_form(zhao, path)
    assert (form["text_0"], form["text_1"], form["heading_1"]) == ("先登记。", "再来拿钥匙。", "怎么预约（2）")
    zhao.post(path, **(form | {"act": "up-1"}))
    assert the_form(zhao, path)["text_0"] == "再来拿钥匙。"
    zhao.post(path, **(the_form(zhao, path) | {"act": "merge-0"}))
    form = the_form(zhao, path)
    assert form["text_0"] == "再来拿钥匙。\n先登记。" and "text_1" not in form
    form.pop("on_0")
    zhao.post(path, **form)
    assert "已停用" in zhao.get(path).text


def test_a_shipped_article_is_changed_compared_and_restored(zhao: Operator, qian: Operator) -> None:
    path = zhao.post("/admin/knowledge/document/edit", path=BENCH).headers["location"]
    form = the_form(zhao, path)
    assert form["title"] == "申请在楼下装长椅" and form["questions"].count("\n") == 2
    zhao.post(path, **(form | {"text_4": "十日内答复。", "act": "hand", "why": "新时限"}))
    review = qian.get(path).text
    assert "<del>" in review and "十" in review
    edition = re.search(r'name="edition" value="(\d+)"', review)[1]  # type: ignore[index]
    qian.post(f"{path}/review", verdict="approve", edition=edition)
    compare = qian.client.get("/admin/knowledge/document/compare", params={"path": BENCH, "old": 1, "new": 2}).text
    assert "办理时限" in compare and "五</del>" in compare
    qian.post("/admin/knowledge/document/restore", path=BENCH, number="0", why="改错了")
    page = qian.client.get("/admin/knowledge/document", params={"path": BENCH}).text
    assert "第 3 版" in page and "十五日内答复" in page and "改错了" in page


def test_a_text_is_withdrawn_and_comes_back(qian: Operator) -> None:
    refused = qian.post("/admin/knowledge/document/withdraw", path=BENCH, why="")
    assert refused.status_code == 400 and "为什么" in refused.text
    qian.post("/admin/knowledge/document/withdraw", path=BENCH, why="错得厉害")
    assert "已停用" in qian.client.get(DOCUMENTS, params={"state": "withdrawn"}).text
    qian.post("/admin/knowledge/document/withdraw", path=BENCH, why="查过了没错", back="1")
    assert "没有符合条件" in qian.client.get(DOCUMENTS, params={"state": "withdrawn"}).text


TABLE = """问题,其他问法,答案,地区
车棚几点关,晚上能进车棚吗,车棚晚上十点关门。,全国
遛狗要牵绳吗,,要牵绳，绳子不超过一米五。,火星
"""


def test_a_table_of_questions_becomes_drafts_after_a_look(world: DeskWorld, zhao: Operator) -> None:
    answer = zhao.client.post(
        "/admin/knowledge/upload", data={"csrf": zhao.csrf}, files={"file": ("问答.csv", TABLE.encode("utf-8-sig"), "text/csv")}
    )
    assert answer.status_code == 200 and "车棚晚上十点关门。" in answer.text and "还没有保存" in answer.text
    assert world.services.library.counts()["draft"] == 0
    token = re.search(r'name="token" value="(\w+)"', answer.text)[1]  # type: ignore[index]
    wrong = zhao.post("/admin/knowledge/upload/keep", token=token, region="木星", issuer="阳光街道办事处")
    assert wrong.status_code == 400 and "不认识地区“木星”" in wrong.text and 'value="阳光街道办事处"' in wrong.text
    kept = zhao.post(
        "/admin/knowledge/upload/keep", token=token, category="公共设施", issuer="阳光街道办事处", valid_from="2026-01-01"
    )
    assert "已存成草稿" in kept.text and world.services.library.counts()["draft"] >= 1
    gone = zhao.post("/admin/knowledge/upload/keep", token=token)
    assert gone.status_code == 409 and "已经过期" in gone.text


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        pytest.param("空.docx", b"", "不能导入", id="empty"),
        pytest.param("坏.docx", b"PK\x03\x04rubbish", "不能导入", id="broken"),
        pytest.param("宏.exe", b"MZ\x00\x00", "不能导入", id="a program"),
        pytest.param("大.txt", b"x" * (21 * 1024 * 1024), "最大 20 MB", id="too large"),
        pytest.param("", b"", "请先选一个文件", id="nothing chosen"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    world: DeskWorld, zhao: Operator, name: str, data: bytes, sentence: str
) -> None:
    files = {"file": (name, data)} if name else {"other": ("x", b"")}
    answer = zhao.client.post("/admin/knowledge/upload", data={"csrf": zhao.csrf}, files=files)
    assert answer.status_code == 400 and sentence in answer.text
    assert len(world.services.library.lines()) == 1


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        pytest.param("agent", DOCUMENTS, 200, id="an agent looks"),
        pytest.param("agent", "/admin/knowledge/upload", 403, id="but brings nothing in"),
        pytest.param("handler", DOCUMENTS, 403, id="a handler has nothing to do here"),
        pytest.param("editor", "/admin/knowledge/upload", 200, id="an editor does"),
        pytest.param("editor", "/desk/cases", 403, id="and sees no cases"),
        pytest.param("editor", "/desk", 303, id="an editor's start page is the knowledge base"),
        pytest.param("reviewer", "/admin/knowledge/waiting", 200, id="a reviewer has a list"),
        pytest.param("editor", "/admin", 403, id="accounts are the administrator's"),
    ],
)
def test_each_role_sees_its_pages_of_the_knowledge_base(world: DeskWorld, role: str, path: str, status: int) -> None:
    assert world.operator("sun.li", "孙丽", role).get(path).status_code == status


@pytest.mark.parametrize("path", ["document/withdraw", "document/restore", "drafts/1/review"])
def test_an_editor_cannot_do_a_reviewers_acts(zhao: Operator, path: str) -> None:
    new_draft(zhao)
    assert zhao.post(f"/admin/knowledge/{path}", path=BENCH, why="x", number="1", verdict="approve").status_code == 403


@pytest.mark.parametrize(
    "path",
    ["document?path=no.md", "document?path=../../etc/passwd", "document?path=%00", "drafts/77", "drafts/0", "statutes/5",
     "document/compare?path=no.md&old=1&new=2", "document/state?path=no.md", "documents?region=火星&state=x&q=%25"],
)  # fmt: skip
def test_addresses_that_lead_nowhere_say_so(qian: Operator, path: str) -> None:
    assert qian.get(f"/admin/knowledge/{path}").status_code in (200, 400, 404)


def test_many_drafts_are_handed_in_and_approved_together_each_for_itself(
    world: DeskWorld, zhao: Operator, qian: Operator
) -> None:
    services = world.services
    texts = [an_answer(f"第{n}件事怎么办", f"第{n}件事找{n}号窗口。") for n in range(3)]
    kept = services.editing.keep_uploaded([(f"事{n}.md", text) for n, text in enumerate(texts)], zhao.staff)
    lacking = services.editing.keep_uploaded([("缺.md", an_answer("缺单位的", issuer=""))], zhao.staff)
    picks = [f"{draft.id}:{draft.edition}" for draft in [*kept, *lacking]]
    page = zhao.post("/admin/knowledge/drafts-hand-in", picks=[*picks, "rubbish", "9:9"], why="表格导入").text
    assert "3 篇已提交" in page and "缺单位的" in page and "还没有填“发布单位”" in page
    ticks = re.findall(r'name="picks" value="([\d:]+)"', qian.get("/admin/knowledge/waiting").text)
    assert len(ticks) == 3 and "一起通过" not in zhao.get("/admin/knowledge/waiting").text
    services.editing.take_back(kept[0].id, zhao.staff)
    page = qian.post("/admin/knowledge/drafts-approve", picks=ticks).text
    assert "2 篇已通过" in page and "还在写" in page
    assert services.library.counts()["live"] == 3
