"""Which texts hold when: versions, repeals, dates of their own, and the irregular names and headers of real files."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.importers.articles import read_article
from knowledge.importers.statutes import read_statute
from knowledge.model import ARTICLE, STATUTE, Document
from knowledge.store import DocumentRow
from knowledge.validity import in_force_on
from knowledge.versions import Versions
from tests.knowledge.samples import ARTICLE as BENCH
from tests.knowledge.samples import statute

NATION, BEIJING = "行政法规", "地方性法规/北京"


def rows(*documents: Document) -> list[DocumentRow]:
    return [
        DocumentRow(
            at, one.path, one.kind, one.title, one.region.key, one.published, one.in_force, one.family, one.repeals, one.until
        )
        for at, one in enumerate(documents)
    ]


def law(path: str, dates: str = "", body: str = "第一条 内容。\n", title: str = "") -> Document:
    name = path.rsplit("/", maxsplit=1)[-1].removesuffix(".md").split("(")[0]
    return read_statute(path, statute(title or name, body, dates))


OLD = law(f"{NATION}/水站办法(2010-01-01).md")
NEW = law(f"{NATION}/水站办法(2020-01-01).md", body="第一条 自2020年6月1日起施行。\n")
UNDATED = law(f"{BEIJING}/北京市水站条例.md", "2021年3月1日修正")
DATED = law(f"{BEIJING}/北京市水站条例(2016-05-01).md")
OTHER_FOLDER = law("行政法/水站办法(2015-01-01).md")
REVISED = law(f"{BEIJING}/北京市井盖条例(2010-01-01).md", "根据2019年5月1日修正的决定")
COURT = law("司法解释/最高人民法院关于审理水站案件的解释(2002-01-01).md")
ENDS_COURT = law(
    "司法解释/水站解释(2024-01-01).md", body="第一条 《最高人民法院关于审理水站、案件的解释》（法释〔2002〕3号）同时废止。\n"
)
DECISION = law(f"{BEIJING}/关于废止部分条例的决定.md", "2018年1月1日通过", "一、废止《北京市茶摊条例》（1992年通过）\n")
TEA = law(f"{BEIJING}/北京市茶摊条例.md", "1992年5月1日通过")
PARTLY = law(f"{NATION}/粮票办法(2020-01-01).md", body="第一条 《布票办法》中有关粮票的规定同时废止。\n")
CLOTH = law(f"{NATION}/布票办法(2001-01-01).md")
PETITIONS = law(f"{NATION}/信访条例(2005-01-10).md")
TWIN = law("社会法/水站办法(2020-01-01).md", body="第一条 自2020年6月1日起施行。\n")


@pytest.mark.parametrize(
    ("documents", "on", "holding"),
    [
        pytest.param([OLD, NEW], date(2026, 1, 1), [1], id="the newest"),
        pytest.param([OLD, NEW], date(2020, 3, 1), [0], id="published but not in force"),
        pytest.param([OLD, NEW], date(2009, 1, 1), [], id="before the first"),
        pytest.param([OLD, OTHER_FOLDER, NEW], date(2016, 1, 1), [1], id="one law in two folders"),
        pytest.param([NEW, TWIN], date(2026, 1, 1), [1], id="of twins one"),
        pytest.param([UNDATED], date(2026, 1, 1), [0], id="undated alone holds"),
        pytest.param([UNDATED, DATED], date(2026, 1, 1), [1], id="undated is older, whatever its header says"),
        pytest.param([REVISED], date(2015, 1, 1), [], id="the header tells of a later revision"),
        pytest.param([COURT, ENDS_COURT], date(2026, 1, 1), [1], id="ended by another title, signs differ"),
        pytest.param([COURT, ENDS_COURT], date(2023, 1, 1), [0], id="not ended yet"),
        pytest.param([TEA, DECISION], date(2026, 1, 1), [1], id="a decision that only ends"),
        pytest.param([TEA, DECISION], date(2017, 1, 1), [0], id="before that decision"),
        pytest.param([PARTLY, CLOTH], date(2026, 1, 1), [0, 1], id="only a part is ended"),
        pytest.param([PETITIONS], date(2026, 1, 1), [], id="ended by what the base does not hold"),
        pytest.param([PETITIONS], date(2020, 1, 1), [0], id="held before"),
    ],
)
def test_what_holds_on_a_day(documents: list[Document], on: date, holding: list[int]) -> None:
    assert sorted(in_force_on(rows(*documents), on)) == holding


@pytest.mark.parametrize("name", ["until", "valid_to"])
@pytest.mark.parametrize(("on", "holds"), [(date(2025, 3, 31), True), (date(2025, 4, 1), False), (date(2019, 1, 1), False)])
def test_an_own_article_ends_by_itself(name: str, on: date, holds: bool) -> None:
    article = read_article("street-bench.md", BENCH.replace("reviewed:", f"{name}: 2025-03-31\nreviewed:"))
    assert article.kind == ARTICLE
    assert bool(in_force_on(rows(article), on)) is holds


def test_what_holds_now_in_place_of_an_old_text() -> None:
    documents = rows(OLD, NEW, COURT, ENDS_COURT, PETITIONS)
    versions, today = Versions(documents), date(2026, 1, 1)
    now = {one.path: versions.now(one.path, today) for one in documents}
    assert {path: found and found.path for path, found in now.items()} == {
        OLD.path: NEW.path,
        NEW.path: NEW.path,
        COURT.path: ENDS_COURT.path,
        ENDS_COURT.path: ENDS_COURT.path,
        PETITIONS.path: None,
    }
    assert [one.path for one in versions.siblings(NEW.path)] == [OLD.path, NEW.path]
    assert all(one.kind == STATUTE for one in documents)
