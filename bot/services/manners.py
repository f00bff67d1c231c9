"""Wishes about how to be spoken to, heard by the gateway before anybody else: 长辈模式, 再说一遍, 慢一点, and the script.

They are remembered for the resident. In 长辈模式 every choice has a number, and the number alone makes it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.services.dressing import Manner, manner_of
from bot.services.handoff import Handoff
from bot.services.outgoing import Said, say
from bot.services.texts import Texts
from bot.services.views import Button, Source
from bot.store.database import Database, Work
from bot.store.resident_tables import PreferenceRow
from bot.store.tables import ButtonRow, ConversationRow, InboxRow, OutboxRow
from bot.text import manners
from bot.text.script import script_of

#: Wish → what changes. `repeat` changes nothing.
CHANGES = {
    "elder_on": {"elder": True},
    "elder_off": {"elder": False, "slow": False},
    "slower": {"slow": True},
    "faster": {"slow": False},
    "repeat": {},
}
#: Positions in which what was said last is looked for.
LOOK_BACK = 40
#: A voice message without a word beside it.
VOICE = "[语音]"
#: Wishes after which what was said last is said once more.
SAID_AGAIN = frozenset({"repeat", "slower"})


class Manners:
    """Remembers how residents like to be spoken to, and acts on it."""

    def __init__(self, database: Database, texts: Texts, handoff: Handoff, hears_voice: Callable[[], bool]) -> None:
        self.database, self.texts, self.handoff = database, texts, handoff
        self.hears_voice = hears_voice

    def of(self, conversation_id: str) -> Manner:
        """How the resident of a conversation likes to be spoken to."""
        with self.database.reading() as work:
            row = work.conversations.get(conversation_id)
            return manner_of(work, row.resident_id) if row else Manner()

    def hear(self, work: Work, conversation: ConversationRow, row: InboxRow, now: datetime) -> bool:
        """Act on a wish in a message; True where that was all it said. Only while the bot has the word."""
        if conversation.owner != "bot" or row.kind not in ("text", "voice"):
            return False
        if row.kind == "voice":
            return self._hand_over_voice(work, conversation, row, now)
        self._note_script(work, conversation, row.text, now)
        kind, is_all = manners.wish(row.text) or ("", False)  # masked words: no wish of this kind holds personal data
        last = _last_said(work, conversation)
        # Beside other words only 长辈模式 is sure to be meant; and nothing can be said again that was not said before.
        if not kind or not (is_all or kind == "elder_on") or (kind in SAID_AGAIN and last is None):
            return False
        self._change(work, conversation.resident_id, CHANGES[kind], now)
        if self.texts.has(f"manner_{kind}"):
            say(work, conversation, Said(self.texts(f"manner_{kind}"), did=("setting",), inbox_id=row.id), now)
        if is_all and last is not None and (kind in SAID_AGAIN or _asks(last)):
            self._say_again(work, conversation, row, last, now)
        return is_all

    def _hand_over_voice(self, work: Work, conversation: ConversationRow, row: InboxRow, now: datetime) -> bool:
        """Who needs 长辈模式 and speaks is not asked to type: where nobody can write it down, a person listens."""
        if self.hears_voice() or row.text != VOICE or not manner_of(work, conversation.resident_id).elder:
            return False
        say(work, conversation, Said(self.texts("voice_kept_person"), inbox_id=row.id, dedupe=f"voice:{row.id}"), now)
        self.handoff.enqueue(work, conversation, "not_understood", now, inbox_id=row.id)
        return True

    def _say_again(self, work: Work, conversation: ConversationRow, row: InboxRow, last: OutboxRow, now: datetime) -> None:
        """What was said last, with its choices, dressed as the resident likes it now."""
        pressed = [work.session.get(ButtonRow, item[0]) for item in last.payload.get("buttons", ())]
        buttons = tuple(Button(button.title.split(" ", 1)[-1], button.payload) for button in pressed if button)
        titles = {item[1] for item in last.payload.get("buttons", ())}
        text = "\n".join(line for line in last.text.split("\n") if line not in titles).rstrip()
        sources = tuple(Source(**item) for item in last.payload.get("sources", ()))
        say(
            work,
            conversation,
            Said(text, buttons=buttons, sources=sources, asked=last.payload.get("asked"), inbox_id=row.id),
            now,
        )

    @staticmethod
    def choose(work: Work, conversation: ConversationRow, row: InboxRow) -> None:
        """A number alone is the choice of that number, if choices were offered last and numbers were shown."""
        number = manners.choice(row.text) if row.kind == "text" else None
        if number is None or not manner_of(work, conversation.resident_id).elder:
            return
        last = _last_said(work, conversation)
        offered = last.payload.get("buttons", ()) if last is not None else ()
        if number > len(offered):
            return
        button = work.messages.button(offered[number - 1][0], conversation.id)
        if button is not None:
            row.payload = {**row.payload, "button": button.payload}

    def _note_script(self, work: Work, conversation: ConversationRow, words: str, now: datetime) -> None:
        """Who writes traditional characters is answered in them, until they write simplified ones."""
        script = script_of(words)
        if script is not None and (script == "traditional") != manner_of(work, conversation.resident_id).traditional:
            self._change(work, conversation.resident_id, {"traditional": script == "traditional"}, now)

    @staticmethod
    def _change(work: Work, resident_id: str, change: dict[str, bool], now: datetime) -> None:
        if not change:
            return
        row = work.session.get(PreferenceRow, resident_id)
        if row is None:
            row = PreferenceRow(resident_id=resident_id, elder=False, slow=False, traditional=False, changed_at=now)
            work.session.add(row)
        for name, value in change.items():
            setattr(row, name, value)
        row.changed_at = now
        work.session.flush()


def _last_said(work: Work, conversation: ConversationRow) -> OutboxRow | None:
    """What we said last, if nothing but it stands at the end."""
    rows = work.messages.outbox_after(conversation.id, max(0, conversation.last_position - LOOK_BACK), LOOK_BACK)
    return next((row for row in reversed(rows) if row.status != "dropped"), None)


def _asks(row: OutboxRow) -> bool:
    return bool(row.payload.get("asked") or row.payload.get("buttons"))
