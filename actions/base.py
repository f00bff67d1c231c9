"""An action hears, does one thing through a service, and says something. Errors of services become sentences here.

No skill lives here; forms are in `forms.py`.
"""

from __future__ import annotations

import asyncio
import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.app import Services, get_services
from bot.cases.errors import ServiceError

log = logging.getLogger(__name__)
Event = dict[str, Any]
T = TypeVar("T")
REQUESTED_SLOT = "requested_slot"
DRAFT = "case_draft"
#: Facts of a draft that go to the person who is called, with the names the desk shows.
CARRIED = (("description", "事情"), ("location", "地点"), ("time", "时间"), ("phone_tail", "电话尾号"))
#: What the gateway writes where a message has no words.
SHARED_PLACE = "[位置]"
VOICE = "[语音]"
WORDLESS = re.compile(r"(?:\[(?:图片|语音|文件)\]\s*)+")


class Heard:
    """The resident's latest message and what Rasa remembers of the conversation."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self.message: dict[str, Any] = tracker.latest_message or {}
        self.metadata: dict[str, Any] = self.message.get("metadata") or {}
        self._known: dict[Any, Any] = {}  # what was read from the message once; gone with the action

    @property
    def conversation_id(self) -> str:
        return str(self.tracker.sender_id)

    @property
    def inbox_id(self) -> int | None:
        """The inbox row of this message; its words in clear stand there."""
        value = self.metadata.get("inbox_id")
        return int(value) if value is not None else None

    @property
    def resident_id(self) -> str:
        return str(self.metadata.get("resident_id", ""))

    @property
    def message_id(self) -> str:
        """Names this message, so that a form which is called twice in a turn hears it once."""
        return str(self.inbox_id or self.message.get("message_id") or "")

    @property
    def text(self) -> str:
        """The masked words; empty for a button."""
        text = str(self.message.get("text") or "")
        return "" if text.startswith("/") else text

    @property
    def is_button(self) -> bool:
        return str(self.message.get("text") or "").startswith("/")

    @property
    def kind(self) -> str:
        """text, photo, voice, file, location or button."""
        return str(self.metadata.get("kind") or "text")

    @property
    def is_shared_place(self) -> bool:
        """Whether a point on the map was sent."""
        return self.kind == "location" or self.text.strip() == SHARED_PLACE

    @property
    def is_wordless(self) -> bool:
        """Whether only a photo, voice message or file was sent."""
        return WORDLESS.fullmatch(self.text.strip()) is not None

    @property
    def intent(self) -> str:
        return str((self.message.get("intent") or {}).get("name") or "")

    @property
    def confidence(self) -> float:
        return float((self.message.get("intent") or {}).get("confidence") or 0.0)

    def doubt(self, intents: Collection[str]) -> float:
        """How likely Rasa holds these intents together, beside the one it chose."""
        ranking = self.message.get("intent_ranking") or []
        return sum(float(each["confidence"]) for each in ranking if each["name"] in intents)

    @property
    def choice(self) -> str | None:
        """What one of our own buttons chose."""
        for entity in self.message.get("entities") or []:
            if entity.get("entity") == "choice":
                return str(entity.get("value"))
        return None

    @property
    def form(self) -> str | None:
        """The form that is open."""
        return (self.tracker.active_loop or {}).get("name")

    @property
    def asked(self) -> str | None:
        """The slot the open form asked for last."""
        return self.slot(REQUESTED_SLOT) if self.form else None

    def once(self, what: Any, read: Callable[[], T]) -> T:
        """What `read` finds, read once however often it is asked for as `what`."""
        if what not in self._known:
            self._known[what] = read()
        found: T = self._known[what]
        return found

    def slot(self, name: str) -> Any:
        return self.tracker.get_slot(name)

    @property
    def messages(self) -> int:
        """How many messages of the resident Rasa remembers, this one included."""
        return sum(event.get("event") == "user" for event in self.tracker.events)

    def mark(self, value: Any) -> list[Any]:
        """`value` as a slot that says when it was set, for `recent`."""
        return [value, self.messages]

    def recent(self, slot: str, limit: int) -> Any:
        """What `mark` put into a slot, if that is at most `limit` messages ago; None otherwise."""
        value, since = self.slot(slot) or (None, 0)
        return value if self.messages - since <= limit else None

    def words(self, services: Services) -> str:
        """The words in clear: to be read and filed, never logged and never put into a slot or a reply."""
        if self.is_button or self.inbox_id is None:
            return self.text
        return services.conversations.original(self.inbox_id)


def last_said(heard: Heard) -> str | None:
    """The response the bot said last."""
    for event in reversed(heard.tracker.events):
        if event.get("event") == "bot":
            return (event.get("metadata") or {}).get("utter_action")
    return None


@dataclass
class Say:
    """One response of data/responses with the facts that fill its blanks."""

    response: str
    facts: dict[str, Any] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)
    custom: dict[str, Any] = field(default_factory=dict)


class Reply:
    """What an action says and what it leaves behind, in the order given."""

    def __init__(self, response: str | None = None, **facts: Any) -> None:
        self.says: list[Say] = [Say(response, facts)] if response else []
        self.events: list[Event] = []
        self.acts: list[str] = []

    def then(self, response: str, **facts: Any) -> Reply:
        """Say this too."""
        self.says.append(Say(response, facts))
        return self

    def buttons(self, *pairs: tuple[str, str]) -> Reply:
        """Quick replies (title, payload) under the last thing said."""
        self.says[-1].buttons += [{"title": title, "payload": payload} for title, payload in pairs]
        return self

    def custom(self, **values: Any) -> Reply:
        """What the gateway needs to know about the last thing said (sources, asked)."""
        self.says[-1].custom.update(values)
        return self

    def did(self, *acts: str) -> Reply:
        """What was really done, for `bot replay` and the measures."""
        self.acts += acts
        return self

    def set(self, **slots: Any) -> Reply:
        self.events += [SlotSet(name, value) for name, value in slots.items()]
        return self

    def forget(self, *slots: str) -> Reply:
        return self.set(**dict.fromkeys(slots))

    def keep(self, other: Reply) -> Reply:
        """Leave behind what another reply would have left, without its words."""
        self.events += other.events
        return self

    def and_then(self, other: Reply) -> Reply:
        """Say and leave behind what another reply does, behind this one's own."""
        self.says, self.acts = self.says + other.says, self.acts + other.acts
        return self.keep(other)

    def leave_form(self) -> Reply:
        """Close whatever form is open; its slots stay."""
        self.events += [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]
        return self

    def go_on_with(self, action: str) -> Reply:
        self.events.append(FollowupAction(action))
        return self

    def say(self, dispatcher: CollectingDispatcher) -> None:
        """Hand everything to Rasa; `did` stands for the whole turn and goes with the last thing said."""
        if self.acts and self.says:
            self.says[-1].custom["did"] = self.acts
        elif self.acts:
            dispatcher.utter_message(json_message={"did": self.acts})
        for said in self.says:
            dispatcher.utter_message(
                response=said.response, buttons=said.buttons or None, json_message=said.custom or None, **said.facts
            )


