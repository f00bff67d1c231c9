"""The lexicon at the desk: everyday words and official terms, by hand or by table, with what was changed and a way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, NotFound, Refused, ServiceError
from bot.desk.guards import KnowledgeEditor, KnowledgeReader, SignedIn, check_form, services_of
from bot.desk.inputs import Field, Search, clean
from bot.desk.knowledge_pages import view
from bot.desk.knowledge_upload import FileRoute
from bot.desk.rendering import SECURITY_HEADERS
from bot.services.lexicon import LexiconEditing
from bot.services.views import StaffView

router = APIRouter(prefix="/knowledge", route_class=FileRoute, include_in_schema=False)
SHOWN = 40
HOME = "/admin/knowledge/lexicon"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Typed:
    """What was typed into the form."""

    everyday: str = ""
    official: str = ""


@router.get("/lexicon")
def lexicon(request: Request, member: KnowledgeReader, q: Search = "", word: Search = "", done: Search = "") -> Response:
    """The table; `word` is one to change."""
    known = [one for one in services_of(request).lexicon.entries(clean(word)) if one.everyday == clean(word)] if word else []
    typed = Typed(known[0].everyday, "；".join(known[0].official)) if known else Typed(clean(word))
    return _lexicon(request, member, typed=typed, q=clean(q), done=done)


@router.post("/lexicon")
def put(request: Request, member: KnowledgeEditor, everyday: Field = "", official: Field = "", csrf: Field = "") -> Response:
    """Add or change a word."""
    typed = Typed(clean(everyday), clean(official))

    def act(table: LexiconEditing, by: StaffView) -> str:
        return "lexicon_put" if table.put(typed.everyday, typed.official, by) else "lexicon_same"

    return _done(request, member, csrf, act, typed)


@router.post("/lexicon/remove")
def remove(request: Request, member: KnowledgeEditor, everyday: Field = "", csrf: Field = "") -> Response:
    """Take a word out."""

    def act(table: LexiconEditing, by: StaffView) -> str:
        table.remove(everyday, by)
        return "lexicon_removed"

    return _done(request, member, csrf, act)


@router.post("/lexicon/undo")
def undo(request: Request, member: KnowledgeEditor, batch: Field = "", csrf: Field = "") -> Response:
    """Back to what was before some changes."""

    def act(table: LexiconEditing, by: StaffView) -> str:
        table.undo(batch, by)
        return "lexicon_undone"

    return _done(request, member, csrf, act)


@router.post("/lexicon/import")
def bring(
    request: Request, member: KnowledgeEditor, *, file: Annotated[UploadFile | None, File()] = None, csrf: Field = ""
) -> Response:
    """Words of a table, all or none."""

    def act(table: LexiconEditing, by: StaffView) -> str:
        name, data = (file.filename or "", file.file.read()) if file else ("", b"")
        if not name:
            raise Invalid("upload_none")
        return "lexicon_brought" if table.bring(name, data, by) else "lexicon_same"

    return _done(request, member, csrf, act)


@router.get("/lexicon.csv")
def as_csv(request: Request, member: KnowledgeReader) -> Response:
    """The table for Excel or WPS."""
    return _file(services_of(request).lexicon.csv(), "lexicon.csv", "text/csv; charset=utf-8")


@router.get("/lexicon.xlsx")
def as_xlsx(request: Request, member: KnowledgeReader) -> Response:
    """The same as a workbook."""
    return _file(services_of(request).lexicon.xlsx(), "lexicon.xlsx", XLSX)


def _file(data: bytes, name: str, kind: str) -> Response:
    headers = SECURITY_HEADERS | {"Content-Disposition": f"attachment; filename={name}"}
    return Response(data, media_type=kind, headers=headers)


def _done(
    request: Request, member: SignedIn, csrf: str, act: Callable[[LexiconEditing, StaffView], str], typed: Typed = Typed()
) -> Response:
    try:
        check_form(member, csrf)
        done = act(services_of(request).lexicon, member.staff)
    except (Refused, Invalid, NotFound) as error:
        return _lexicon(request, member, error, typed=typed)
    return RedirectResponse(f"{HOME}?done={done}", 303)


def _lexicon(
    request: Request, member: SignedIn, error: ServiceError | None = None, *, typed: Typed, q: str = "", done: str = ""
) -> Response:
    table = services_of(request).lexicon
    found = table.entries(q)
    context = {
        "entries": found[:SHOWN], "found": len(found), "typed": typed, "q": q, "done": done, "history": table.history(),
    }  # fmt: skip
    return view("lexicon.html", member, "lexicon", context, error)
