"""The audit: every look at personal data with its purpose, and a chain that shows when it was touched."""

from __future__ import annotations

import csv
import io
import threading

import pytest
from sqlalchemy import text

from bot.app import Services
from bot.services.auditing import Wanted
from tests.desk.desk_world import DeskWorld, Operator


@pytest.fixture
def auditor(world: DeskWorld) -> Operator:
    return world.operator("shen.ji", "沈计", "auditor")


def run(world: DeskWorld, statement: str) -> None:
    with world.services.database.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_look_at_a_resident_s_words_is_there_with_its_purpose(world: DeskWorld, wang: Operator, auditor: Operator) -> None:
    conversation = world.waiting("我电话是13800138000")
    answer = wang.act(conversation, "reveal/1", purpose="contact")
    assert answer.json()["text"] == "我电话是13800138000"
    page = auditor.get("/admin/audit?what=reveal").text
    assert "查看居民原话" in page and "联系居民核实" in page and "王敏" in page
    assert "13800138000" not in page


def test_nobody_looks_without_saying_why(world: DeskWorld, wang: Operator) -> None:
    conversation = world.waiting("我电话是13800138000")
    for purpose in ("", "curiosity", None):
        assert wang.act(conversation, "reveal/1", purpose=purpose).status_code in (400, 422)
    assert world.services.workplace.audit.search(Wanted(action="reveal")) == []


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE audit SET actor = 'system' WHERE id = 2", 2),
        ("UPDATE audit SET detail = '{}' WHERE id = 1", 1),
        ("DELETE FROM audit WHERE id = 2", 3),
        ("DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)", None),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE id = 3", 3),
    ],
    ids=["another actor", "another detail", "one gone", "the last gone", "another time"],
)
def test_whoever_touches_a_line_is_found_out(
    world: DeskWorld, wang: Operator, auditor: Operator, tampering: str, broken_at: int | None
) -> None:
    conversation = world.waiting()
    wang.act(conversation, "claim")
    assert not world.services.workplace.audit.verify().broken
    run(world, tampering)
    verdict = world.services.workplace.audit.verify()
    assert (verdict.broken, verdict.broken_at) == (True, broken_at)
    assert "记录被动过" in auditor.post("/admin/audit/verify").text


def test_a_whole_chain_written_anew_misses_the_hash_kept_elsewhere(world: DeskWorld, wang: Operator) -> None:
    noted = world.services.workplace.audit.verify().head
    wang.act(world.waiting(), "claim")
    assert world.services.workplace.audit.verify(noted).noted
    assert not world.services.workplace.audit.verify("0" * 64).noted


def test_lines_of_many_transactions_at_once_make_one_chain(services: Services) -> None:
    def write(number: int) -> None:
        for at in range(10):
            services.database.run(
                lambda work, at=at: work.staff.audit("system", "tried", f"{number}:{at}", services.clock.now())
            )

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = services.workplace.audit.verify()
    assert (verdict.links, verdict.broken) == (80, False)


def test_what_is_rolled_back_was_not_done(world: DeskWorld) -> None:
    before = world.services.workplace.audit.verify().links
    with pytest.raises(RuntimeError):
        world.services.database.run(_write_and_fail)
    verdict = world.services.workplace.audit.verify()
    assert (verdict.links, verdict.broken) == (before, False)


def _write_and_fail(work) -> None:
    from datetime import UTC, datetime

    work.staff.audit("system", "tried", "x", datetime.now(UTC))
    raise RuntimeError


def test_the_file_says_who_took_it_and_holds_no_formula(world: DeskWorld, auditor: Operator) -> None:
    world.services.database.run(
        lambda work: work.staff.audit("system", "tried", "=1+1", world.services.clock.now(), purpose="@x")
    )
    answer = auditor.post("/admin/audit.csv")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert "由 沈计（shen.ji）于" in rows[0][0] and rows[1][0] == "编号"
    assert rows[2][5] == "'=1+1" and rows[2][6] == "'@x"
    assert "导出审计" in auditor.get("/admin/audit").text


@pytest.mark.parametrize(
    ("query", "found"),
    [("", True), ("?what=staff_", True), ("?who=system", True), ("?about=nothing", False), ("?day_to=2020-01-01", False)],
)
def test_lines_are_found_by_what_is_asked(world: DeskWorld, auditor: Operator, query: str, found: bool) -> None:
    assert ("添加账号" in auditor.get(f"/admin/audit{query}").text.split("</form>", 2)[-1]) is found


def test_what_is_done_to_one_account_is_not_said_of_another(world: DeskWorld, auditor: Operator) -> None:
    def write(work) -> None:
        for subject in ("staff:7", "staff:70", "conv", "conv:3"):
            work.staff.audit("system", "tried", subject, world.services.clock.now())

    world.services.database.run(write)
    search = world.services.workplace.audit.search
    assert [line.subject for line in search(Wanted(subject="staff:7"))] == ["staff:7"]
    assert [line.subject for line in search(Wanted(subject="conv"))] == ["conv:3", "conv"]


@pytest.mark.parametrize("role", ["agent", "supervisor", "handler", "editor"])
def test_only_auditors_and_administrators_read_it(world: DeskWorld, role: str) -> None:
    assert world.operator("x.y", "某人", role).get("/admin/audit").status_code == 403


def test_an_auditor_reads_cases_and_changes_nothing(world: DeskWorld, auditor: Operator) -> None:
    assert auditor.get("/desk/cases").status_code == 200
    assert auditor.get("/desk/api/conversations").status_code == 403
    assert auditor.post("/admin/accounts", login="x.y", name="某", role="agent").status_code == 403
