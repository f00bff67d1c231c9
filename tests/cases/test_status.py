"""The whole space of moves, not three samples: every (state, move, role), and long random lives of cases."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases.errors import Invalid, MoveNotAllowed
from bot.cases.needs import CONDITIONS, FIELDS, check, moves_now
from bot.cases.roles import Role
from bot.cases.standing import MOST_BOUNCES, Act, Standing, after, begun, replay
from bot.cases.status import BEFORE, BESIDE, ENDED, MOVES, OPEN, SAME, CaseStatus, EventKind, moves_open_to, rule_for

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ANSWER = "11月24日上午，城管科李师傅更换了灯头，灯已经亮了。"
S, E, R = CaseStatus, EventKind, Role
#: Moves of one random life; CI takes the small number, `JIEFANG_MOVES=1000000` walks for a night.
MOVES_IN_ALL = int(os.environ.get("JIEFANG_MOVES", "20000"))


@pytest.mark.parametrize("kind", EventKind)
def test_only_moves_of_the_table_are_allowed_and_lead_where_it_says(kind):
    for status, role in product(CaseStatus, Role):  # a test each would take minutes
        follows_the_table(status, kind, role)


def follows_the_table(status, kind, role):
    standing = Standing(status, unit="U-CG", category="0101", before=S.SIGNED, resolve_due=NOW + timedelta(days=5))
    act = an_act(kind, role)
    rule = MOVES.get((status, kind, role))
    if rule is None:
        with pytest.raises(MoveNotAllowed):
            check(standing, act)
        assert kind not in moves_open_to(role, status)
        return
    assert kind in moves_open_to(role, status)
    expected = {SAME: status, BEFORE: S.SIGNED}.get(rule.next) or S(rule.next)
    assert after(standing, act).status is expected


def an_act(kind, role, *, actor="staff:1", at=NOW, text=ANSWER, units=frozenset(), **detail):
    later = (at + timedelta(days=10)).isoformat()
    full = {
        "unit": "U-JJ", "reason": "不归我们管", "clause": "3.2", "until": later, "review": later, "master": "JF20261123-0009",
        "category": "0102", "part": "U-PS", "number": "DB20261123-0001",
    }  # fmt: skip
    return Act(kind, role, actor, at, text, full | detail, units)


def test_every_need_of_the_table_is_known():
    assert {name for rule in MOVES.values() for name in rule.needs} <= set(CONDITIONS) | set(FIELDS)


def test_a_withdrawn_or_rejected_case_goes_nowhere():
    assert not [key for key, rule in MOVES.items() if key[0] in (S.WITHDRAWN, S.REJECTED) and rule.next != SAME]


def test_a_resident_may_withdraw_any_open_case():
    assert all(E.WITHDRAWN in moves_open_to(R.RESIDENT, status) for status in OPEN)


def test_who_works_for_a_unit_closes_nothing_without_a_check():
    closing = {(kind, role) for (status, kind, role), rule in MOVES.items() if rule.next == S.CLOSED}
    assert {kind for kind, role in closing if role not in (R.RESIDENT, R.CLOCK)} == {E.VERIFIED}
    assert (E.VERIFIED, R.HANDLER) not in closing


def lived(*steps, start=("filed", {}), **standing):
    """A standing after named steps, each (kind, role, detail); all done by staff:1 of U-CG unless said otherwise."""
    acts = [an_act(E.FILED, R.RESIDENT, category="0101", resolve_due=(NOW + timedelta(days=5)).isoformat())]
    for kind, role, *more in steps:
        facts = {"unit": "U-CG"} | (more[0] if more else {})
        acts.append(an_act(kind, role, **facts))
    return replay(acts)


SENT = (E.ASSIGNED, R.CLOCK)
SIGNED = (E.SIGNED, R.HANDLER)
ANSWERED = (E.ANSWERED, R.HANDLER)


@pytest.mark.parametrize(
    ("steps", "kind", "role", "detail", "why"),
    [
        ([SENT], E.SIGNED, R.HANDLER, {"units": frozenset({"U-JJ"})}, "handles"),
        ([SENT], E.RETURNED, R.HANDLER, {"at": NOW + timedelta(days=3)}, "in_time"),
        ([SENT, SIGNED, (E.CO_ASSIGNED, R.AGENT, {"unit": "U-PS"})], E.ANSWERED, R.HANDLER, {}, "parts_done"),
        ([SENT, SIGNED], E.EXTENSION_ASKED, R.HANDLER, {"at": NOW + timedelta(days=6)}, "before_due"),
        ([SENT, SIGNED, (E.EXTENSION_ASKED, R.HANDLER)], E.EXTENSION_ASKED, R.HANDLER, {}, "not_extended"),
        ([SENT, SIGNED, (E.EXTENSION_ASKED, R.HANDLER)], E.EXTENSION_GRANTED, R.SUPERVISOR, {}, "not_asker"),
        ([SENT, SIGNED], E.EXTENSION_GRANTED, R.SUPERVISOR, {}, "extension_open"),
        ([SENT, SIGNED, ANSWERED], E.VERIFIED, R.AGENT, {}, "not_doer"),
        ([SENT, SIGNED, ANSWERED], E.VERIFIED, R.AGENT, {"actor": "staff:2", "units": frozenset({"U-CG"})}, "not_doer"),
        ([SENT, SIGNED, ANSWERED], E.VERIFIED, R.GRID_WORKER, {"actor": "staff:2"}, "not_doer"),
        (
            [SENT, (E.SUPERVISED, R.SUPERVISOR)],
            E.SUPERVISION_LIFTED, R.SUPERVISOR, {"actor": "staff:2", "units": frozenset({"U-CG"})}, "not_doer",
        ),
        ([SENT, (E.SUPERVISED, R.SUPERVISOR)], E.SUPERVISED, R.SUPERVISOR, {}, "not_supervised"),
        ([SENT, SIGNED, ANSWERED, (E.REOPENED, R.RESIDENT), SIGNED, ANSWERED], E.REOPENED, R.RESIDENT, {}, "first_reopening"),
    ],
)  # fmt: skip
def test_what_is_not_so_is_refused_with_its_reason(steps, kind, role, detail, why):
    standing = lived(*((kind, role, {**(more[0] if more else {})}) for kind, role, *more in steps))
    if kind is E.RETURNED:
        standing = lived((E.ASSIGNED, R.CLOCK, {"return_until": (NOW + timedelta(days=1)).isoformat()}))
    with pytest.raises(MoveNotAllowed) as refused:
        check(standing, an_act(kind, role, **detail))
    assert refused.value.facts["why"] == why


@pytest.mark.parametrize(
    ("steps", "kind", "role", "missing", "code"),
    [
        ([SENT], E.RETURNED, R.HANDLER, {"reason": ""}, "reason"),
        ([SENT], E.RETURNED, R.HANDLER, {"clause": " "}, "clause"),
        ([SENT], E.RETURNED, R.HANDLER, {"unit": "U-CG"}, "unit"),
        ([SENT], E.RETURNED, R.HANDLER, {"unit": None}, "unit"),
        ([SENT, SIGNED], E.EXTENSION_ASKED, R.HANDLER, {"until": (NOW + timedelta(days=4)).isoformat()}, "until"),
        ([SENT, SIGNED], E.EXTENSION_ASKED, R.HANDLER, {"until": "明天"}, "until"),
        ([SENT, SIGNED], E.DEFERRED, R.SUPERVISOR, {"review": NOW.isoformat()}, "review"),
        ([SENT, SIGNED], E.DEFERRED, R.SUPERVISOR, {"review": "2026-12-01T00:00:00"}, "review"),
        ([SENT, SIGNED], E.ANSWERED, R.HANDLER, {"text": "已处理"}, "answer"),
        ([SENT, SIGNED], E.ANSWERED, R.HANDLER, {"text": "好的好的好的好的好的好的"}, "answer"),
        ([SENT, SIGNED], E.ASKED, R.HANDLER, {"text": " "}, "text"),
        ([SENT], E.RECLASSIFIED, R.AGENT, {"category": "0101"}, "category"),
        ([SENT], E.MERGED, R.AGENT, {"master": ""}, "master"),
        ([SENT], E.CO_ASSIGNED, R.AGENT, {"unit": "U-CG"}, "new_part"),
    ],
)
def test_what_is_not_filled_in_is_refused_by_its_name(steps, kind, role, missing, code):
    with pytest.raises(Invalid) as refused:
        check(lived(*steps), an_act(kind, role, **missing))
    assert refused.value.code == f"invalid_{code}"


def test_after_two_bounces_only_a_ruling_sends_it_on_and_the_ruled_unit_keeps_it():
    returned = (E.RETURNED, R.HANDLER)
    standing = lived(SENT, returned, (E.ASSIGNED, R.AGENT), returned)
    assert standing.bounces == MOST_BOUNCES
    with pytest.raises(MoveNotAllowed):
        check(standing, an_act(E.ASSIGNED, R.AGENT))
    ruled = check(standing, an_act(E.RULED, R.SUPERVISOR, unit="U-CG"))
    assert (ruled.status, ruled.unit) == (S.ASSIGNED, "U-CG")
    with pytest.raises(MoveNotAllowed):
        check(ruled, an_act(E.RETURNED, R.HANDLER))


@pytest.mark.parametrize(("kind", "back"), [(E.ASKED, E.SUPPLEMENTED), (E.DEFERRED, E.RESUMED)])
@pytest.mark.parametrize("from_", [S.SIGNED, S.IN_PROGRESS])
def test_a_case_set_aside_comes_back_to_where_it_was(kind, back, from_):
    started = [(E.STARTED, R.HANDLER)] if from_ is S.IN_PROGRESS else []
    role = R.RESIDENT if back is E.SUPPLEMENTED else R.SUPERVISOR
    assert lived(SENT, SIGNED, *started, (kind, R.SUPERVISOR), (back, role)).status is from_


def test_an_answer_needs_every_part_and_the_parts_of_all_units():
    standing = lived(SENT, SIGNED, (E.CO_ASSIGNED, R.AGENT, {"unit": "U-PS"}), (E.PART_DONE, R.HANDLER, {"part": "U-PS"}))
    assert standing.parts_done == {"U-PS"}
    answered = check(standing, an_act(E.ANSWERED, R.HANDLER))
    assert answered.done_by >= {"U-CG", "U-PS", "staff:1"}


@pytest.mark.parametrize(
    "acts", [[], [E.ASSIGNED], [E.FILED, E.CONFIRMED], [E.FILED, E.FILED], [E.FILED, E.WITHDRAWN, E.ASSIGNED]]
)
def test_an_impossible_list_of_events_is_refused(acts):
    with pytest.raises(MoveNotAllowed):
        replay(an_act(kind, R.RESIDENT) for kind in acts)


def holds(standing: Standing, done: list[Act]) -> None:
    """What is true of every case at every time."""
    kinds = [act.kind for act in done]
    assert standing.bounces <= MOST_BOUNCES
    assert kinds.count(E.EXTENSION_GRANTED) <= 1 + kinds.count(E.REOPENED)
    assert (standing.status in (S.WAITING, S.DEFERRED, S.MERGED)) == (standing.before is not None)
    assert not (standing.status is S.ANSWERED and standing.parts)
    assert (standing.status is S.MERGED) == bool(standing.master) or standing.status in ENDED
    last = done[-1]
    if last.kind is E.VERIFIED:
        assert last.actor not in standing.done_by and not last.units & standing.done_by
    if last.kind is E.CLOSED_SILENTLY:
        assert not standing.supervision


def walk(seed: int, steps: int) -> int:
    """One case after another, each pushed about by people who try anything; answers how many moves were made."""
    chance = random.Random(seed)
    units, roles, kinds = ["U-CG", "U-JJ", "U-PS", "U-HW"], list(Role), list(EventKind)
    made = 0
    while made < steps:
        at, filed = NOW, an_act(E.FILED, R.RESIDENT, category="0101", resolve_due=(NOW + timedelta(days=5)).isoformat())
        standing, done = begun(filed), [filed]
        for _ in range(chance.randrange(60)):
            at += timedelta(hours=chance.choice((0, 1, 30)))
            role, actor = chance.choice(roles), f"staff:{chance.randrange(4)}"
            bound = frozenset({chance.choice(units)}) if chance.random() < 0.5 else frozenset()
            open_now = moves_now(standing, role, actor, bound, at)
            kind = chance.choice(list(open_now)) if open_now and chance.random() < 0.9 else chance.choice(kinds)
            part = chance.choice(sorted(standing.parts) or units)
            act = an_act(kind, role, actor=actor, at=at, units=bound, unit=chance.choice(units), part=part)
            made += 1
            try:
                standing = check(standing, act)
            except (MoveNotAllowed, Invalid):
                continue
            done.append(act)
            holds(standing, done)
        assert replay(done) == standing
    return made


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_no_random_life_breaks_what_always_holds(seed):
    assert walk(seed, MOVES_IN_ALL // 10) >= MOVES_IN_ALL // 10


def test_what_is_written_beside_never_changes_the_status():
    assert {E.URGED, E.NOTED, E.RATED, E.ESCALATED} <= BESIDE
    assert all(rule_for(s, k, r).next == SAME for (s, k, r) in MOVES if k in BESIDE)
