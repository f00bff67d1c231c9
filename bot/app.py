"""Composition root: settings → database → services. The only module that knows every part."""

from __future__ import annotations

from dataclasses import dataclass

from argon2 import PasswordHasher

from bot.cases.areas import Areas
from bot.cases.bookings import Bookable
from bot.cases.errors import Unavailable
from bot.channels.rasa import RasaEngine
from bot.channels.speech import HttpRecogniser
from bot.services.bookings import Bookings
from bot.services.calendar import SystemClock
from bot.services.case_desk import CaseDesk
from bot.services.case_flow import Flow
from bot.services.cases import Cases
from bot.services.checking import Checking
from bot.services.classifier import Classifier
from bot.services.conversations import Conversations
from bot.services.cosigning import Cosigning
from bot.services.dispatch import Dispatcher
from bot.services.district import District
from bot.services.district_tables import DistrictTables
from bot.services.editing import Editing
from bot.services.field_work import FieldWork
from bot.services.gap_work import GapWork
from bot.services.gaps import Gaps
from bot.services.gate import Gate
from bot.services.golden import Golden
from bot.services.handoff import Handoff
from bot.services.handoff_needs import Needs
from bot.services.hearing import Hearing
from bot.services.lexicon import LexiconEditing
from bot.services.library import Library
from bot.services.manners import Manners
from bot.services.meanwhile import Meanwhile
from bot.services.media import Media
from bot.services.mediation import Mediation
from bot.services.open_requests import OpenRequests
from bot.services.policies import Policies
from bot.services.ports import BotEngine, Clock, SpeechRecogniser, Wakeups
from bot.services.presence import Presence
from bot.services.privacy import Privacy
from bot.services.quoted import Quoted
from bot.services.recalls import Recalls
from bot.services.releases import Releases
from bot.services.reviewing import Reviewing
from bot.services.sending import Sending
from bot.services.shipped import Shipped
from bot.services.staff import Staff
from bot.services.texts import Texts
from bot.services.turns import Turns
from bot.services.uploads import Uploads
from bot.services.vault import Vault
from bot.services.wakeups import LocalWakeups, RedisWakeups
from bot.services.workplace import Workplace, furnish
from bot.settings import ROOT, Settings, SettingsError
from bot.store.database import Database
from knowledge.answering import KnowledgeBase

#: Seconds a turn's lease outlasts the engine's two tries, so that nobody takes a turn that is still running.
LEASE_MARGIN = 6.0


@dataclass(frozen=True)
class Services:
    """Everything the edges (channels, desk, actions, worker) may call."""

    settings: Settings
    clock: Clock
    wakeups: Wakeups
    database: Database
    texts: Texts
    knowledge: KnowledgeBase
    engine: BotEngine
    conversations: Conversations
    turns: Turns
    handoff: Handoff
    cases: Cases
    case_desk: CaseDesk
    district_tables: DistrictTables
    policies: Policies
    staff: Staff
    workplace: Workplace
    editing: Editing
    reviewing: Reviewing
    library: Library
    releases: Releases
    uploads: Uploads
    recalls: Recalls
    golden: Golden
    gaps: Gaps
    privacy: Privacy
    manners: Manners
    bookings: Bookings
    cosigning: Cosigning
    field_work: FieldWork
    open_requests: OpenRequests
    mediation: Mediation
    hearing: Hearing
    gap_work: GapWork
    lexicon: LexiconEditing
    gate: Gate
    checking: Checking
    sending: Sending

    @property
    def presence(self) -> Presence:
        """Who is at the desk, when, and for what."""
        return self.handoff.presence

    def close(self) -> None:
        """Give connections back."""
        self.engine.close()
        self.database.close()


class _Current:
    """The services of this process, once it has been started."""

    services: Services | None = None


