"""What a resident who waits asks of a person: whose community they live in, and which language they write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.safety.redact import LABELS
from bot.services.dispatch import Dispatcher
from bot.store.database import Work
from bot.store.tables import ConversationRow
from bot.text.languages import written_in

#: So many of the resident's messages say where they are and how they write.
LOOKS_BACK = 8


@dataclass(frozen=True)
class Needs:
    """Reads area and language off what is known in a transaction. `folder`: the district's tables."""

    dispatcher: Dispatcher
    folder: Path

    def area(self, work: Work, row: ConversationRow, carried: Mapping[str, Any]) -> str | None:
        """The code of the community: of the open form's place, of what was written, or of the resident's newest case."""
        messages = "\n".join(_messages(work, row))
        for text in (str(carried.get("地点") or ""), messages):
            for match in self.dispatcher.areas.locate(text) if text else ():
                if match.community_code:
                    return match.community_code
        cases = work.cases.of_resident(row.resident_id, limit=1)
        return cases[0].community_code if cases else None

    def language(self, work: Work, row: ConversationRow) -> str | None:
        """The code of the language they write in; None: Mandarin."""
        return written_in(_messages(work, row), self.folder)


def _messages(work: Work, row: ConversationRow) -> list[str]:
    """The resident's own words of late, the newest first, without the Chinese marks of masked data."""
    found = [message.text for message in work.handoffs.last_said(row.id, LOOKS_BACK) if message.kind == "text"]
    for label in LABELS.values():
        found = [text.replace(label, " ") for text in found]
    return found
