"""Bringing files into the knowledge base: choose, look at what would become of them, keep as drafts."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from starlette.responses import Response

from bot.cases.errors import Invalid, Refused, ServiceError
from bot.desk.guards import KnowledgeEditor, SignedIn, check_form, services_of
from bot.desk.inputs import Field, optional
from bot.desk.knowledge_forms import day_of
from bot.desk.knowledge_pages import view
from bot.desk.rendering import SECURITY_HEADERS
from bot.desk.routes import PageRoute
from bot.services.uploads import Preview
from knowledge.importers.preview import template
from knowledge.regions import parse_region


class FileRoute(PageRoute):
    """A page that takes a file; what is larger than the setting allows is refused by the page itself."""

    body_at_most = 60 * 1024 * 1024  # bytes; the setting ends at 50 MB


router = APIRouter(prefix="/knowledge", route_class=FileRoute, include_in_schema=False)
DOCUMENTS_SHOWN = 50


@router.get("/upload")
def upload_page(request: Request, member: KnowledgeEditor) -> Response:
    """Choose a file."""
    return _choose(request, member)


@router.get("/faq-template.csv")
def faq_template(member: KnowledgeEditor) -> Response:
    """The table to fill in for many questions at once."""
    headers = SECURITY_HEADERS | {"Content-Disposition": "attachment; filename=faq-template.csv"}
    return Response(template(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/upload")
def preview(
    request: Request, member: KnowledgeEditor, *, file: Annotated[UploadFile | None, File()] = None, csrf: Field = ""
) -> Response:
    """What the file would become; nothing is in the knowledge base yet."""
    services = services_of(request)
    try:
        check_form(member, csrf)
        name, data = (file.filename or "", file.file.read()) if file else ("", b"")
        if not name:
            raise Invalid("upload_none")
        most = services.settings.max_upload_mb
        if len(data) > most * 1024 * 1024:
            raise Invalid("upload_large", limit=str(most))
        return _look(member, services.uploads.read(name, data, member.staff))
    except (Refused, Invalid) as error:
        return _choose(request, member, error)


@router.post("/upload/keep")
def keep(
    request: Request, member: KnowledgeEditor, *, token: Field = "", category: Field = "", region: Field = "",
    issuer: Field = "", valid_from: Field = "", csrf: Field = "",
) -> Response:  # fmt: skip
    """Drafts of everything in the preview."""
    uploads = services_of(request).uploads
    typed = {"category": category, "region": region, "issuer": issuer, "valid_from": valid_from}
    try:
        check_form(member, csrf)
        place = parse_region(region) if region.strip() else None
        if region.strip() and place is None:
            raise Invalid("knowledge_region", region=region[:20])
        filled = {
            "category": optional("knowledge_category", category, 40), "issuer": optional("knowledge_issuer", issuer, 80),
            "region": place.label if place else "", "valid_from": day_of("valid_from", valid_from.strip()),
        }  # fmt: skip
        kept = uploads.keep(token, member.staff, filled)
    except (Refused, Invalid) as error:
        try:
            return _look(member, uploads.again(token, member.staff), error, typed)
        except Refused:
            return _choose(request, member, error)
    return view("kept.html", member, "upload", {"drafts": kept})


def _choose(request: Request, member: SignedIn, error: ServiceError | None = None) -> Response:
    return view("upload.html", member, "upload", {"most": services_of(request).settings.max_upload_mb}, error)


def _look(
    member: SignedIn, preview: Preview, error: ServiceError | None = None, typed: dict[str, Any] | None = None
) -> Response:
    blank = {"category": "", "region": "", "issuer": "", "valid_from": ""}
    context = {"preview": preview, "typed": typed or blank, "most": DOCUMENTS_SHOWN}
    return view("preview.html", member, "upload", context, error)
