"""The second factor of the desk: one-time passwords (TOTP, RFC 6238) of a telephone, and recovery codes for a lost one."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import pyotp

from bot.cases.errors import NotFound, Refused
from bot.services.ports import Clock
from bot.services.staff import FAILURES_ALLOWED, LOCKED_FOR, READABLE, Locked, Staff, locked_for
from bot.services.vault import Vault
from bot.services.views import StaffView
from bot.store.database import Database, Work
from bot.store.desk_tables import StaffFactorRow
from bot.store.tables import StaffRow

STEP = 30  # seconds a code is valid
#: A telephone's clock may be off by one step either way.
STEPS_OFF = (0, -1, 1)
RECOVERY_CODES = 8
RECOVERY_LETTERS = 16  # of 32 signs: 80 bits, beyond guessing even from the hash
ISSUER = "街坊坐席台"
T = TypeVar("T")


class BadCode(Refused):
    """The code is wrong, old, or was used already."""

    code = "bad_code"


@dataclass(frozen=True)
class Enrolment:
    """What a telephone needs once. `uri` goes into the QR code, `secret` is for typing."""

    secret: str
    uri: str


class Factors:
    """Begins, confirms, asks for and takes away second factors."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, staff: Staff) -> None:
        self.database, self.vault, self.clock, self.staff = database, vault, clock, staff

    def state(self, staff_id: int) -> tuple[bool, int]:
        """Whether an account has a second factor in use, and how many recovery codes are left."""
        with self.database.reading() as work:
            row = work.staff.factor(staff_id)
            return (bool(row and row.confirmed_at), len(row.recovery) if row else 0)

    def begin(self, staff: StaffView) -> Enrolment:
        """A new secret; it counts once `confirm` has seen a code of it. Refused while one is in use."""
        secret = pyotp.random_base32()

        def act(work: Work) -> None:
            row = work.staff.factor(staff.id)
            if row and row.confirmed_at:
                raise Refused("a second factor is in use")
            work.staff.keep_factor(StaffFactorRow(staff_id=staff.id, secret=self.vault.lock(secret), last_step=0, recovery=[]))

        self.database.run(act)
        return self._enrolment(staff, secret)

    def begun(self, staff: StaffView) -> Enrolment | None:
        """The secret of a factor that was begun and not confirmed."""
        with self.database.reading() as work:
            row = work.staff.factor(staff.id)
            return self._enrolment(staff, self.vault.unlock(row.secret)) if row and not row.confirmed_at else None

    def confirm(self, staff: StaffView, code: str) -> list[str]:
        """Put the factor into use; answers the recovery codes, which are kept as hashes only. Raises BadCode."""
        fresh = new_recovery_codes()

        def act(work: Work) -> None:
            row = work.staff.factor(staff.id)
            if row is None or row.confirmed_at or not self._fits(row, code):
                raise BadCode()
            row.confirmed_at, row.recovery = self.clock.now(), [_hash(one) for one in fresh]
            work.staff.audit(staff.owner, "factor_added", f"staff:{staff.id}", self.clock.now())

        self.database.run(act)
        return fresh

    def renew_recovery(self, staff: StaffView, code: str) -> list[str]:
        """New recovery codes instead of the old ones; a code of the telephone proves who asks. Raises BadCode, Locked."""
        fresh = new_recovery_codes()

        def act(work: Work, row: StaffFactorRow) -> None:
            row.recovery = [_hash(one) for one in fresh]
            work.staff.audit(staff.owner, "recovery_renewed", f"staff:{staff.id}", self.clock.now())

        self._with_code(staff.login, code, act)
        return fresh

    def remove(self, staff: StaffView, code: str) -> None:
        """Take one's own factor away; a code proves who asks. Raises BadCode, Locked."""

        def act(work: Work, row: StaffFactorRow) -> None:
            work.staff.drop_factor(row.staff_id)
            work.staff.audit(staff.owner, "factor_removed", f"staff:{staff.id}", self.clock.now())

        self._with_code(staff.login, code, act)

    def reset(self, staff_id: int, by: StaffView) -> None:
        """Take somebody's factor away (a lost telephone, no codes left); their sessions end."""

        def act(work: Work) -> None:
            if work.staff.by_id(staff_id) is None:
                raise NotFound()
            work.staff.drop_factor(staff_id)
            work.staff.end_sessions_of(staff_id)
            work.staff.audit(by.owner, "factor_reset", f"staff:{staff_id}", self.clock.now())

        self.database.run(act)

    def sign_in(self, token: str, code: str) -> str:
        """The second step: a session that owes its code becomes a whole one. Answers its new token.

        Raises BadCode, Locked (then the session is over), NotFound for a session that is not there.
        """
        login = self.staff.owing(token)
        if login is None:
            raise NotFound()
        return self._with_code(login, code, lambda work, row: self.staff.complete(work, token))

    def _with_code(self, login: str, code: str, act: Callable[[Work, StaffFactorRow], T]) -> T:
        """`act` if the code is right. Wrong codes count like wrong passwords, and lock like them."""
        given = code.strip().replace(" ", "").replace("-", "").lower()
        answer = self.database.run(lambda work: self._tried(work, login, given, act))
        if isinstance(answer, Refused):  # answered, not raised: the failure must be committed
            raise answer
        return answer

    def _tried(self, work: Work, login: str, given: str, act: Callable[[Work, StaffFactorRow], T]) -> T | Refused:
        account, now = work.staff.locked(login), self.clock.now()
        factor = work.staff.factor(account.id) if account else None
        if account is None or factor is None or not factor.confirmed_at:
            return BadCode()
        if account.locked_until and account.locked_until > now:
            return locked_for(account.locked_until - now)
        if self._fits(factor, given) or self._recovers(work, account, factor, given):
            account.failed_logins, account.locked_until = 0, None
            return act(work, factor)
        account.failed_logins += 1
        return self._lock(work, account, now) if account.failed_logins >= FAILURES_ALLOWED else BadCode()

    def _lock(self, work: Work, account: StaffRow, now: datetime) -> Locked:
        account.locked_until = now + LOCKED_FOR
        work.staff.end_pending_of(account.id)
        work.staff.audit("system", "staff_locked", f"staff:{account.id}", now)
        return locked_for(LOCKED_FOR)

    def _fits(self, row: StaffFactorRow, code: str) -> bool:
        """Whether this is a code of now that was not used; uses it."""
        if not (code.isascii() and code.isdecimal()):
            return False
        totp, now = pyotp.TOTP(self.vault.unlock(row.secret)), self.clock.now()
        for off in STEPS_OFF:
            step = int((now + timedelta(seconds=off * STEP)).timestamp()) // STEP
            if step > row.last_step and hmac.compare_digest(totp.generate_otp(step), code):
                row.last_step = step
                return True
        return False

    def _recovers(self, work: Work, account: StaffRow, row: StaffFactorRow, code: str) -> bool:
        if _hash(code) not in row.recovery:
            return False
        row.recovery = [kept for kept in row.recovery if kept != _hash(code)]
        work.staff.audit(
            f"staff:{account.id}", "recovery_used", f"staff:{account.id}", self.clock.now(), left=len(row.recovery)
        )
        return True

    @staticmethod
    def _enrolment(staff: StaffView, secret: str) -> Enrolment:
        return Enrolment(secret, pyotp.TOTP(secret, name=staff.login, issuer=ISSUER).provisioning_uri())


def new_recovery_codes() -> list[str]:
    """Codes in groups of four that can be read out and written down."""
    letters = ("".join(secrets.choice(READABLE) for _ in range(RECOVERY_LETTERS)) for _ in range(RECOVERY_CODES))
    return ["-".join(one[at : at + 4] for at in range(0, RECOVERY_LETTERS, 4)) for one in letters]


def _hash(code: str) -> str:
    return hashlib.sha256(code.replace("-", "").encode("utf-8", "replace")).hexdigest()
