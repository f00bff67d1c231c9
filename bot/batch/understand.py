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
from bot.safety.urgency import is_urgent
from bot.settings import Settings
from bot.text.contacts import find_contact
from bot.text.flags import is_anonymous
from bot.text.places import find_place
from bot.text.times import find_time

FALLBACK = "nlu_fallback"
#: Levels of the safety check that are intents of their own.
CRISIS = ("emergency", "self_harm")


def understand_file(source: Path, target: Path, settings: Settings) -> int:
    """Understand every row {"id", "text"} of a file; answers how many there were."""
    catalogue = Catalogue.read(settings.district)
    with rasa_at_hand(settings) as engine:
        return transform(source, target, ("id", "text"), partial(understand, engine, catalogue), "理解")


def understand(engine: RasaEngine, catalogue: Catalogue, row: dict[str, Any]) -> dict[str, Any]:
    """One message as docs/architecture.md lists it. Intent comes from the masked words, as in service."""
    text = str(row["text"])
    guess = catalogue.guess(text)
    place, time, contact = find_place(text), find_time(text), find_contact(text)
    danger = triage.assess(text)
    parsed = engine.parse(redact.mask(text))
    intent, confidence = read_intent(parsed, danger)
    return {
        "id": row["id"],
        "intent": intent,
        "confidence": round(confidence, 4),
        "safety": read_danger(parsed, danger),
        "pii": [{"kind": f.kind, "text": f.text, "start": f.start, "end": f.end} for f in redact.find(text)],
        "category": {"大类": guess.major, "小类": guess.minor} if guess else None,
        "location": place.text if place else None,
        "time": time.text if time else None,
        "contact": contact.text if contact else None,
        "urgent": is_urgent(text),
        "anonymous": is_anonymous(text),
    }


def read_danger(parsed: dict[str, Any], danger: triage.Assessment) -> str:
    """The level that is acted on: in service the numbers are said when the gateway's check or Rasa's opinion finds a crisis."""
    opinion = str(parsed.get("danger", {}).get("level", "none"))
    return opinion if opinion in CRISIS and danger.level not in CRISIS else danger.level


def read_intent(parsed: dict[str, Any], danger: triage.Assessment) -> tuple[str, float]:
    """The intent by name, and how sure Rasa is of it.

    Sure danger is decided by the safety check before Rasa is asked, as in service; where it is only likely the numbers are
    said and the conversation goes on with what Rasa understands. Where Rasa would rather ask again
    (nlu_fallback), its best guess stands with the low confidence it has.
    """
    if danger.level in CRISIS and danger.sure:
        return danger.level, 1.0
    best = next(item for item in [parsed["intent"], *parsed["intent_ranking"]] if item["name"] != FALLBACK)
    return str(best["name"]), float(best["confidence"])
