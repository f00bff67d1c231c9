"""What open desk pages compare: it changes with what a page shows, with nothing else, and is read once for all of them."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event

from bot.services.desk_looks import Asked, DeskLooks
from tests.builders import a_report, a_staff, write


@pytest.fixture
def world(both_services):
    """Services, two members of the staff, a conversation the first one has."""
    staff, other = a_staff(both_services, "wang"), a_staff(both_services, "zhang")
    conversation = write(both_services, "转人工", address="li")
    both_services.handoff.request(conversation, "asked")
    both_services.handoff.claim(conversation, staff)
    return both_services, staff, other, conversation


def seen(world):
    """The fingerprints of both people's lists and of the conversation."""
    services, staff, other, conversation = world
    asked = (Asked(staff=staff), Asked(staff=other), Asked(conversation=conversation))
    found = DeskLooks(services.database).look(frozenset(asked))
    return [found.get(one) for one in asked]


#: What happens, and whether the lists of who has the conversation, those of a colleague and the conversation change.
HAPPENS = [
    ("nothing", lambda s, staff, talk: None, (False, False, False)),
    ("the resident writes", lambda s, staff, talk: write(s, "还在吗", address="li"), (True, True, True)),
    ("staff reply", lambda s, staff, talk: s.handoff.reply(talk, staff, "您好", client_id="r1"), (True, True, True)),
    ("a note", lambda s, staff, talk: s.handoff.note(talk, staff, "老住户"), (True, True, True)),
    ("a label", lambda s, staff, talk: s.workplace.sidework.label(talk, "回访", True, staff), (True, True, True)),
    ("given back", lambda s, staff, talk: s.handoff.give_back(talk, staff), (True, True, True)),
    ("another resident calls", lambda s, staff, talk: s.handoff.request(write(s, "转人工", address="zhao"), "asked"),
     (True, True, False)),
    ("a case is filed", lambda s, staff, talk: s.cases.file(talk, a_report(), inbox_id=None), (False, False, True)),
    ("a note for the next shift", lambda s, staff, talk: s.workplace.sidework.hand_over("三号楼停水", staff),
     (True, True, False)),
    ("somebody is mentioned", lambda s, staff, talk: s.workplace.sidework.mention(talk, "@zhang 看看", staff),
     (False, True, False)),
]  # fmt: skip


def test_a_fingerprint_changes_with_what_its_page_shows(world):
    services, staff, _, conversation = world
    for what, happens, expected in HAPPENS:
        before = seen(world)
        services.clock.move(seconds=1)
        happens(services, staff, conversation)
        changed = tuple(one != two for one, two in zip(before, seen(world), strict=True))
        assert changed == expected, what


def test_a_delivered_message_changes_the_conversation(world):
    services, staff, _, conversation = world
    services.handoff.reply(conversation, staff, "您好", client_id="r1")
    before = seen(world)
    with services.database.transaction() as work:
        [*_, last] = work.messages.outbox_after(conversation, 0, 100)
        last.status = "failed"
    assert seen(world)[2] != before[2]


def test_a_read_reply_changes_the_conversation(world):
    services, staff, _, conversation = world
    services.handoff.reply(conversation, staff, "您好", client_id="r1")
    before = seen(world)
    services.sending.seen(conversation, 100)
    assert seen(world)[2] != before[2]


def test_an_unknown_conversation_has_none(world):
    services = world[0]
    assert DeskLooks(services.database).look(frozenset([Asked(conversation="0" * 32)])) == {}


@pytest.mark.asyncio
async def test_thirty_pages_cost_what_one_costs(world):
    services, staff, other, conversation = world
    looks, statements = DeskLooks(services.database), []

    def note(_connection, _cursor, statement, *_):
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(services.database.engine, "before_cursor_execute", note)
    await asyncio.gather(looks.lists(staff), looks.conversation(conversation))
    of_one = len(statements)
    statements.clear()
    pages = [page for one in (staff, other) * 15 for page in (looks.lists(one), looks.conversation(conversation))]
    assert len(set(await asyncio.gather(*pages))) == 3
    assert len(statements) == of_one <= 13
