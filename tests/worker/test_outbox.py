"""The outbox of channels that must be pushed to: in order, with retry, and never for a former owner."""

from __future__ import annotations

import asyncio

import pytest

from bot.services.ports import Delivery
from bot.worker.outbox import Outbox
from tests.builders import a_staff, process, write
from tests.fakes import FakeMessenger


@pytest.fixture
def sender(both_services):
    messenger = FakeMessenger()
    outbox = Outbox(both_services.database, [messenger], both_services.clock, both_services.wakeups)

    def sweep(times=1):
        for _ in range(times):
            asyncio.run(outbox.once())
        return [outgoing.text for outgoing in messenger.sent]

    return messenger, sweep


def test_messages_go_out_once_and_in_order(both_services, sender):
    for text in ("一", "二", "三"):
        write(both_services, text, channel="telegram")
    process(both_services)
    assert sender[1](5) == ["听到：一", "听到：二", "听到：三"]


def test_a_channel_that_asks_to_wait_keeps_the_order(both_services, sender):
    messenger, sweep = sender
    messenger.answers = [Delivery.LATER]
    for text in ("一", "二"):
        write(both_services, text, channel="telegram")
    process(both_services)
    assert sweep(3) == []
    both_services.clock.move(seconds=5)
    assert sweep(3) == ["听到：一", "听到：二"]


def test_what_the_bot_wrote_before_a_person_took_over_is_dropped(both_services, sender):
    conversation = write(both_services, "停水了", channel="telegram")
    process(both_services)
    both_services.handoff.claim(conversation, a_staff(both_services))
    assert all("听到" not in text for text in sender[1](4))


def test_the_last_look_is_taken_right_before_sending(both_services, sender):
    """The owner changes between claim and send: the row is dropped all the same."""
    conversation = write(both_services, "停水了", channel="telegram")
    process(both_services)
    outbox = Outbox(both_services.database, [sender[0]], both_services.clock, both_services.wakeups)
    batch = both_services.database.run(outbox._take)
    both_services.handoff.claim(conversation, a_staff(both_services))
    for outgoing in batch:
        asyncio.run(outbox._deliver(outgoing))
    assert sender[0].sent == []


def test_a_resident_who_has_blocked_us_is_given_up_and_others_are_served(both_services, sender):
    messenger, sweep = sender
    messenger.answers = [Delivery.GONE]
    write(both_services, "一", channel="telegram", address="blocked")
    process(both_services)
    write(both_services, "二", channel="telegram", address="other")
    process(both_services)
    assert sweep(3) == ["听到：二"]


def test_a_sender_that_died_with_a_row_in_hand_gives_it_back(both_services, sender):
    write(both_services, "一", channel="telegram")
    process(both_services)
    outbox = Outbox(both_services.database, [sender[0]], both_services.clock, both_services.wakeups)
    both_services.database.run(outbox._take)  # claimed, and then nothing
    assert sender[1](2) == []
    both_services.clock.move(seconds=31)
    assert sender[1](2) == ["听到：一"]
