"""Whatever the order, the machine holds. Larger: JIEFANG_INTERLEAVINGS=10000 and JIEFANG_CLAIMS=1000."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from bot.cases.errors import AlreadyTaken
from tests.builders import a_staff, write
from tests.handoff.interleaving import Life

LIVES = int(os.environ.get("JIEFANG_INTERLEAVINGS", "25"))
CLAIMS = int(os.environ.get("JIEFANG_CLAIMS", "20"))


@pytest.fixture
def five(both_services):
    return [a_staff(both_services, f"s{number}") for number in range(4)] + [a_staff(both_services, "boss", "supervisor")]


def test_in_whatever_order_things_happen_the_machine_holds(both_services, five):
    for seed in range(LIVES):
        Life(both_services, five, seed).run()


def test_of_many_who_press_at_once_exactly_one_wins_each_time(both_services, five):
    """接管 pressed by everybody at once, again and again."""
    begin = Barrier(len(five))
    with ThreadPoolExecutor(len(five)) as pool:
        for number in range(CLAIMS):
            conversation = write(both_services, "转人工", address=f"pressed-{number}")
            both_services.handoff.request(conversation, "asked")

            def press(person, conversation=conversation):
                begin.wait()
                try:
                    return both_services.handoff.claim(conversation, person).owner
                except AlreadyTaken as taken:
                    return taken

            results = list(pool.map(press, five))
            winners = [result for result in results if isinstance(result, str)]
            losers = [result for result in results if not isinstance(result, str)]
            view = both_services.handoff.get(conversation)
            assert winners == [view.owner]
            assert {loser.facts["by"] for loser in losers} == {view.owner_name}
            both_services.handoff.close(conversation, next(one for one in five if one.owner == view.owner))
