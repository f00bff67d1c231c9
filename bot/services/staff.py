"""Accounts of the desk: signing in with a lock against guessing, sessions, and what is done to accounts.

Who may do what at the desk is the table in bot/cases/roles.py; who has the word in a conversation is handoff's business.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.cases.errors import Invalid, NotFound, Refused
from bot.cases.roles import STAFF_ROLES
from bot.cases.scope import EVERYTHING, KINDS, Scope, with_all_below
from bot.services.ports import Clock
from bot.services.views import StaffView
from bot.store.database import Database, Work
from bot.store.tables import StaffRow, StaffSessionRow

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=5)
SESSION_LASTS = timedelta(hours=12)
#: Between the password and the code.
CODE_WITHIN = timedelta(minutes=5)
BROWSER_AT_MOST = 60
BOUNDS_AT_MOST = 100
NAME_AT_MOST = 40
PASSWORD_AT_LEAST = 8
PASSWORD_AT_MOST = 200  # hashing a novel would cost us time
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
#: No 0/O and 1/l/I: a new password is read out on the telephone.
READABLE = "abcdefghijkmnpqrstuvwxyz23456789"
#: `seen_at` is written at most this often; otherwise each click would be a write.
SEEN_EVERY = timedelta(minutes=1)


class BadLogin(Refused):
    """Login or password is wrong; nobody learns which."""

    code = "bad_login"


class WrongPassword(Refused):
    """The present password, asked for before a new one, is wrong."""

    code = "wrong_password"


class Locked(Refused):
    """Too many wrong passwords; `facts['minutes']` says how long to wait."""

    code = "locked"


@dataclass(frozen=True)
class StaffAccount:
    """An account as an administrator sees it."""

    id: int
    login: str
    name: str
    role: str
    active: bool
    locked_until: datetime | None
    seen_at: datetime | None
    factor: bool = False  # a second factor is in use
    bounds: tuple[tuple[str, str], ...] = ()  # (kind, code) of what bounds their scope

    @property
    def view(self) -> StaffView:
        """The account as the other services know it."""
        return StaffView(id=self.id, login=self.login, name=self.name, role=self.role)


@dataclass(frozen=True)
class SessionView:
    """A signed-in browser. `id` ends it; it is no token and opens nothing."""

    id: str
    browser: str
    since: datetime
    seen_at: datetime | None
    here: bool  # the browser that asks


def new_password() -> str:
    """A random password of 12 characters that can be read out (60 bits)."""
    return "".join(secrets.choice(READABLE) for _ in range(12))


class Staff:
    """Signs staff in and out and keeps their accounts. One method, one transaction; hashing happens outside of it."""

    def __init__(self, database: Database, clock: Clock, hasher: PasswordHasher | None = None) -> None:
        self.database, self.clock = database, clock
        self.hasher = hasher or PasswordHasher()
        self._nobody: str | None = None

    def add(self, login: str, name: str, role: str, password: str, *, by: StaffView | None = None) -> StaffView:
        """A new account. Raises Invalid for login, name, role or password that cannot be, or a login that is taken."""
        login, name = login.strip().lower(), name.strip()
        _check_account(login, name, role)
        password_hash = self._hash(password)

        def act(work: Work) -> StaffView:
            if work.staff.by_login(login):
                raise Invalid("login_taken", login=login)
            now = self.clock.now()
            row = work.staff.add(
                StaffRow(
                    login=login, name=name, role=role, password_hash=password_hash, active=True, failed_logins=0, created_at=now
                )
            )
            work.staff.audit(by.owner if by else "system", "staff_added", f"staff:{row.id}", now, role=role)
            return _view(row)

        return self.database.run(act)

    def sign_in(self, login: str, password: str, *, browser: str = "") -> tuple[str, str, StaffView]:
        """Cookie token, CSRF token and account. Raises BadLogin, or Locked for five minutes after five failures.

        Where the account has a second factor the session opens nothing yet: `owing` says so, `Factors.sign_in` completes it.
        """
        login = login.strip().lower()
        # What cannot be a login is not even looked up: databases refuse some characters.
        known = LOGIN.fullmatch(login)
        password_hash = self.database.run(lambda work: self._begin_attempt(work, login)) if known else None
        if isinstance(password_hash, Locked):
            raise password_hash
        # The hash of nobody is verified too: the time taken must not tell which logins exist.
        right = self._verify(password_hash or self._hash_of_nobody(), password)
        if password_hash is None:
            raise BadLogin()
        if not right:
            self.database.run(lambda work: self._failed(work, login))
            raise BadLogin()
        return self.database.run(lambda work: self._succeeded(work, login, password_hash, password, browser))

    def who(self, token: str) -> tuple[StaffView, str] | None:
        """The account a cookie token belongs to and its CSRF token; None when it is unknown, over, or deactivated."""
        now = self.clock.now()
        with self.database.reading() as work:
            found = work.staff.session_of(_token_hash(token), now)
            if not found or found[0].pending:
                return None
            session, staff = found[0], _view(found[1], scope_of(work, found[1].id))
            stale = session.seen_at is None or now - session.seen_at > SEEN_EVERY
        if stale:
            self.database.run(lambda work: work.staff.seen(staff.id, session.id, now))
        return staff, session.csrf

    def owing(self, token: str) -> str | None:
        """The login of a session that still owes the code of a second factor."""
        with self.database.reading() as work:
            found = work.staff.session_of(_token_hash(token), self.clock.now())
            return found[1].login if found and found[0].pending else None

    def complete(self, work: Work, token: str) -> str:
        """A session that owed its code, made whole inside the caller's transaction; answers its new token."""
        now = self.clock.now()
        found = work.staff.session_of(_token_hash(token), now)
        if found is None:
            raise NotFound()
        session, row = found
        work.staff.end_session(session.id)
        new, _ = self._open(work, row, now, browser=session.browser, pending=False)
        return new

    def sessions(self, staff_id: int, token: str = "") -> Sequence[SessionView]:
        """The signed-in browsers of an account, newest first."""
        here = _token_hash(token)
        with self.database.reading() as work:
            rows = work.staff.sessions_of(staff_id, self.clock.now())
            return [SessionView(row.id, row.browser, row.created_at, row.seen_at, row.id == here) for row in rows]

    def end_session(self, staff_id: int, session_id: str, by: StaffView) -> None:
        """End one browser's session of an account. Raises NotFound when it is not that account's."""

        def act(work: Work) -> None:
            if session_id not in {row.id for row in work.staff.sessions_of(staff_id, self.clock.now())}:
                raise NotFound()
            work.staff.end_session(session_id)
            work.staff.audit(by.owner, "session_ended", f"staff:{staff_id}", self.clock.now())

        self.database.run(act)

    def change_password(self, staff: StaffView, present: str, new: str, *, token: str) -> None:
        """A password of one's own choice; every other browser is signed out. Raises WrongPassword, Invalid, Locked."""
        new_hash = self._hash(new)
        checked = self.database.run(lambda work: self._begin_attempt(work, staff.login))
        if isinstance(checked, Locked):
            raise checked
        if checked is None or not self._verify(checked, present):
            self.database.run(lambda work: self._failed(work, staff.login))
            raise WrongPassword()

        def act(work: Work) -> None:
            row, now = _existing(work, staff.id), self.clock.now()
            row.password_hash, row.failed_logins = new_hash, 0
            for session in work.staff.sessions_of(staff.id, now):
                if session.id != _token_hash(token):
                    work.staff.end_session(session.id)
            work.staff.audit(staff.owner, "password_changed", f"staff:{staff.id}", now)

        self.database.run(act)

    def sign_out(self, token: str) -> None:
        """End the session of this token; an unknown one is no error."""
        self.database.run(lambda work: work.staff.end_session(_token_hash(token)))

    def list(self) -> Sequence[StaffAccount]:
        """All accounts, active ones first."""
        with self.database.reading() as work:
            factors, bounds = work.staff.with_factor(), work.staff.bounds()
            return [
                _account(row, row.id in factors, tuple((one.kind, one.code) for one in bounds if one.staff_id == row.id))
                for row in work.staff.all()
            ]

    def set_role(self, staff_id: int, role: str, bounds: Sequence[tuple[str, str]], by: StaffView) -> None:
        """Another role or other bounds. Their sessions stay: the next click is judged by the new ones."""
        if role not in STAFF_ROLES:
            raise Invalid("role")
        if staff_id == by.id and role != by.role:
            raise Invalid("own_account")
        if len(bounds) > BOUNDS_AT_MOST or any(kind not in KINDS for kind, _ in bounds):
            raise Invalid("scope")

        def act(work: Work) -> None:
            row, known = _existing(work, staff_id), _codes(work)
            if any(code not in known[kind] for kind, code in bounds):
                raise Invalid("scope")
            row.role = role
            work.staff.bind(staff_id, list(dict.fromkeys(bounds)))
            scope = [f"{kind}:{code}" for kind, code in bounds]
            work.staff.audit(by.owner, "staff_role", f"staff:{staff_id}", self.clock.now(), role=role, scope=scope)

        self.database.run(act)

    def set_active(self, staff_id: int, active: bool, by: StaffView) -> StaffView:
        """Deactivate an account (its sessions end at once) or make it usable again. Nobody can lock themselves out."""
        if staff_id == by.id and not active:
            raise Invalid("own_account")

        def act(work: Work) -> StaffView:
            row = _existing(work, staff_id)
            row.active, row.failed_logins, row.locked_until = active, 0, None
            if not active:
                work.staff.end_sessions_of(staff_id)
            action = "staff_activated" if active else "staff_deactivated"
            work.staff.audit(by.owner, action, f"staff:{staff_id}", self.clock.now())
            return _view(row)

        return self.database.run(act)

    def reset_password(self, staff_id: int, by: StaffView) -> tuple[StaffView, str]:
        """A new random password, answered once and kept only as a hash; the account's sessions end."""
        password = new_password()
        password_hash = self._hash(password)

        def act(work: Work) -> StaffView:
            row = _existing(work, staff_id)
            row.password_hash, row.failed_logins, row.locked_until = password_hash, 0, None
            work.staff.end_sessions_of(staff_id)
            work.staff.audit(by.owner, "password_reset", f"staff:{staff_id}", self.clock.now())
            return _view(row)

        return self.database.run(act), password

    def _begin_attempt(self, work: Work, login: str) -> str | Locked | None:
        """Count the attempt before it is checked, so that a hundred at once are no more than five.

        A refusal is answered, not raised: what was written down about it must be committed.
        """
        row, now = work.staff.locked(login), self.clock.now()
        if row is None or not row.active:
            return None
        if row.locked_until and row.locked_until > now:
            return locked_for(row.locked_until - now)
        if row.locked_until:
            row.locked_until, row.failed_logins = None, 0
        if row.failed_logins >= FAILURES_ALLOWED:  # that many are being checked this moment
            row.locked_until = now + LOCKED_FOR
            return locked_for(LOCKED_FOR)
        row.failed_logins += 1
        return row.password_hash

    def _failed(self, work: Work, login: str) -> None:
        row, now = work.staff.locked(login), self.clock.now()
        if row is None:
            return
        if row.failed_logins >= FAILURES_ALLOWED and not row.locked_until:
            row.locked_until = now + LOCKED_FOR
            work.staff.audit("system", "staff_locked", f"staff:{row.id}", now)

    def _succeeded(self, work: Work, login: str, checked_hash: str, password: str, browser: str) -> tuple[str, str, StaffView]:
        row, now = work.staff.locked(login), self.clock.now()
        if row is None or not row.active or row.password_hash != checked_hash:  # changed since it was checked
            raise BadLogin()
        factor = work.staff.factor(row.id)
        pending = bool(factor and factor.confirmed_at)
        # Where a code is still due the count goes on: whoever has the password must not guess codes for ever.
        row.failed_logins, row.locked_until = (row.failed_logins - 1 if pending else 0), None
        if self.hasher.check_needs_rehash(checked_hash):
            row.password_hash = self._hash(password)
        token, csrf = self._open(work, row, now, browser=browser, pending=pending)
        return token, csrf, _view(row)

    def _open(self, work: Work, row: StaffRow, now: datetime, *, browser: str, pending: bool) -> tuple[str, str]:
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        session = StaffSessionRow(
            id=_token_hash(token), staff_id=row.id, csrf=csrf, pending=pending, browser=browser[:BROWSER_AT_MOST],
            created_at=now, seen_at=now, expires_at=now + (CODE_WITHIN if pending else SESSION_LASTS),
        )  # fmt: skip
        work.staff.open_session(session)
        if not pending:
            row.seen_at = now
            work.staff.audit(f"staff:{row.id}", "signed_in", f"staff:{row.id}", now)
        return token, csrf

    def _hash(self, password: str) -> str:
        if not PASSWORD_AT_LEAST <= len(password) <= PASSWORD_AT_MOST:
            raise Invalid("password", least=str(PASSWORD_AT_LEAST))
        return self.hasher.hash(password.encode("utf-8", "surrogatepass"))

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self.hasher.verify(password_hash, password[:PASSWORD_AT_MOST].encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False

    def _hash_of_nobody(self) -> str:
        if self._nobody is None:
            self._nobody = self.hasher.hash(secrets.token_bytes(16))
        return self._nobody


def locked_for(left: timedelta) -> Locked:
    """The refusal that says how many minutes to wait."""
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    return Locked(minutes=str(minutes))


def _check_account(login: str, name: str, role: str) -> None:
    if not LOGIN.fullmatch(login):
        raise Invalid("login")
    if not 1 <= len(name) <= NAME_AT_MOST or not name.isprintable():
        raise Invalid("name")
    if role not in STAFF_ROLES:
        raise Invalid("role")


def _existing(work: Work, staff_id: int) -> StaffRow:
    row = work.staff.by_id(staff_id)
    if row is None:
        raise NotFound()
    return row


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _view(row: StaffRow, scope: Scope = EVERYTHING) -> StaffView:
    return StaffView(id=row.id, login=row.login, name=row.name, role=row.role, scope=scope)


def scope_of(work: Work, staff_id: int) -> Scope:
    """An account's bounds with everything below them."""
    bounds = work.staff.bounds(staff_id)
    if not bounds:
        return EVERYTHING
    areas = [one.code for one in bounds if one.kind == "area"]
    units = [one.code for one in bounds if one.kind == "unit"]
    return Scope(
        with_all_below(areas, [(row.code, row.parent) for row in work.district.areas()]),
        frozenset(one.code for one in bounds if one.kind == "major"),
        with_all_below(units, [(row.code, row.parent) for row in work.district.units()]),
    )


def _codes(work: Work) -> dict[str, set[str]]:
    """What a bound of each kind may name."""
    return {
        "area": {row.code for row in work.district.areas()},
        "major": {row.major for row in work.district.categories()},
        "unit": {row.code for row in work.district.units()},
    }


def _account(row: StaffRow, factor: bool, bounds: tuple[tuple[str, str], ...]) -> StaffAccount:
    return StaffAccount(row.id, row.login, row.name, row.role, row.active, row.locked_until, row.seen_at, factor, bounds)
