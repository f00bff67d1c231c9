"""JSON endpoints beside a conversation: replies at hand, suggested answers, macros, labels, passing on, drafts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from bot.cases.errors import Invalid, NotFound, NotPermitted
from bot.desk.api import Conversation, Done, shown
from bot.desk.guards import GENUINE, Agent, SignedIn, Supervisor, services_of
from bot.desk.inputs import ConversationId, Position, RowId, Search, clean, needed
from bot.desk.routes import JsonRoute
from bot.services import blanks
from bot.services.replies import Offered
from bot.services.views import StaffView

router = APIRouter(prefix="/api", route_class=JsonRoute, tags=["坐席台"])
SHIFT_NOTE_AT_MOST = 1000
OFFERED_AT_MOST = 30


class AtHand(BaseModel):
    """一条常用语，空白已按这个会话填好。"""

    id: int
    shortcut: str
    title: str
    text: str
    missing: list[str] = Field(description="填不上的空白，在 text 里写成【…】")


class Suggestion(BaseModel):
    """知识库里可以参考的一段。"""

    title: str
    text: str
    source: str
    version: str
    sure: bool = Field(description="为真时机器人自己也会这样回答")


class Suggestions(BaseModel):
    """给坐席的参考答案。"""

    question: str
    found: list[Suggestion]


class Label(BaseModel):
    """会话上的一个标签。"""

    label: str = Field(max_length=40)
    on: bool = True


class Transfer(BaseModel):
    """把会话转给别的组或同事。"""

    team: str = Field("", max_length=40, description="事项大类；空着就是谁都可以")
    to: int = Field(0, description="班长指定的同事编号；0 是不指定")
    why: str = Field("", max_length=500)


class MacroRun(BaseModel):
    """执行一个快捷操作；同一 run_id 不会把话说两遍。"""

    run_id: str = Field(pattern=r"^[A-Za-z0-9-]{8,40}$")


class MacroDone(BaseModel):
    """快捷操作做了什么。"""

    steps: list[str]
    case: str = Field("", description="其中登记的工单")


class Drafted(BaseModel):
    """问答草稿的页面。"""

    address: str


class ShiftText(BaseModel):
    """交接班留言。"""

    text: str = Field(max_length=20_000)


@router.get("/conversations/{conversation_id}/replies", summary="常用语，按这个会话填好")
def replies(request: Request, member: Agent, conversation_id: ConversationId, q: Search = "") -> list[AtHand]:
    """Canned replies that fit this conversation, best first."""
    services = services_of(request)
    conversation = services.handoff.get(conversation_id)
    case = next(iter(services.cases.of_resident(conversation.resident_id)), None)
    facts = blanks.facts_of(conversation, case, member.staff)
    major = case.category.partition(" / ")[0] if case else ""
    found = services.workplace.replies.offered(facts, major=major, status=case.status if case else "", words=clean(q))
    return [_at_hand(one) for one in found[:OFFERED_AT_MOST]]


@router.post("/replies/{canned_id}/used", summary="用了一条常用语", dependencies=GENUINE)
def used(request: Request, member: Agent, canned_id: RowId) -> Done:
    """Count a use: the most used come first."""
    services_of(request).workplace.replies.count_use(canned_id)
    return Done()


@router.get("/conversations/{conversation_id}/suggestions", summary="知识库里的参考答案")
def suggestions(request: Request, member: Agent, conversation_id: ConversationId, q: Search = "") -> Suggestions:
    """What the knowledge base has on the resident's last words, or on `q`."""
    question, found = services_of(request).workplace.learning.suggest(conversation_id, clean(q))
    return Suggestions(question=question, found=[Suggestion(**vars(one)) for one in found])


@router.post("/conversations/{conversation_id}/macros/{macro_id}", summary="执行快捷操作", dependencies=GENUINE)
def run_macro(request: Request, member: Agent, conversation_id: ConversationId, macro_id: RowId, body: MacroRun) -> MacroDone:
    """Run a macro; refused as a whole when any of its steps is."""
    done = services_of(request).workplace.macros.run(macro_id, conversation_id, member.staff, run_id=body.run_id)
    return MacroDone(steps=list(done.steps), case=done.case)


