"""A resident's own data: see how much there is, take a copy, have it erased; after showing who they are."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.app import Services
from bot.cases.errors import NotFound, Refused
from bot.services.identity import LOCKED_FOR, MOST_WRONG, PASSED_FOR, numbers_in
from bot.services.privacy import FETCHED_FOR
from bot.services.views import Upload
from bot.store.privacy import ERASED, ERASED_WORDS
from bot.store.tables import Table
from tests.builders import a_report, a_staff, incoming, process, said, write

NUMBER = "13800138000"


def with_case(services: Services, *, contact: str | None = NUMBER, channel: str = "web") -> str:
    """A resident who has written their number and filed a case."""
    conversation = write(services, f"我叫张建国，电话{NUMBER}，阳光小区3号楼201的灯坏了", channel=channel, address="77")
    process(services)
    services.cases.file(conversation, a_report(contact=contact, location="阳光小区3号楼201"), inbox_id=None)
    return conversation


def everything(services: Services) -> str:
    """Every row of every table, as one text."""
    with services.database.reading() as work:
        tables = [table for table in Table.metadata.sorted_tables if table.name not in ("places", "district_versions")]
        return "\n".join(str(row) for table in tables for row in work.session.execute(table.select()))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("13800138000", {"13800138000"}),
        ("138 0013 8000 是我的", {"13800138000"}),
        ("+86 13800138000", {"13800138000"}),
        ("幺三八零零幺三八零零零", {"13800138000"}),
        ("62345678", {"62345678"}),
        ("8000", set()),
        ("忘了", set()),
    ],
)
def test_a_number_is_read_in_any_writing(written: str, read: set[str]) -> None:
    assert numbers_in(written) == read


@pytest.mark.parametrize(
    ("channel", "contact", "kind"),
    [("web", NUMBER, "phone"), ("telegram", NUMBER, "phone"), ("web", None, "session"), ("telegram", None, "code")],
)
def test_what_is_asked_depends_on_channel_and_what_is_on_file(
    services: Services, channel: str, contact: str | None, kind: str
) -> None:
    conversation = with_case(services, contact=contact, channel=channel)
    assert services.privacy.identity.required(conversation).kind == kind


def test_the_whole_number_is_right_and_its_tail_is_not(both_services: Services) -> None:
    identity, conversation = both_services.privacy.identity, with_case(both_services)
    assert identity.answer(conversation, "8000").kind == "phone"
    assert identity.answer(conversation, "我的是 138-0013-8000").kind == "passed"
    both_services.clock.move(seconds=PASSED_FOR.total_seconds() + 1)
    assert identity.required(conversation).kind == "phone"


def test_a_code_is_typed_back(services: Services) -> None:
    identity, conversation = services.privacy.identity, with_case(services, contact=None, channel="telegram")
    code = identity.required(conversation).code
    assert identity.required(conversation).code == code
    assert identity.answer(conversation, f" {code} ").kind == "passed"


def test_after_some_wrong_answers_even_the_right_one_waits_a_day(services: Services) -> None:
    identity, conversation = services.privacy.identity, with_case(services)
    answers = [identity.answer(conversation, f"1380013800{digit}").kind for digit in range(1, MOST_WRONG + 1)]
    assert answers == ["phone"] * (MOST_WRONG - 1) + ["locked"]
    assert identity.answer(conversation, NUMBER).kind == "locked"
    services.clock.move(seconds=LOCKED_FOR.total_seconds())
    assert identity.answer(conversation, NUMBER).kind == "passed"


@pytest.mark.parametrize("act", ["export", "erase"])
def test_nothing_is_done_for_who_has_not_shown_who_they_are(services: Services, act: str) -> None:
    conversation = with_case(services)
    with pytest.raises(Refused):
        services.privacy.erase(conversation) if act == "erase" else services.privacy.export(conversation, "all", inbox_id=1)
    assert services.cases.of_resident(services.handoff.get(conversation).resident_id)[0].status == "assigned"


def test_what_is_kept_is_told_in_numbers(services: Services) -> None:
    kept = services.privacy.kept(with_case(services))
    assert (kept.cases, kept.open_cases, kept.messages, kept.contacts) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("scope", "has", "has_not"),
    [
        ("all", {"cases", "messages", "attachments"}, set()),
        ("cases", {"cases"}, {"messages", "attachments"}),
        ("messages", {"messages"}, {"cases"}),
    ],
)
def test_a_copy_holds_what_was_asked_for_in_clear(services: Services, scope: str, has: set[str], has_not: set[str]) -> None:
    conversation = with_case(services)
    services.privacy.identity.answer(conversation, NUMBER)
    files = services.privacy.export(conversation, scope, inbox_id=1)  # type: ignore[arg-type]  # a table of literals
    assert [file.name for file in files] == ["我的信息.json", "我的信息.txt"]
    told = json.loads(services.privacy.file(files[0].id, conversation_id=conversation)[1])
    assert has <= set(told)
    assert not has_not & set(told)
    text = services.privacy.file(files[1].id, conversation_id=conversation)[1].decode()
    assert NUMBER in text
    assert ("201" in text) == (scope != "none")


def test_the_same_message_gives_the_same_copy_and_strangers_get_none(both_services: Services) -> None:
    privacy, conversation = both_services.privacy, with_case(both_services)
    privacy.identity.answer(conversation, NUMBER)
    first, again = (privacy.export(conversation, "cases", inbox_id=1) for _ in range(2))
    assert first == again
    with pytest.raises(NotFound):
        privacy.file(first[0].id, conversation_id=write(both_services, address="stranger"))
    assert NUMBER not in everything(both_services)
    both_services.clock.move(seconds=(FETCHED_FOR + timedelta(seconds=1)).total_seconds())
    with pytest.raises(NotFound):
        privacy.file(first[0].id, conversation_id=conversation)
    assert privacy.once() == len(first)


def test_nobody_elses_cases_are_in_a_copy(services: Services) -> None:
    conversation = with_case(services)
    services.cases.file(write(services, address="wang"), a_report(description="隔壁老王家的事"), inbox_id=None)
    services.privacy.identity.answer(conversation, NUMBER)
    files = services.privacy.export(conversation, "all", inbox_id=1)
    assert "老王" not in services.privacy.file(files[0].id, conversation_id=conversation)[1].decode()


def test_every_table_that_hangs_on_a_resident_has_a_fate() -> None:
    people = {"residents", "conversations", "inbox", "cases", "answers", "sealed"}
    hang = {
        table.name for table in Table.metadata.sorted_tables for key in table.foreign_keys if key.column.table.name in people
    }  # fmt: skip
    assert hang - {"accounts", "conversations"} <= set(ERASED)  # these two begin anew


def test_erasing_leaves_a_case_without_anybody(both_services: Services) -> None:
    services, conversation = both_services, with_case(both_services)
    resident = services.handoff.get(conversation).resident_id
    services.handoff.note(conversation, a_staff(services), "张建国很着急")
    number = services.cases.of_resident(resident)[0].number
    services.privacy.identity.answer(conversation, NUMBER)
    services.privacy.erase(conversation)
    left = everything(services)
    assert all(word not in left for word in ("张建国", NUMBER, "路灯不亮三天了", "阳光小区"))
    assert services.cases.original(number) == {}
    case = services.cases.get(number)
    assert (case.description, case.location, case.has_contact, case.anonymous) == (ERASED_WORDS, "", False, True)
    assert (case.status, case.category) == ("withdrawn", "公用设施 / 路灯故障")
    assert [event.kind for event in case.events][-2:] == ["withdrawn", "noted"]
    assert "要求删除" in case.events[-1].text


def test_who_was_erased_is_somebody_new_where_they_write(services: Services) -> None:
    conversation = with_case(services)
    services.privacy.identity.answer(conversation, NUMBER)
    services.privacy.erase(conversation)
    new = services.conversations.conversation_of("web", "77")
    assert new not in (None, conversation)
    assert "已经全部删除" in said(services, str(new))[0]
    assert services.cases.of_resident(services.handoff.get(str(new)).resident_id) == []
    assert write(services, "你好", address="77") == new


def test_files_go_with_the_person_unless_somebody_else_sent_the_same(services: Services) -> None:
    mine, shared = (Upload("photo", "a.jpg", "image/jpeg", data) for data in (b"mine", b"shared"))
    conversation = services.conversations.accept(incoming("", kind="photo", uploads=(mine, shared))).conversation_id
    services.conversations.accept(incoming("", kind="photo", address="wang", uploads=(shared,)))
    services.privacy.erase(conversation)
    assert sorted(path.read_bytes() for path in services.privacy.media.folder.rglob("*") if path.is_file()) == [b"shared"]
