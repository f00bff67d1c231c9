"""Personal data: masked where anybody may look, sealed in one encrypted table, opened only by name and reason."""

from __future__ import annotations

import json
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken

from bot.cases.errors import Unavailable
from bot.safety import redact
from bot.store.database import Work
from bot.store.tables import SealedRow


class Vault:
    """Seals and opens personal data with the installation's key."""

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)

    def seal(self, work: Work, resident_id: str, facts: dict[str, str], now: datetime) -> int:
        """Keep `facts` encrypted; answers the id to open them with."""
        clear = json.dumps(facts, ensure_ascii=False).encode()
        row = SealedRow(resident_id=resident_id, ciphertext=self._fernet.encrypt(clear).decode(), created_at=now)
        work.messages.add(row)
        return row.id

    def open(self, work: Work, sealed_id: int | None) -> dict[str, str]:
        """The facts in clear; empty when nothing was sealed. Raises Unavailable when the key does not fit."""
        row = work.messages.sealed(sealed_id) if sealed_id is not None else None
        if row is None:
            return {}
        try:
            facts: dict[str, str] = json.loads(self._fernet.decrypt(row.ciphertext.encode()))
        except InvalidToken as error:
            raise Unavailable("the vault key does not open what was sealed") from error
        return facts

    def lock(self, secret: str) -> str:
        """A secret of our own, encrypted for a column."""
        return self._fernet.encrypt(secret.encode()).decode()

    def unlock(self, locked: str) -> str:
        """What `lock` encrypted. Raises Unavailable when the key does not fit."""
        try:
            return self._fernet.decrypt(locked.encode()).decode()
        except InvalidToken as error:
            raise Unavailable("the vault key does not open what was locked") from error

    @staticmethod
    def mask(text: str) -> str:
        """`text` with personal data replaced by its kind in brackets."""
        return redact.mask(text)

    def mask_and_seal(self, work: Work, resident_id: str, text: str, now: datetime) -> tuple[str, int | None]:
        """`text` with personal data masked, and the id of the sealed original where anything was masked."""
        masked = self.mask(text)
        if masked == text:
            return text, None
        return masked, self.seal(work, resident_id, {"text": text}, now)