@router.post("/conversations/{conversation_id}/label", summary="贴上或取下标签", dependencies=GENUINE)
def label(request: Request, member: Agent, conversation_id: ConversationId, body: Label) -> Done:
    """Put a label on a conversation, or take it off."""
    services_of(request).workplace.sidework.label(conversation_id, clean(body.label), body.on, member.staff)
    return Done()


@router.post("/conversations/{conversation_id}/transfer", summary="转给别的组或同事", dependencies=GENUINE)
def transfer(request: Request, member: Agent, conversation_id: ConversationId, body: Transfer) -> Conversation:
    """Pass the conversation on to a team; a supervisor may name a colleague."""
    services = services_of(request)
    if body.to:
        _need(member, "take_from_colleague")
        return shown(services.handoff.assign(conversation_id, _colleague(request, body.to), member.staff))
    majors = {name.partition(" / ")[0] for _, name in services.cases.categories()}
    if body.team and body.team not in majors:
        raise Invalid("team")
    services.handoff.transfer(conversation_id, member.staff, body.team or None, why=clean(body.why))
    return shown(services.handoff.get(conversation_id))


@router.post("/conversations/{conversation_id}/watch", summary="督看（记入审计）", dependencies=GENUINE)
def watch(request: Request, member: Supervisor, conversation_id: ConversationId) -> Done:
    """Look on while a colleague talks; that one looked is written down."""
    services_of(request).handoff.watch(conversation_id, member.staff)
    return Done()


@router.post("/conversations/{conversation_id}/called-back", summary="回拨已完成", dependencies=GENUINE)
def called_back(request: Request, member: Agent, conversation_id: ConversationId) -> Done:
    """A promised call was made."""
    services_of(request).handoff.called_back(conversation_id, member.staff)
    return Done()


@router.post(
    "/conversations/{conversation_id}/messages/{position}/draft", summary="把一句答复做成问答草稿", dependencies=GENUINE
)
def draft(request: Request, member: Agent, conversation_id: ConversationId, position: Position) -> Drafted:
    """A draft FAQ of a reply; editors and reviewers do the rest."""
    _need(member, "suggest_knowledge")
    ident = services_of(request).workplace.learning.draft_answer(conversation_id, position, member.staff)
    return Drafted(address=f"/admin/knowledge/drafts/{ident}" if member.may("edit_knowledge") else "")


@router.post("/notices/{notice_id}/seen", summary="提醒看过了", dependencies=GENUINE)
def notice_seen(request: Request, member: Agent, notice_id: RowId) -> Done:
    """A notice needs to be shown no longer."""
    services_of(request).handoff.see_notice(notice_id, member.staff)
    return Done()


@router.post("/shift-notes", summary="写交接班留言", dependencies=GENUINE)
def hand_over(request: Request, member: Agent, body: ShiftText) -> Done:
    """Leave something for the next shift."""
    services_of(request).workplace.sidework.hand_over(needed("text", body.text, SHIFT_NOTE_AT_MOST), member.staff)
    return Done()


@router.post("/shift-notes/{note_id}/done", summary="交接的事办好了", dependencies=GENUINE)
def shift_note_done(request: Request, member: Agent, note_id: RowId) -> Done:
    """Somebody has dealt with it."""
    services_of(request).workplace.sidework.shift_note_done(note_id, member.staff)
    return Done()


@router.post("/me/away", summary="离开一下，或者回来", dependencies=GENUINE)
def away(request: Request, member: Agent, on: Annotated[bool, Query()] = True) -> Done:
    """Take no new conversations for a while, or again."""
    services_of(request).handoff.presence.beat(member.staff, active=True, away=on)
    return Done()


def _at_hand(one: Offered) -> AtHand:
    return AtHand(id=one.id, shortcut=one.shortcut, title=one.title, text=one.text, missing=list(one.missing))


def _colleague(request: Request, staff_id: int) -> StaffView:
    found = next((one for one in services_of(request).staff.list() if one.id == staff_id and one.active), None)
    if found is None:
        raise NotFound(f"account {staff_id}")
    return found.view


def _need(member: SignedIn, right: str) -> None:
    if not member.may(right):
        raise NotPermitted(right)
