"""`python -m bot understand`: what a single message already says. Rasa names the intent; the rest are our own readers."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from bot.batch.jsonlines import transform
from bot.batch.rasa_process import rasa_at_hand
from bot.cases.categories import Catalogue
from bot.channels.rasa import RasaEngine
from bot.safety import redact, triage
from bot.settings import Settings
from bot.text.contacts import find_contact
from bot.text.flags import is_anonymous, is_urgent
from bot.text.places import find_place
from bot.text.times import find_time


def understand_file(source: Path, target: Path, settings: Settings) -> int:
    """Understand every row {"id", "text"} of a file; answers how many there were."""
    catalogue = Catalogue.read(settings.district)
    with rasa_at_hand(settings) as engine:
        return transform(source, target, ("id", "text"), partial(understand, engine, catalogue), "理解")


def understand(engine: RasaEngine, catalogue: Catalogue, row: dict[str, Any]) -> dict[str, Any]:
    """One message as docs/architecture.md lists it. Intent comes from the masked words, as in service."""
    text = str(row["text"])
    intent = engine.parse(redact.mask(text))["intent"]
    guess = catalogue.guess(text)
    place, time, contact = find_place(text), find_time(text), find_contact(text)
    level = triage.assess(text).level
    return {
        "id": row["id"],
        "intent": intent["name"],
        "confidence": round(float(intent["confidence"]), 4),
        "safety": level,
        "pii": [{"kind": f.kind, "text": f.text, "start": f.start, "end": f.end} for f in redact.find(text)],
        "category": {"大类": guess.major, "小类": guess.minor} if guess else None,
        "location": place.text if place else None,
        "time": time.text if time else None,
        "contact": contact.text if contact else None,
        "urgent": level in ("emergency", "urgent") or is_urgent(text),
        "anonymous": is_anonymous(text),
    }
