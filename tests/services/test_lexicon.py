"""The office's lexicon: by hand and by table, kept change by change, undone, and beside the knowledge base at once."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook, load_workbook

from bot.cases.errors import Invalid, NotFound, NotPermitted
from bot.services.lexicon import TITLES, LexiconMoved
from knowledge.lexicon import FILE, Published, shipped
from knowledge.text import words
from tests.services.editing_world import a_person

SCOOTER = "电瓶车"


@pytest.fixture
def table(both_services):
    return both_services.lexicon


@pytest.fixture
def zhao(both_services):
    return a_person(both_services, "赵磊", "editor")


def meant(table, question):
    """What search makes of a question, reading the file as it does."""
    return Published(table.folder).expand(words(question))


def entry(table, word):
    [found] = [one for one in table.entries(word) if one.everyday == word]
    return found


def sheet(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_word_is_added_and_search_reads_it_at_once(table, zhao):
    assert table.put("三蹦子", "三轮摩托车、机动车", zhao)
    assert (entry(table, "三蹦子").official, entry(table, "三蹦子").origin) == (("三轮摩托车", "机动车"), "own")
    assert {"摩托车", "机动车"} <= set(meant(table, "三蹦子能上路吗"))
    assert not table.put("三蹦子", "三轮摩托车；机动车", zhao), "nothing changed"


def test_a_shipped_word_is_changed_taken_out_and_comes_back(table, zhao):
    assert table.put(SCOOTER, "电动自行车；电动摩托车", zhao)
    assert entry(table, SCOOTER).origin == "changed"
    table.remove(SCOOTER, zhao)
    assert entry(table, SCOOTER).origin == "off" and meant(table, SCOOTER) == words(SCOOTER)
    table.put(SCOOTER, "；".join(shipped().pairs[SCOOTER]), zhao)
    assert entry(table, SCOOTER).origin == "shipped" and not (table.folder / FILE).exists()


def test_changes_are_kept_and_undone(table, zhao):
    table.put(SCOOTER, "电动摩托车", zhao)
    [batch] = table.history()
    assert (batch.actor, batch.kind, batch.changes) == ("赵磊", "edited", ((SCOOTER, ("电动自行车",), ("电动摩托车",)),))
    assert batch.undoable and table.undo(batch.id, zhao) == 1
    assert entry(table, SCOOTER).official == ("电动自行车",)
    assert [(one.kind, one.undoable) for one in table.history()] == [("undone", True), ("edited", False)]
    with pytest.raises(LexiconMoved):
        table.undo(batch.id, zhao)
    with pytest.raises(NotFound):
        table.undo("nothing", zhao)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_goes_out_and_comes_back(table, zhao, kind):
    data = table.csv() if kind == "csv" else table.xlsx()
    assert table.bring(f"说法.{kind}", data, zhao) == 0, "nothing has changed in it"
    rows = [("居民的说法", "官方说法"), ("三蹦子", "三轮摩托车"), ("火三轮", "三轮摩托车;机动车"), (SCOOTER, "")]
    changed = "\n".join(",".join(row) for row in rows).encode("gb18030") if kind == "csv" else sheet(*rows)
    assert table.bring(f"说法.{kind}", changed, zhao) == 3
    assert entry(table, "火三轮").official == ("三轮摩托车", "机动车") and entry(table, SCOOTER).origin == "off"
    table.undo(table.history()[0].id, zhao)
    assert entry(table, SCOOTER).origin == "shipped" and table.entries("三蹦子") == []


def test_the_workbook_opens_with_everything(table):
    book = load_workbook(io.BytesIO(table.xlsx()))
    assert book.active.max_row == len(shipped().pairs) + 1


@pytest.mark.parametrize(
    ("name", "data", "code", "says"),
    [
        ("说法.xlsx", sheet(TITLES, ("车", "机动车"), ("三蹦子", "三轮车")), "invalid_lexicon_rows", "第 2 行“车”"),
        ("说法.xlsx", sheet(("三蹦子", "三轮车"), ("三蹦子", "机动车")), "invalid_lexicon_rows", "第 2 行“三蹦子”前面已经有了"),
        ("说法.csv", "三蹦子,三蹦子".encode(), "invalid_lexicon_rows", "两边写的一样"),
        ("说法.csv", "三蹦子,=cmd()".encode(), "invalid_lexicon_rows", "第 1 行"),
        ("说法.csv", b"", "invalid_upload", ""), ("说法.xlsx", b"PK\x03\x04rubbish", "invalid_upload", ""),
        ("说法.docx", b"PK\x03\x04rubbish", "invalid_upload", ""),
        ("说法.txt", "三蹦子".encode(), "invalid_upload", "表格文件"),
    ],
)  # fmt: skip
def test_a_table_that_is_wrong_changes_nothing(table, zhao, name, data, code, says):
    with pytest.raises(Invalid) as refused:
        table.bring(name, data, zhao)
    assert refused.value.code == code and says in "".join(refused.value.facts.values())
    assert table.entries("三蹦子") == [] and table.history() == []


@pytest.mark.parametrize(
    ("everyday", "official", "code"),
    [
        ("车", "机动车", "everyday"), ("很长的话" * 6, "机动车", "everyday"), ("=三蹦子", "机动车", "everyday"),
        ("三蹦子", " ", "official"), ("三蹦子", "三蹦子", "same"), ("三蹦子", "长" * 31, "terms"),
        ("三蹦子", "；".join(f"说法{n}" for n in range(9)), "terms"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_word_is_refused(table, zhao, everyday, official, code):
    with pytest.raises(Invalid) as refused:
        table.put(everyday, official, zhao)
    assert refused.value.code == f"invalid_lexicon_{code}"


def test_an_agent_only_looks(table, both_services):
    with pytest.raises(NotPermitted):
        table.put("三蹦子", "三轮摩托车", a_person(both_services, "王敏", "agent"))


def test_another_machines_base_gets_the_table_too(table, zhao, tmp_path):
    table.put("三蹦子", "三轮摩托车", zhao)
    (table.folder / FILE).unlink()
    assert table.publish() == 1 and table.publish() == 0
    assert "摩托车" in meant(table, "三蹦子")
