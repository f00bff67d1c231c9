"""Beside words: photos and files to the resident, and that somebody is typing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from bot.cases.errors import Invalid
from bot.desk.api import Done, Message, said
from bot.desk.files import served
from bot.desk.guards import GENUINE, Agent, services_of
from bot.desk.inputs import ConversationId, Position
from bot.desk.routes import JsonRoute, PageRoute
from bot.services.upload_kinds import read_upload


class UploadRoute(JsonRoute):
    """A JSON answer to a file."""

    body_at_most = 51 * 1024 * 1024  # bytes; the setting ends at 50 MB


router = APIRouter(prefix="/api", route_class=JsonRoute, tags=["坐席台"])
uploads = APIRouter(prefix="/api", route_class=UploadRoute, tags=["坐席台"])
pages = APIRouter(route_class=PageRoute, include_in_schema=False)


@uploads.post("/conversations/{conversation_id}/file", summary="给居民发照片或文件", dependencies=GENUINE)
def send_file(
    request: Request, member: Agent, conversation_id: ConversationId, file: Annotated[UploadFile, File()],
    client_id: Annotated[str, Form(pattern=r"^[A-Za-z0-9-]{8,40}$")],
) -> Message:  # fmt: skip
    """Send a photo or file; what it is, its bytes decide, as with residents' own. The same client_id twice is one message."""
    services = services_of(request)
    most, data = services.settings.max_upload_mb, file.file.read()
    if len(data) > most * 1024 * 1024:
        raise Invalid("file_large", limit=str(most))
    upload = read_upload(file.filename or "", data)
    return said(services.sending.send(conversation_id, member.staff, upload, client_id=client_id))


@router.post("/conversations/{conversation_id}/typing", summary="告诉居民有人在输入", dependencies=GENUINE)
def typing(request: Request, member: Agent, conversation_id: ConversationId) -> Done:
    """The resident's open page says for some seconds that somebody types. Nothing is kept."""
    services_of(request).sending.typing(conversation_id, member.staff)
    return Done()


@pages.get("/c/{conversation_id}/sent/{position}")
def sent_file(request: Request, member: Agent, conversation_id: ConversationId, position: Position) -> Response:
    """What staff sent at a position of a conversation."""
    return served(services_of(request).sending.file(conversation_id, position))