def build(
    settings: Settings, *, engine: BotEngine | None = None, clock: Clock | None = None, wakeups: Wakeups | None = None,
    knowledge: KnowledgeBase | None = None, hasher: PasswordHasher | None = None,
) -> Services:  # fmt: skip
    """All services on these settings; a test hands in its own engine, clock or knowledge base.

    Raises SettingsError without a key for personal data.
    """
    if not settings.vault_key:
        raise SettingsError(
            "缺少配置 JIEFANG_VAULT_KEY（个人信息的密钥）：请先执行 python -m bot prepare，它会写进 .env 文件。"
        )
    clock = clock or SystemClock()
    wakeups = wakeups or (RedisWakeups(settings.redis_url) if settings.redis_url else LocalWakeups())
    engine = engine or RasaEngine(settings.rasa_url, settings.rasa_token, settings.rasa_timeout)
    database, vault = Database(settings.database_url), Vault(settings.vault_key)
    texts, resident_texts = Texts(settings.district / "texts.csv"), Texts(settings.district / "resident_texts.csv")
    areas = Areas.read(settings.district)
    presence = Presence(database, clock, {code: parent for code, (parent, _, _) in areas.tree.items()})
    district = District(settings.district, database)
    dispatcher = Dispatcher(district, Classifier(settings.var / "categories"))
    handoff = Handoff(database, vault, texts, clock, wakeups, presence, Needs(dispatcher, settings.district))
    cases = Cases(database, vault, texts, clock, wakeups, dispatcher, Flow(district, texts))
    media = Media(settings.var / "media")
    conversations = Conversations(database, vault, texts, clock, wakeups, media, handoff, cases.leave_message)
    lease = 2 * settings.rasa_timeout + settings.speech_timeout + LEASE_MARGIN
    turns = Turns(database, engine, handoff, texts, clock, wakeups, lease=lease, patience=settings.engine_patience)
    knowledge = knowledge or KnowledgeBase.open(settings.knowledge, model=settings.encoder)
    policies = Policies(database, knowledge, clock, settings.region)
    hearing = Hearing(database, vault, resident_texts, clock, media, _recogniser(settings), conversations.danger_in)
    manners = Manners(database, resident_texts, handoff, lambda: hearing.can_hear)
    turns.listen, conversations.manners = hearing.listen, manners
    turns.quote = Meanwhile(conversations, policies, texts).answer
    staff = Staff(database, clock, hasher)
    shipped, folder = Shipped(ROOT / "knowledge" / "articles"), settings.knowledge
    editing, reviewing = Editing(database, clock, shipped), Reviewing(database, clock, wakeups, shipped, folder)
    workplace = furnish(
        database, vault, clock, wakeups, staff=staff, handoff=handoff, cases=cases, conversations=conversations,
        knowledge=knowledge, editing=editing, region=settings.region,
    )  # fmt: skip
    quoted = Quoted(folder)
    library = Library(database, clock, shipped, quoted)
    releases = Releases(database, clock, shipped, folder, lambda: knowledge.encoder)
    gaps = Gaps(database, knowledge, clock)
    return Services(
        settings, clock, wakeups, database, texts, knowledge, engine, conversations, turns, handoff, cases,
        CaseDesk(cases), DistrictTables(database, district, clock), policies, staff,
        workplace,
        editing, reviewing, library, releases, Uploads(settings.var / "uploads", editing, library),
        Recalls(database, clock, wakeups, texts, shipped, quoted), Golden(database, knowledge, clock),
        gaps, Privacy(database, vault, texts, resident_texts, clock, wakeups, media),
        manners, Bookings(database, Bookable.read(settings.district), resident_texts, clock, wakeups),
        Cosigning(cases, settings.district), FieldWork(cases, media),
        OpenRequests(cases, settings.vault_key), Mediation(database, clock),
        hearing,
        GapWork(database, gaps, editing, staff, knowledge, clock, settings.region),
        LexiconEditing(database, clock, folder),
        Gate(database, clock, wakeups), Checking(database, knowledge, clock, wakeups), Sending(handoff, media),
    )  # fmt: skip


def _recogniser(settings: Settings) -> SpeechRecogniser | None:
    """The speech recogniser of the settings; None: voice messages are kept for a person."""
    if not settings.speech_url:
        return None
    return HttpRecogniser(settings.speech_url, settings.speech_key, settings.speech_model, settings.speech_timeout)


def start(services: Services) -> None:
    """Make `services` those of this process, for code that others construct (rasa-sdk's actions)."""
    _Current.services = services


def get_services() -> Services:
    """The services of this process. Raises Unavailable before `start`."""
    if _Current.services is None:
        raise Unavailable("the services of this process have not been started")
    return _Current.services
