"""Words of a search: found wherever they stand, whatever signs are in them, and on PostgreSQL from an index."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, text

from bot.app import Services
from bot.store import case_said
from bot.store.case_search import CaseFilter, count, search
from tests.builders import a_report, write

#: What residents say, and where.
SAID = (
    ("楼道的灯坏了", "阳光小区3号楼"),
    ("井盖松动，半夜咣当响", "翠湖路菜市场"),
    ("电梯停在五楼，100%是老毛病", "碧水家园5栋"),
    ("牌子上写着 it's \\ a_b，看不懂", "湖滨公园南门"),
    ("水", "灯"),
)


@pytest.fixture
def numbers(both_services: Services) -> list[str]:
    """The cases of `SAID`, in that order."""
    conversation = write(both_services)
    return [
        both_services.cases.file(conversation, a_report(description=what, location=where), inbox_id=None).number
        for what, where in SAID
    ]


@pytest.mark.parametrize(
    ("typed", "places"),
    [
        ("灯坏", {0}), ("楼道的灯坏了", {0}), ("灯", {0, 4}), ("了", {0}), ("水", {2, 4}), ("响", {1}), ("阳光小区", {0}),
        ("菜市场 井盖", {1}), ("井盖 电梯", set()), ("楼道灯", set()), ("外星人飞碟", set()), ("松动，半", {1}),
        ("100%", {2}), ("5%", set()), ("a_b", {3}), ("a-b", set()), ("it's", {3}), ("\\", {3}), ("'", {3}), ("%", {2}),
        ("_", {3}), ("' | '灯", set()), ("5栋", {2}), ("100", {2}), (":*", set()), ("&", set()),
    ],
)  # fmt: skip
def test_words_are_found_wherever_they_stand(both_services: Services, numbers: list[str], typed: str, places: set[int]) -> None:
    with both_services.database.reading() as work:
        for found in (search(work.session, CaseFilter(text=typed), limit=50), work.cases.search(None, typed, None, 50)):
            assert {numbers.index(row.number) for row in found} == places


def test_a_number_is_found_by_either_end(both_services: Services, numbers: list[str]) -> None:
    wanted = numbers[3]
    for typed in (wanted, wanted.lower(), wanted[2:], wanted[-5:], wanted[-4:], wanted[-6:]):
        with both_services.database.reading() as work:
            assert [row.number for row in search(work.session, CaseFilter(text=typed), limit=50)] == [wanted], typed
    for typed in (wanted[:10], wanted[2:8], wanted[:2] + wanted[2:6]):
        with both_services.database.reading() as work:
            assert len(search(work.session, CaseFilter(text=typed), limit=50)) == len(SAID), typed


def test_common_words_are_found_without_their_index(
    both_services: Services, numbers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_said, "COMMON", 2)
    with both_services.database.reading() as work:
        assert not case_said.is_rare("灯", work.session)
        for wanted in (CaseFilter(text="灯"), CaseFilter(text="灯", statuses=("assigned",), by_due=True)):
            assert {numbers.index(row.number) for row in search(work.session, wanted, limit=50)} == {0, 4}
            assert count(work.session, wanted, 1000) == 2


@pytest.mark.parametrize("both_services", ["postgresql"], indirect=True)  # SQLite reads every case, on purpose
@pytest.mark.parametrize(
    ("typed", "indexes"),
    [
        ("外星人飞碟", ["ix_cases_said"]), ("灯", ["ix_cases_said"]),
        ("12345", ["ix_cases_said", "ix_cases_number_tail", "ix_cases_number_head"]),
    ],
)  # fmt: skip
def test_postgresql_reads_words_from_its_indexes(
    both_services: Services, numbers: list[str], typed: str, indexes: list[str]
) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(
        both_services.database.engine, "before_cursor_execute", lambda c, cursor, said, values, *_: asked.append((said, values))
    )
    with both_services.database.reading() as work:
        work.session.execute(text("SET LOCAL enable_seqscan = off"))  # a handful of cases is read sooner than any index
        work.session.execute(text("SET LOCAL enable_indexscan = off"))
        search(work.session, CaseFilter(text=typed), limit=51)
        said, values = next(one for one in asked if "said_grams" in one[0])
        plan = "\n".join(row[0] for row in work.session.connection().exec_driver_sql(f"EXPLAIN {said}", values))
    assert all(index in plan for index in indexes), plan
