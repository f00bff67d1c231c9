"""Caring for what residents are answered, in a real browser, by mouse and keyboard: the hit test, corrections, gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.worker.publications import Publications
from knowledge.answering import KnowledgeBase
from knowledge.encoder import open_encoder
from knowledge.importing import import_into
from tests.browser.conftest import DESKTOP, PHONE, NewContext, shot
from tests.browser.test_desk import signed_in
from tests.desk.desk_world import DeskWorld
from tests.knowledge.samples import FILES, write_files
from tests.services.editing_world import BENCH, changed
from tests.services.test_recalls import corrections, told, version_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WORDS = "楼下装长椅要先在居民会议上表决。"


@pytest.fixture
def asked(world: DeskWorld, tmp_path: Path) -> DeskWorld:
    """The same on a real knowledge base of a few statutes and one article."""
    encoder, folder = open_encoder(Path("var/encoder")), tmp_path / "kb"
    statutes = {name: text for name, text in FILES.items() if name != BENCH}
    import_into(folder, [write_files(tmp_path / "statutes", statutes), tmp_path / "articles"], encoder)
    services = world.services
    services.golden.knowledge = services.checking.knowledge = KnowledgeBase(folder, encoder)
    services.releases.encoder = lambda: encoder
    return world


def test_a_correction_from_the_document_to_the_resident(world: DeskWorld, address: str, new_context: NewContext) -> None:
    conversation = told(world.services, version_of(world.services, BENCH, 0), question="楼下能装长椅吗")
    world.staff("zhao.lei", "赵磊", "editor")
    world.staff("qian.hong", "钱红", "reviewer")
    page = signed_in(new_context(viewport=DESKTOP), address, "zhao.lei", "/admin/knowledge/documents")
    page.goto(f"{address}/admin/knowledge/document?path={BENCH}")
    page.get_by_role("link", name="更正已给的回答").click()
    expect(page.get_by_text("楼下能装长椅吗")).to_be_visible()
    page.get_by_role("checkbox").first.focus()
    page.keyboard.press("Space")
    page.get_by_label("正确的内容").fill(WORDS)
    shot(page, "recall")
    page.get_by_role("button", name="交给另一位同事发出").click()
    expect(page.get_by_role("status")).to_contain_text("等另一位同事核对后发出")
    other = signed_in(new_context(viewport=PHONE), address, "qian.hong", "/admin/knowledge/recalls")
    shot(other, "recalls-phone")
    other.get_by_role("button", name="核对无误，发出").click()
    other.wait_for_timeout(700)  # a double click does not count as being sure
    other.get_by_role("button", name="再点一次，发给 1 位居民").click()
    expect(other.get_by_role("status")).to_contain_text("正在发给居民")
    world.services.recalls.once()
    assert WORDS in corrections(world.services, conversation)[0]


def test_a_question_is_tried_kept_and_asked_again(asked: DeskWorld, address: str, new_context: NewContext) -> None:
    asked.staff("zhao.lei", "赵磊", "editor")
    page = signed_in(new_context(viewport=DESKTOP), address, "zhao.lei", "/admin/knowledge")
    page.get_by_label("居民会怎么问").fill("在楼下装长椅要带什么材料")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="居民会看到")).to_be_visible()
    expect(page.get_by_role("cell", name="申请在楼下装长椅").first).to_be_visible()
    page.get_by_text("看了哪些方面").click()
    shot(page, "trial")
    page.get_by_role("button", name="存成必答题").click()
    expect(page.get_by_role("status").first).to_contain_text("已存成必答题")
    page.get_by_role("button", name="全部重问").click()
    expect(page.locator("#asking")).to_contain_text("1 题全部答对")
    expect(page.get_by_role("row").nth(1)).to_contain_text("对 引用 申请在楼下装长椅")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a size
    shot(page, "golden-phone")


def test_a_gap_is_given_to_somebody_and_becomes_a_draft(asked: DeskWorld, address: str, new_context: NewContext) -> None:
    services = asked.services
    services.gaps.knowledge = services.golden.knowledge
    for question, resident in (("小区充电桩怎么申请安装", "li"), ("小区里怎么申请装充电桩", "wang"), ("流浪猫谁来管", "chen")):
        services.policies.ask(asked.says(question, address=resident).conversation_id, question, inbox_id=None)
    asked.staff("zhao.lei", "赵磊", "editor")
    page = signed_in(new_context(viewport=DESKTOP), address, "zhao.lei", "/admin/knowledge/gaps")
    cats = page.get_by_role("region", name="流浪猫谁来管")
    expect(page.get_by_role("region", name="小区充电桩怎么申请安装")).to_contain_text("2 位居民")
    cats.get_by_text("派给同事，或者结束").focus()
    page.keyboard.press("Enter")
    shot(page, "gaps")
    cats.get_by_role("button", name="不归我们").click()
    expect(page.get_by_role("alert")).to_contain_text("请写一句为什么")
    cats.get_by_role("combobox").select_option(label="赵磊")
    cats.get_by_label("哪天之前办好").fill("2026-11-30")
    cats.get_by_label("备注").fill("先问城管")
    cats.get_by_role("button", name="派给同事").click()
    expect(page.get_by_role("status")).to_contain_text("已派好")
    with services.database.transaction() as work:  # time goes by; the session at the desk would end with it
        work.care.gaps()[0].due_on = date(2026, 11, 20)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a size
    page.get_by_role("link", name="派给我的").click()
    expect(page.get_by_role("region", name="流浪猫谁来管")).to_contain_text("已过期")
    shot(page, "gaps-phone")
    page.get_by_role("link", name="待处理").click()
    page.get_by_role("button", name="写一条回答：小区充电桩怎么申请安装").click()
    expect(page.get_by_label("标题").first).to_have_value("小区充电桩怎么申请安装")
    expect(page.get_by_label("居民会怎么问")).to_have_value("小区充电桩怎么申请安装\n小区里怎么申请装充电桩")


def test_changed_golden_answers_are_accepted_one_by_one_before_anything_is_published(
    asked: DeskWorld, address: str, new_context: NewContext
) -> None:
    services, question = asked.services, "在楼下装长椅要带什么材料"
    zhao, chief = asked.staff("zhao.lei", "赵磊", "editor"), asked.staff("chief", "赵主任", "admin")
    asked.staff("qian.hong", "钱红", "reviewer")
    services.golden.keep(question, "", None, services.golden.try_out(question, "", None).answer.citations[0].version, chief)
    begun = services.editing.start_edit(BENCH, zhao)
    parts = tuple(
        replace(part, text="身份证和邻居签名。") if part.heading == "申请材料" else part for part in begun.article.parts
    )
    draft = changed(services, BENCH, zhao, parts=parts)
    services.editing.hand_in(draft.id, draft.edition, zhao, "新规定")
    page = signed_in(new_context(viewport=DESKTOP), address, "qian.hong", f"/admin/knowledge/drafts/{draft.id}")
    page.get_by_role("button", name="通过并发布").click()
    expect(page.get_by_text("正在重问必答题").last).to_be_visible()
    shot(page, "gate-asking")
    assert services.checking.once() == 1
    expect(page.get_by_role("heading", name="必答题的答案变了")).to_be_visible()
    expect(page.get_by_text("还有 1 题没有看")).to_be_visible()
    shot(page, "gate")
    page.goto(f"{address}/admin/knowledge/documents")
    expect(page.get_by_role("table").get_by_text("答案变了，等确认")).to_be_visible()
    shot(page, "documents-stopped")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a size
    page.goto(f"{address}/admin/knowledge/drafts/{draft.id}")
    shot(page, "gate-phone")
    page.get_by_role("button", name="接受新答案").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("钱红接受了")).to_be_visible()
    expect(page.get_by_text("全部接受了")).to_be_visible()
    Publications(services.reviewing, services.releases, services.lexicon).once()
    assert "邻居签名" in services.checking.knowledge.ask(question).text


def test_an_everyday_word_is_added_changed_by_table_and_undone(world: DeskWorld, address: str, new_context: NewContext) -> None:
    world.staff("zhao.lei", "赵磊", "editor")
    page = signed_in(new_context(viewport=DESKTOP), address, "zhao.lei", "/admin/knowledge/lexicon")
    page.get_by_role("textbox", name="居民的说法").fill("三蹦子")
    page.get_by_role("textbox", name="官方说法").fill("三蹦子")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("两边写的都是“三蹦子”")
    expect(page.get_by_role("textbox", name="居民的说法")).to_have_value("三蹦子")
    page.get_by_role("textbox", name="官方说法").fill("三轮摩托车；机动车")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("已保存")
    page.get_by_text("用表格一次改很多").click()
    table = {"name": "说法.csv", "mimeType": "text/csv", "buffer": "火三轮,三轮摩托车\n电瓶车,".encode()}
    page.get_by_label("选改好的表").set_input_files(table)  # type: ignore[arg-type]  # a file
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("已导入")
    shot(page, "lexicon")
    page.get_by_role("button", name="撤销").first.click()
    expect(page.get_by_role("status").first).to_contain_text("已撤销")
    page.get_by_label("查一个词").fill("三轮")
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="三蹦子", exact=True)).to_be_visible()
    expect(page.get_by_role("cell", name="火三轮", exact=True)).to_have_count(0)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a size
    page.get_by_role("link", name="改：三蹦子").click()
    expect(page.get_by_role("textbox", name="官方说法")).to_have_value("三轮摩托车；机动车")
    shot(page, "lexicon-phone")
