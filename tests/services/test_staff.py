"""Accounts of the desk on the real tables: signing in, the lock against guessing, sessions, what an administrator does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

from bot.cases.errors import Invalid, NotFound
from bot.services.staff import FAILURES_ALLOWED, BadLogin, Locked, Staff
from bot.services.views import StaffView
from bot.store.database import Database
from bot.store.migrate import upgrade
from tests.fakes import FixedClock

PASSWORD = "mei-gui-yuan-3"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def staff(database_url: str, clock: FixedClock) -> Iterator[Staff]:
    """The service on each database, with a hash that is quick because it guards nothing."""
    database = Database(database_url)
    upgrade(database.engine)
    yield Staff(database, clock, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    database.close()


@pytest.fixture
def wang(staff: Staff) -> StaffView:
    return staff.add("wang.min", "王敏", "agent", PASSWORD)


def failures(staff: Staff, count: int) -> None:
    for _ in range(count):
        with pytest.raises(BadLogin):
            staff.sign_in("wang.min", "wrong")


def test_a_session_says_who_is_asking_until_it_is_ended(staff: Staff, wang: StaffView) -> None:
    token, csrf, view = staff.sign_in(" Wang.Min ", PASSWORD)
    assert view == wang and staff.who(token) == (wang, csrf)
    staff.sign_out(token)
    assert staff.who(token) is None


def test_a_session_lasts_twelve_hours(staff: Staff, wang: StaffView, clock: FixedClock) -> None:
    token, _, _ = staff.sign_in("wang.min", PASSWORD)
    clock.move(hours=11, minutes=59)
    assert staff.who(token)
    clock.move(minutes=2)
    assert staff.who(token) is None


def test_neither_password_nor_token_is_stored(staff: Staff, wang: StaffView) -> None:
    token, _, _ = staff.sign_in("wang.min", PASSWORD)
    with staff.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT password_hash FROM staff UNION ALL SELECT id FROM staff_sessions").all()
    assert rows[0][0].startswith("$argon2id$")
    assert not any(secret in str(rows) for secret in (PASSWORD, token))


@pytest.mark.parametrize(
    ("login", "password"),
    [
        pytest.param("wang.min", "wrong", id="wrong password"),
        pytest.param("nobody", PASSWORD, id="unknown login"),
        pytest.param("", "", id="nothing"),
        pytest.param("wang.min", "x" * 100_000, id="a novel"),
        pytest.param("wang.min\x00", PASSWORD, id="a null character"),
        pytest.param("wang.min", "\ud800", id="half a character"),
        pytest.param("' OR 1=1 --", PASSWORD, id="an injection"),
    ],
)
def test_a_wrong_sign_in_does_not_say_what_was_wrong(staff: Staff, wang: StaffView, login: str, password: str) -> None:
    with pytest.raises(BadLogin):
        staff.sign_in(login, password)


def test_five_failures_lock_the_account_for_five_minutes(staff: Staff, wang: StaffView, clock: FixedClock) -> None:
    failures(staff, FAILURES_ALLOWED)
    with pytest.raises(Locked) as refusal:
        staff.sign_in("wang.min", PASSWORD)
    assert refusal.value.facts == {"minutes": "5"}
    clock.move(minutes=5, seconds=1)
    assert staff.sign_in("wang.min", PASSWORD)


def test_a_right_password_forgets_the_failures(staff: Staff, wang: StaffView) -> None:
    failures(staff, FAILURES_ALLOWED - 1)
    staff.sign_in("wang.min", PASSWORD)
    failures(staff, FAILURES_ALLOWED - 1)
    assert staff.sign_in("wang.min", PASSWORD)


def test_many_guesses_at_once_are_no_more_than_five(staff: Staff, wang: StaffView) -> None:
    def guess(number: int) -> type[Exception] | None:
        try:
            staff.sign_in("wang.min", f"guess {number}")
        except (BadLogin, Locked) as refusal:
            return type(refusal)
        return None

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(24)))
    assert outcomes.count(BadLogin) == FAILURES_ALLOWED and outcomes.count(Locked) == 24 - FAILURES_ALLOWED


@pytest.mark.parametrize(
    ("login", "name", "role", "password", "code"),
    [
        pytest.param("Li Na", "李娜", "agent", PASSWORD, "invalid_login", id="a blank in the login"),
        pytest.param("李娜", "李娜", "agent", PASSWORD, "invalid_login", id="Chinese login"),
        pytest.param("li.na", " ", "agent", PASSWORD, "invalid_name", id="no name"),
        pytest.param("li.na", "李" * 41, "agent", PASSWORD, "invalid_name", id="too long a name"),
        pytest.param("li.na", "李娜", "resident", PASSWORD, "invalid_role", id="not a role of the desk"),
        pytest.param("li.na", "李娜", "agent", "1234567", "invalid_password", id="too short a password"),
        pytest.param("wang.min", "王敏", "agent", PASSWORD, "invalid_login_taken", id="a login that is taken"),
        pytest.param("WANG.MIN", "王敏", "agent", PASSWORD, "invalid_login_taken", id="taken, in capitals"),
    ],
)
def test_accounts_that_cannot_be_are_refused(
    staff: Staff, wang: StaffView, login: str, name: str, role: str, password: str, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        staff.add(login, name, role, password)
    assert refusal.value.code == code


def test_a_reset_password_replaces_the_old_and_ends_sessions(staff: Staff, wang: StaffView) -> None:
    admin = staff.add("chief", "赵主任", "admin", PASSWORD)
    token, _, _ = staff.sign_in("wang.min", PASSWORD)
    failures(staff, FAILURES_ALLOWED)
    _, password = staff.reset_password(wang.id, admin)
    assert staff.who(token) is None
    assert staff.sign_in("wang.min", password)
    with pytest.raises(BadLogin):
        staff.sign_in("wang.min", PASSWORD)


def test_a_deactivated_account_is_out_at_once_and_may_come_back(staff: Staff, wang: StaffView) -> None:
    admin = staff.add("chief", "赵主任", "admin", PASSWORD)
    token, _, _ = staff.sign_in("wang.min", PASSWORD)
    staff.set_active(wang.id, False, admin)
    assert staff.who(token) is None
    with pytest.raises(BadLogin):
        staff.sign_in("wang.min", PASSWORD)
    staff.set_active(wang.id, True, admin)
    assert staff.sign_in("wang.min", PASSWORD)


def test_nobody_deactivates_themselves_or_a_stranger(staff: Staff, wang: StaffView) -> None:
    with pytest.raises(Invalid):
        staff.set_active(wang.id, False, wang)
    with pytest.raises(NotFound):
        staff.set_active(9999, False, wang)


def test_what_was_done_to_an_account_is_written_down(staff: Staff, wang: StaffView) -> None:
    admin = staff.add("chief", "赵主任", "admin", PASSWORD)
    staff.reset_password(wang.id, admin)
    staff.set_active(wang.id, False, admin)
    with staff.database.reading() as work:
        written = [(row.actor, row.action) for row in work.staff.audit_of(wang.owner)]
    assert written == [(admin.owner, "staff_deactivated"), (admin.owner, "password_reset"), ("system", "staff_added")]


def test_the_list_shows_active_accounts_first_and_when_they_were_seen(staff: Staff, wang: StaffView, clock: FixedClock) -> None:
    admin = staff.add("chief", "赵主任", "admin", PASSWORD)
    token, _, _ = staff.sign_in("chief", PASSWORD)
    clock.move(minutes=10)
    staff.who(token)
    staff.set_active(wang.id, False, admin)
    assert [(account.login, account.active, account.seen_at) for account in staff.list()] == [
        ("chief", True, clock.now()),
        ("wang.min", False, None),
    ]