def elder_slot(heard: Heard) -> list[Event]:
    """Rasa chooses the short sentences of 长辈模式 by a slot; the gateway knows who wants them."""
    wanted = bool(heard.metadata.get("elder"))
    return [SlotSet("elder", wanted)] if wanted != bool(heard.slot("elder")) else []


def carried(draft: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a person should know of a draft, masked as it is kept; None where it holds nothing."""
    told = {name: str((draft or {}).get(key) or "") for key, name in CARRIED}
    return {name: value for name, value in told.items() if value} or None


class ServiceAction(Action, ABC):  # type: ignore[misc]  # rasa_sdk publishes no types
    """Turns Rasa's call into service calls, and a service's refusal into a sentence.

    Abstract on purpose: rasa_sdk registers every concrete subclass of Action it finds.
    """

    action_name: ClassVar[str]

    def name(self) -> str:
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        # Services block on the database; the SDK serves all conversations from one event loop.
        heard = Heard(tracker)
        reply = await asyncio.to_thread(self.answer, heard)
        reply.say(dispatcher)
        return [*elder_slot(heard), *reply.events]

    def answer(self, heard: Heard) -> Reply:
        """What `act` says, or the sentence for its refusal."""
        try:
            return self._carried(heard, self.act(heard, get_services()))
        except ServiceError as error:
            log.warning("action %s refused: %s", self.action_name, error.code)
            return self.refused(error, heard)
        except Exception:
            # Rasa drops the events of a failed action and says nothing at all: a bug must not be silence to a resident.
            log.exception("action %s failed", self.name())
            return self.broken(heard)

    @staticmethod
    def _carried(heard: Heard, reply: Reply) -> Reply:
        """Hand what an open form knows to the gateway: whoever is called later, by whatever way, sees it."""
        drafts = [event["value"] for event in reply.events if event.get("name") == DRAFT]
        if drafts:
            get_services().handoff.carry(heard.conversation_id, carried(drafts[-1]))
        return reply

    def refused(self, error: ServiceError, heard: Heard) -> Reply:
        """The sentence of a refusal; forms add what becomes of the form."""
        return Reply(f"utter_error_{error.code}", **error.facts)

    def broken(self, heard: Heard) -> Reply:
        """The sentence for a bug of ours; the gateway reads the act and thinks of a person (handoff_triggers.py)."""
        return Reply("utter_error_unexpected").did("error")

    @abstractmethod
    def act(self, heard: Heard, services: Services) -> Reply:
        """Do the one thing this action is for."""
