"""JSON endpoints of the desk: what its page does, open to other programs of the hotline with the same session."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from bot.cases.errors import NotPermitted
from bot.desk import purposes
from bot.desk.guards import GENUINE, Agent, services_of
from bot.desk.inputs import REPLY_AT_MOST, ConversationId, Position, needed
from bot.desk.purposes import Purpose
from bot.desk.routes import JsonRoute
from bot.services.views import ConversationView, MessageView, StaffView

router = APIRouter(prefix="/api", route_class=JsonRoute, tags=["坐席台"])


class Conversation(BaseModel):
    """会话的现状。"""

    id: str
    resident: str = Field(description="匿名称呼，不含真实姓名")
    channel: str
    owner: str = Field(description="bot 机器人；queued 排队；staff:<编号> 坐席；closed 已结束")
    owner_name: str
    queued_at: datetime | None
    queue_reason: str | None
    priority: int = Field(description="0 普通，1 紧急，2 可能有生命危险")
    open_alert: bool
    last_text: str = Field(description="居民最后一句话，个人信息已隐去")
    last_position: int


class Message(BaseModel):
    """会话里的一句话，个人信息已隐去。"""

    position: int
    sender: str = Field(description="resident、bot、system、staff、note（内部备注）")
    sender_name: str
    kind: str
    text: str
    at: datetime
    status: str
    safety: str
    sealed: bool = Field(description="为真时可请求显示原文（会记入审计）")


class Lists(BaseModel):
    """左栏的三个列表。"""

    queue: list[Conversation]
    mine: list[Conversation]
    recent: list[Conversation]


class Reply(BaseModel):
    """回复居民的一句话。"""

    text: str = Field(max_length=20_000)
    client_id: str = Field(pattern=r"^[A-Za-z0-9-]{8,40}$", description="由发送方生成；同一编号只发一次")


class Note(BaseModel):
    """内部备注，居民看不到。"""

    text: str = Field(max_length=20_000)


class Original(BaseModel):
    """隐去之前的原话。"""

    text: str


class Done(BaseModel):
    """做好了。"""

    done: bool = True


@router.get("/conversations", summary="排队中、我的和最近的会话")
def get_lists(request: Request, member: Agent) -> Lists:
    """The lists of the left column."""
    handoff, scope = services_of(request).handoff, member.staff.scope
    found = (handoff.queue(scope), handoff.mine(member.staff), handoff.recent(50, scope))
    queue, mine, recent = ([shown(view) for view in views] for views in found)
    return Lists(queue=queue, mine=mine, recent=recent)


@router.get("/conversations/{conversation_id}", summary="一个会话的现状")
def get_conversation(request: Request, member: Agent, conversation_id: ConversationId) -> Conversation:
    """One conversation."""
    return shown(services_of(request).handoff.get(conversation_id))


@router.get("/conversations/{conversation_id}/messages", summary="会话内容（含内部备注）")
def get_messages(
    request: Request,
    member: Agent,
    conversation_id: ConversationId,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> list[Message]:
    """The transcript behind `after`."""
    services = services_of(request)
    services.handoff.get(conversation_id)
    return [said(view) for view in services.conversations.transcript(conversation_id, after=after, limit=limit, for_staff=True)]


@router.post("/conversations/{conversation_id}/claim", summary="接管", dependencies=GENUINE)
def claim(request: Request, member: Agent, conversation_id: ConversationId) -> Conversation:
    """Take the conversation from bot or queue; of two at once exactly one succeeds."""
    return shown(services_of(request).handoff.claim(conversation_id, member.staff))


@router.post("/conversations/{conversation_id}/take-over", summary="从同事处接手（班长、管理员）", dependencies=GENUINE)
def take_over(request: Request, member: Agent, conversation_id: ConversationId) -> Conversation:
    """Take the conversation although a colleague has it."""
    _need(member.may("take_from_colleague"), member.staff)
    return shown(services_of(request).handoff.claim(conversation_id, member.staff, from_colleague=True))


@router.post("/conversations/{conversation_id}/reply", summary="回复居民", dependencies=GENUINE)
def reply(request: Request, member: Agent, conversation_id: ConversationId, body: Reply) -> Message:
    """Say something to the resident; the same client_id twice is one message."""
    text = needed("text", body.text, REPLY_AT_MOST)
    return said(services_of(request).handoff.reply(conversation_id, member.staff, text, client_id=body.client_id))


@router.post("/conversations/{conversation_id}/note", summary="写内部备注", dependencies=GENUINE)
def note(request: Request, member: Agent, conversation_id: ConversationId, body: Note) -> Done:
    """Write a note that only staff see; a colleague named with @ is told."""
    text, services = needed("text", body.text, REPLY_AT_MOST), services_of(request)
    services.handoff.note(conversation_id, member.staff, text)
    services.workplace.sidework.mention(conversation_id, text, member.staff)
    return Done()


@router.post("/conversations/{conversation_id}/give-back", summary="交还机器人", dependencies=GENUINE)
def give_back(request: Request, member: Agent, conversation_id: ConversationId) -> Done:
    """Let the bot have the word again."""
    services_of(request).handoff.give_back(conversation_id, member.staff)
    return Done()


@router.post("/conversations/{conversation_id}/close", summary="结束会话", dependencies=GENUINE)
def close(request: Request, member: Agent, conversation_id: ConversationId) -> Done:
    """End the conversation; the resident's next message opens it again."""
    services_of(request).handoff.close(conversation_id, member.staff)
    return Done()


@router.post("/conversations/{conversation_id}/confirm-alert", summary="确认危险警报", dependencies=GENUINE)
def confirm_alert(request: Request, member: Agent, conversation_id: ConversationId) -> Done:
    """Say that a person has seen the alert and acts on it."""
    _need(member.may("take_conversation"), member.staff)
    services_of(request).handoff.confirm_alert(conversation_id, member.staff)
    return Done()


@router.post("/conversations/{conversation_id}/reveal/{position}", summary="显示原文（记入审计）", dependencies=GENUINE)
def reveal(request: Request, member: Agent, conversation_id: ConversationId, position: Position, body: Purpose) -> Original:
    """A message in clear; who looked, and what for, is written down."""
    _need(member.may("reveal_personal_data"), member.staff)
    return Original(text=services_of(request).handoff.reveal(conversation_id, position, member.staff, purposes.said(body)))


def shown(view: ConversationView) -> Conversation:
    """A conversation as JSON."""
    return Conversation(
        id=view.id, resident=view.resident_name, channel=view.channel, owner=view.owner, owner_name=view.owner_name,
        queued_at=view.queued_at, queue_reason=view.queue_reason, priority=view.priority, open_alert=view.open_alert,
        last_text=view.last_text, last_position=view.last_position,
    )  # fmt: skip


def said(view: MessageView) -> Message:
    """A message as JSON."""
    return Message(
        position=view.position, sender=view.sender, sender_name=view.sender_name, kind=view.kind, text=view.text, at=view.at,
        status=view.status, safety=view.safety, sealed=view.sealed,
    )  # fmt: skip


def _need(right: bool, staff: StaffView) -> None:
    if not right:
        raise NotPermitted(staff.role)
