"""A copy of one resident's data: gathered in clear, written as JSON for machines and as a text for people.

Internal notes of the staff and other residents' data are in no copy.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from bot.services import case_views
from bot.services.calendar import LOCAL
from bot.services.texts import Texts
from bot.services.vault import Vault
from bot.store.database import Work
from bot.store.privacy import PrivacyStore
from bot.store.tables import InboxRow, OutboxRow

#: Facts of a case a reader sees, in this order, where they are known.
FACTS = ("description", "location", "contact", "occurred", "unit")


def gather(work: Work, vault: Vault, texts: Texts, resident_id: str, scope: str, now: datetime) -> dict[str, Any]:
    """Everything in scope (all, cases, messages), in clear: plain JSON values."""
    store = PrivacyStore(work.session)
    told: dict[str, Any] = {"exported_at": _time(now), "scope": scope}
    if scope in ("all", "cases"):
        told["cases"] = [_case(work, vault, texts, row, now) for row in store.cases(resident_id)]
    if scope in ("all", "messages"):
        lines = [_said(work, vault, row) for row in store.inbox(resident_id)]
        lines += [_told(row) for row in store.outbox(resident_id)]
        told["messages"] = sorted(lines, key=lambda line: str(line["at"]))
    if scope == "all":
        told["attachments"] = [
            {"name": row.name, "kind": row.kind, "content_type": row.content_type, "size": row.size, "sha256": row.sha256}
            for row in store.attachments(resident_id)
        ]
    return told


def as_json(told: dict[str, Any]) -> str:
    """The copy for a machine."""
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def as_text(told: dict[str, Any], words: Texts) -> str:
    """The copy for a reader."""
    lines = [words("export_title", scope=words(f"export_scope_{told['scope']}"), at=_shown(told["exported_at"]))]
    lines += [words("export_note"), ""]
    for section, write in (("cases", _case_lines), ("messages", _message_lines), ("attachments", _attachment_lines)):
        if section in told:
            lines.append(words(f"export_{section}", count=len(told[section])))
            for item in told[section]:
                lines += write(item, words)
            lines += [] if told[section] else [words("export_nothing")]
            lines.append("")
    return "\n".join(lines)


def _case(work: Work, vault: Vault, texts: Texts, row: Any, now: datetime) -> dict[str, Any]:
    view, clear = case_views.full(work, row, now, texts), vault.open(work, row.sealed_id)
    return {
        "number": view.number, "kind": view.kind, "category": view.category, "status": view.status_label,
        "description": clear.get("description", view.description), "location": clear.get("location", view.location),
        "contact": clear.get("contact", ""), "occurred": view.occurred, "unit": view.unit,
        "anonymous": view.anonymous, "opened_at": _time(view.opened_at),
        "events": [{"at": _time(one.at), "label": one.label, "actor": one.actor, "text": one.text} for one in view.events],
    }  # fmt: skip


def _said(work: Work, vault: Vault, row: InboxRow) -> dict[str, Any]:
    line: dict[str, Any] = {"at": _time(row.received_at), "who": "resident"}
    line["text"] = vault.open(work, row.sealed_id).get("text", row.text)
    if row.payload.get("location"):
        line["location"] = row.payload["location"]
    return line


def _told(row: OutboxRow) -> dict[str, Any]:
    who = "staff" if row.sender.startswith("staff:") else "bot"
    return {"at": _time(row.created_at), "who": who, "text": row.text}


def _case_lines(case: dict[str, Any], words: Texts) -> list[str]:
    lines = [words("export_case", number=case["number"], category=case["category"], status=case["status"])]
    lines += [words(f"export_case_{fact}", text=case[fact]) for fact in FACTS if case[fact]]
    return lines + [
        words("export_event", at=_shown(event["at"]), label=event["label"], text=event["text"]).rstrip()
        for event in case["events"]
    ]


def _message_lines(line: dict[str, Any], words: Texts) -> list[str]:
    return [words("export_message", at=_shown(line["at"]), who=words(f"export_who_{line['who']}"), text=line["text"])]


def _attachment_lines(item: dict[str, Any], words: Texts) -> list[str]:
    return [words("export_attachment", name=item["name"])]


def _time(instant: datetime) -> str:
    return instant.astimezone(LOCAL).isoformat(timespec="seconds")


def _shown(written: str) -> str:
    return written[:16].replace("T", " ")
