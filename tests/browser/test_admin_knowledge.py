"""Keeping the knowledge base in a real browser: by mouse, by keyboard alone, on a phone, and after a lost session."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from bot.services.views import StaffView
from bot.store.care_tables import AnswerChangeRow, DraftCheckRow
from tests.browser.conftest import DESKTOP, PHONE, NewContext
from tests.browser.test_desk import signed_in
from tests.desk.desk_world import DeskWorld
from tests.services.editing_world import BENCH, an_answer, changed, published, written

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DOCUMENTS = "/admin/knowledge/documents"


def fill_in(page: Page, text: str = "提前三天到居民委员会登记。") -> None:
    page.get_by_label("标题").first.fill("社区活动室怎么预约")
    page.get_by_label("事项分类").fill("公共设施")
    page.get_by_label("发布单位").fill("阳光街道办事处")
    page.get_by_label("适用地区").fill("全国")
    page.get_by_label("居民会怎么问").fill("活动室可以借吗\n想用活动室找谁")
    page.get_by_label("正文").first.fill(text)
    page.get_by_label("为什么改").fill("居民常问")


def test_two_people_bring_an_answer_to_publication(world: DeskWorld, address: str, new_context: NewContext) -> None:
    world.staff("zhao.lei", "赵磊", "editor")
    world.staff("qian.hong", "钱红", "reviewer")
    writer = signed_in(new_context(viewport=DESKTOP), address, "zhao.lei", DOCUMENTS)
    writer.get_by_role("button", name="写问答").click()
    fill_in(writer)
    writer.get_by_role("button", name="保存并提交审核").click()
    expect(writer.get_by_role("status").filter(has_text="等另一位同事审核")).to_be_visible()
    reviewer = signed_in(new_context(viewport=DESKTOP), address, "qian.hong", DOCUMENTS)
    reviewer.get_by_role("link", name="1 篇等审核").click()
    reviewer.get_by_role("link", name="审核", exact=True).click()
    reviewer.get_by_label("意见").fill("已核对")
    reviewer.get_by_role("button", name="通过并发布").click()
    expect(reviewer.get_by_text("赵磊写，钱红审核")).to_be_visible()
    expect(reviewer.get_by_text("正在生效")).to_be_visible()
    with world.services.database.transaction() as work:  # what the worker writes down
        work.knowledge.documents()[0].applied = "5:digest"
    expect(reviewer.get_by_text("第 1 版已生效")).to_be_visible()


def test_a_text_is_written_by_keyboard_alone(world: DeskWorld, address: str, new_context: NewContext) -> None:
    staff = world.staff("zhao.lei", "赵磊", "editor")
    draft = written(world.services, staff)
    page = signed_in(new_context(viewport=DESKTOP), address, "zhao.lei", f"/admin/knowledge/drafts/{draft.id}")
    body = page.get_by_label("正文").first
    page.get_by_label("标题").first.focus()
    for _ in range(40):
        if body.evaluate("field => field === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(body).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type("用完请打扫。")
    page.keyboard.press("Tab")  # the box
    page.keyboard.press("Tab")  # split
    page.keyboard.press("Tab")  # remove: there is one passage only
    expect(page.get_by_role("button", name="删除第 1 段")).to_be_focused()
    page.get_by_label("标题").first.focus()
    page.keyboard.press("Enter")  # saves, and nothing else
    expect(page.get_by_role("status").filter(has_text="草稿已保存")).to_be_visible()
    assert "用完请打扫。" in world.services.editing.draft(draft.id).text


def test_a_passage_is_split_where_the_cursor_stands(world: DeskWorld, address: str, new_context: NewContext) -> None:
    staff = world.staff("zhao.lei", "赵磊", "editor")
    draft = written(world.services, staff, an_answer(text="先登记再拿钥匙"))
    page = signed_in(new_context(viewport=DESKTOP), address, "zhao.lei", f"/admin/knowledge/drafts/{draft.id}")
    body = page.get_by_label("正文").first
    body.focus()
    body.evaluate("field => field.setSelectionRange(3, 3)")
    page.wait_for_timeout(100)
    page.get_by_role("button", name="把第 1 段拆成两段").click()
    expect(page.get_by_label("正文").nth(1)).to_have_value("再拿钥匙")
    expect(page.get_by_label("正文").first).to_have_value("先登记")


def test_what_was_typed_survives_the_end_of_the_session(world: DeskWorld, address: str, new_context: NewContext) -> None:
    staff = world.staff("zhao.lei", "赵磊", "editor")
    draft = written(world.services, staff)
    path, context = f"/admin/knowledge/drafts/{draft.id}", new_context(viewport=DESKTOP)
    page = signed_in(context, address, "zhao.lei", path)
    page.get_by_label("正文").first.fill("写了很久的一段话")
    context.clear_cookies()
    page.get_by_role("button", name="保存草稿").last.click()
    page.get_by_label("登录名").fill("zhao.lei")
    page.get_by_label("密码").fill("mei-gui-yuan-3")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_label("正文").first).to_have_value("写了很久的一段话")


def test_of_two_who_edit_one_draft_the_second_loses_nothing(world: DeskWorld, address: str, new_context: NewContext) -> None:
    staff = world.staff("zhao.lei", "赵磊", "editor")
    world.staff("qian.hong", "钱红", "reviewer")
    draft = written(world.services, staff)
    page = signed_in(new_context(viewport=PHONE), address, "qian.hong", f"/admin/knowledge/drafts/{draft.id}")
    page.get_by_label("正文").first.fill("提前五天登记。")
    world.services.editing.save(draft.id, draft.edition, an_answer(text="提前四天登记。"), staff)
    page.get_by_role("button", name="保存草稿").last.click()
    expect(page.get_by_role("alert")).to_contain_text("赵磊保存过这份草稿")
    expect(page.get_by_label("正文").first).to_have_value("提前五天登记。")
    page.get_by_role("button", name="保存草稿").last.click()
    expect(page.get_by_role("status").filter(has_text="草稿已保存")).to_be_visible()
    assert "提前五天登记。" in world.services.editing.draft(draft.id).text


def a_stopped_draft(world: DeskWorld, author: StaffView, reviewer: StaffView) -> int:
    """An approved draft with a golden question whose answer it changes."""
    services, long = world.services, "很长的一段话没有空格" * 20
    services.lexicon.put("三蹦子", "三轮摩托车", author)
    services.golden.keep("活动室" * 30, "", None, "abstained", author)
    draft = written(services, author, an_answer("活动室" * 12, valid_to=date(2026, 11, 30)))
    draft = services.editing.hand_in(draft.id, draft.edition, author, "新规定")
    edition = services.reviewing.approve(draft.id, draft.edition, reviewer).edition
    said = {"status": "answered", "right": False, "choices": []}
    passages = [{"document": "x.md", "article": "怎么预约" * 10, "title": "活动室" * 20, "quote": long}]
    now, facts = services.clock.now(), {"draft_id": draft.id, "edition": edition}
    with services.database.transaction() as work:
        work.care.add(
            DraftCheckRow(**facts, stamp="", state="done", asked=1, total=1, reason="", started_at=now, finished_at=now)
        )
        before, after = said | {"status": "abstained", "passages": []}, said | {"passages": passages}
        work.care.add(
            AnswerChangeRow(**facts, golden_id=1, question="活动室" * 30, before=before, after=after, mark="m", verdict="open")
        )
    return draft.id


def a_full_house(world: DeskWorld) -> list[str]:
    """Something on every page; answers their paths."""
    services = world.services
    chief, zhao = world.staff("chief", "赵主任", "admin"), world.staff("zhao.lei", "赵磊", "editor")
    long = "很长的一段话没有空格" * 30
    published(services, zhao, chief, an_answer(text=long))
    draft = changed(services, BENCH, zhao, title="长椅怎么申请")
    waiting = services.editing.hand_in(draft.id, draft.edition, zhao, "标题太长")
    other = written(services, zhao, an_answer("另一件事" * 20, text=long))
    stopped = a_stopped_draft(world, zhao, chief)
    first = services.editing.document(1).path
    return [
        DOCUMENTS, f"/admin/knowledge/document?path={first}", f"/admin/knowledge/document?path={BENCH}",
        "/admin/knowledge/waiting", f"/admin/knowledge/drafts/{waiting.id}", f"/admin/knowledge/drafts/{other.id}?saved=1",
        "/admin/knowledge/upload", "/admin/knowledge/statutes", "/admin/knowledge/lexicon?q=电", "/admin/knowledge/gaps",
        "/admin/knowledge/golden", f"/admin/knowledge/drafts/{stopped}",
        f"/admin/knowledge/document/compare?path={first}&old=1&new=1",
    ]  # fmt: skip


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_fit_the_screen_without_barriers_or_complaints(
    world: DeskWorld, address: str, new_context: NewContext, viewport: dict[str, int]
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    paths, complaints = a_full_house(world), []
    page = signed_in(new_context(viewport=viewport, bypass_csp=True), address, "chief", DOCUMENTS)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in paths:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path
        found = Axe().run(page).response["violations"]
        bad = [(item["id"], item["nodes"][0]["html"]) for item in found if item["impact"] in ("serious", "critical")]
        assert bad == [], path
    assert complaints == []
