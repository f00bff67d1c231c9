"""The knowledge base at the desk: lists, a document with its versions, ways back. Writing is `knowledge_drafts`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, NotFound, Refused, ServiceError
from bot.desk.guards import KnowledgeReader, KnowledgeReviewer, SignedIn, check_form, services_of
from bot.desk.inputs import Field, RowId, Search, clean, optional
from bot.desk.rendering import page
from bot.desk.routes import PageRoute, status_of
from bot.desk.words import sentence
from bot.services.article_text import ArticleText, read_text
from bot.services.editing import WHY_AT_MOST
from bot.services.editing_views import DocumentView
from bot.services.library import STATES
from bot.services.text_changes import changes
from knowledge.regions import parse_region

router = APIRouter(prefix="/knowledge", route_class=PageRoute, include_in_schema=False)
LINES_SHOWN = 300
Path = Annotated[str, Query(max_length=300)]
Number = Annotated[int, Query(ge=0, le=100_000)]


def view(template: str, member: SignedIn, tab: str, context: dict[str, Any], error: ServiceError | None = None) -> Response:
    """A page of the knowledge base; `tab` is the part of its own menu that is marked."""
    common = {"member": member, "here": "knowledge", "tab": tab, "problem": sentence(error) if error else ""}
    return page(f"knowledge/{template}", common | context, status_of(error) if error else 200)


def to_document(path: str, notice: str = "") -> Response:
    """Back to a document's page, with a sentence about what was done."""
    from urllib.parse import urlencode

    return RedirectResponse(f"/admin/knowledge/document?{urlencode({'path': path, 'done': notice})}", 303)


@router.get("/documents")
def documents(request: Request, member: KnowledgeReader, q: Search = "", state: Search = "", region: Search = "") -> Response:
    """Own texts: what is where, what is about to end, what somebody is writing."""
    library = services_of(request).library
    error, place = None, clean(region)
    if place and parse_region(place) is None:
        error, place = Invalid("knowledge_region", region=place[:20]), ""
    lines = library.lines(clean(q), state if state in STATES else "", place)
    context = {
        "lines": lines[:LINES_SHOWN], "found": len(lines), "counts": library.counts(), "states": STATES, "q": q,
        "state": state, "region": region,
    }  # fmt: skip
    return view("documents.html", member, "documents", context, error)


@router.get("/statutes")
def statutes(request: Request, member: KnowledgeReader, q: Search = "", region: Search = "") -> Response:
    """Statutes, to read only."""
    lines, found = services_of(request).library.statutes(clean(q), clean(region))
    return view("statutes.html", member, "statutes", {"lines": lines, "found": found, "q": q, "region": region})


@router.get("/statutes/{statute_id}")
def statute(request: Request, member: KnowledgeReader, statute_id: RowId) -> Response:
    """One statute, article by article."""
    passages = services_of(request).library.statute(statute_id)
    if not passages:
        raise NotFound()
    context = {
        "passages": passages,
        "first": passages[0],
        "quoted": services_of(request).recalls.is_quoted(passages[0].document),
    }
    return view("statute.html", member, "statutes", context)


@router.get("/document")
def document(request: Request, member: KnowledgeReader, path: Path, done: Search = "") -> Response:
    """One own text: what residents are answered, its state, its versions, what happened to it."""
    return _document(request, member, path, done=done)


@router.get("/document/state")
def document_state(request: Request, member: KnowledgeReader, path: Path) -> Response:
    """The line that says whether residents are answered from the newest version yet; a script asks for it."""
    found = services_of(request).editing.document_at(path)
    return page("knowledge/state_line.html", {"document": found})


@router.get("/document/compare")
def compare(request: Request, member: KnowledgeReader, path: Path, old: Number, new: Number) -> Response:
    """What differs between two versions; 0 is the text that comes with the system."""
    found = services_of(request).editing.document_at(path)
    if found is None:
        raise NotFound()
    texts = [_version(request, found, number) for number in (old, new)]
    context = {"document": found, "old": old, "new": new, "changes": changes(*texts), "article": texts[1]}
    context["shipped"] = services_of(request).editing.shipped.text(path) is not None
    return view("compare.html", member, "documents", context)


@router.post("/document/restore")
def restore(
    request: Request, member: KnowledgeReviewer, *, path: Field = "", number: Field = "", why: Field = "", csrf: Field = ""
) -> Response:
    """A new version equal to an old one."""
    try:
        check_form(member, csrf)
        document_id = _known(request, path).id
        wanted = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else -1  # noqa: PLR2004  # no such version
        services_of(request).reviewing.restore(document_id, wanted, member.staff, _why(why))
    except (Refused, Invalid) as error:
        return _document(request, member, path, error, why=why)
    return to_document(path, "restored")


@router.post("/document/withdraw")
def withdraw(
    request: Request, member: KnowledgeReviewer, *, path: Field = "", why: Field = "", back: Field = "", csrf: Field = ""
) -> Response:
    """Let a text answer nobody any more; or answer again (`back`)."""
    reviewing = services_of(request).reviewing
    try:
        check_form(member, csrf)
        reason, document_id = _why(why), reviewing.adopt(path, member.staff).id
        (reviewing.bring_back if back == "1" else reviewing.withdraw)(document_id, member.staff, reason)
    except (Refused, Invalid) as error:
        return _document(request, member, path, error, why=why)
    return to_document(path, "brought_back" if back == "1" else "withdrawn")


def _document(
    request: Request, member: SignedIn, path: str, error: ServiceError | None = None, *, why: str = "", done: str = ""
) -> Response:
    services = services_of(request)
    found, text = services.editing.document_at(path), services.library.text(path)
    if found is None and text is None:
        raise NotFound()
    article = read_text(text, "") if text else (found.draft.article if found and found.draft else None)
    lines = [line for line in services.library.lines() if line.path == path]
    context = {
        "path": path, "document": found, "article": article, "answers": text is not None, "line": lines[0] if lines else None,
        "shipped": services.editing.shipped.text(path) is not None, "why": why, "done": done,
    }  # fmt: skip
    return view("document.html", member, "documents", context, error)


def _version(request: Request, found: DocumentView, number: int) -> ArticleText:
    if number == 0:
        text = services_of(request).editing.shipped.text(found.path)
    else:
        text = next((version.text for version in found.versions if version.number == number), None)
    if text is None:
        raise NotFound()
    return read_text(text, "")


def _known(request: Request, path: str) -> DocumentView:
    found = services_of(request).editing.document_at(path)
    if found is None:
        raise NotFound()
    return found


def _why(text: str) -> str:
    return optional("why", text, WHY_AT_MOST)
