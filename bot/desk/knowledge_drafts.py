"""Writing and reviewing texts of the knowledge base: the editor, what waits for a second person, the review."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, Refused, ServiceError
from bot.desk.guards import KnowledgeEditor, KnowledgeReader, KnowledgeReviewer, SignedIn, check_form, services_of
from bot.desk.inputs import Field, RowId, Search, optional
from bot.desk.knowledge_forms import Act, Typed, act_of, article_of, instant_of, number_of, typed_from, typed_of
from bot.desk.knowledge_pages import to_document, view
from bot.desk.rendering import page
from bot.desk.routes import PageRoute
from bot.services.article_text import ArticleText, Part, free_heading, lacks, merge_parts, read_text, split_part
from bot.services.draft_states import allows
from bot.services.editing import WHY_AT_MOST
from bot.services.editing_rows import StaleDraft
from bot.services.editing_views import DraftView
from bot.services.text_changes import changes
from knowledge.importers.articles import KINDS


class WidePageRoute(PageRoute):
    """A page whose form may hold a long text; more than fits is refused with the text still in the form."""

    body_at_most = 12 * 1024 * 1024  # bytes; a million Chinese characters, as browsers write them in forms, are nine


router = APIRouter(prefix="/knowledge", route_class=WidePageRoute, include_in_schema=False)


async def _read(request: Request) -> FormData:
    return await request.form()


Sent = Annotated[FormData, Depends(_read)]


@router.post("/new")
def new(request: Request, member: KnowledgeEditor, kind: Field = "", csrf: Field = "") -> Response:
    """An empty draft of a new text, opened in the editor."""
    check_form(member, csrf)
    if kind not in KINDS:
        raise Invalid("knowledge_kind")
    return _to_draft(services_of(request).editing.start_new(kind, member.staff))


@router.post("/document/edit")
def edit(request: Request, member: KnowledgeEditor, path: Field = "", csrf: Field = "") -> Response:
    """The document's draft, opened in the editor."""
    check_form(member, csrf)
    return _to_draft(services_of(request).editing.start_edit(path, member.staff))


@router.get("/drafts/{draft_id}")
def draft_page(
    request: Request, member: KnowledgeReader, draft_id: RowId, saved: bool = False, done: Search = ""
) -> Response:  # fmt: skip
    """The editor, or the draft to look at while it may not be changed."""
    draft = services_of(request).editing.draft(draft_id)
    if member.may("edit_knowledge") and allows(draft.state, "save"):
        return _editor(request, member, draft, typed_of(draft.article, draft.why), saved=saved)
    return _review(request, member, draft, done=done)


@router.post("/drafts/{draft_id}")
def save(request: Request, member: KnowledgeEditor, draft_id: RowId, form: Sent) -> Response:
    """Keep what was typed, then do what the button says. Whatever is refused comes back with everything typed."""
    editing, typed, act = services_of(request).editing, typed_from(form), act_of(form)
    draft = editing.draft(draft_id)
    edition = number_of(form.get("edition")) or 0
    try:
        check_form(member, str(form.get("csrf") or ""))
        if act.name == "discard":
            editing.discard(draft_id, member.staff)
            return RedirectResponse("/admin/knowledge/documents", 303)
        article = _rearranged(article_of(typed, draft.article), act)
        why = optional("why", typed.why, WHY_AT_MOST)
        kept = editing.save(draft_id, edition, article, member.staff, why)
    except StaleDraft as error:
        return _editor(request, member, editing.draft(draft_id), typed, error, stale=True)
    except (Refused, Invalid) as error:
        return _editor(request, member, replace(draft, edition=edition), typed, error)
    if act.name != "hand":
        anchor = f"#part-{act.at}" if act.name in ("split", "merge", "up") else ""
        return RedirectResponse(f"/admin/knowledge/drafts/{draft_id}?saved=1{anchor}", 303)
    try:
        editing.hand_in(draft_id, kept.edition, member.staff, why)
    except (Refused, Invalid) as error:
        return _editor(request, member, kept, typed_of(kept.article, why), error)
    return to_document(kept.path, "handed_in")


@router.post("/drafts/{draft_id}/take-back")
def take_back(request: Request, member: KnowledgeEditor, draft_id: RowId, csrf: Field = "") -> Response:
    """Write on in a draft that waits."""
    check_form(member, csrf)
    return _to_draft(services_of(request).editing.take_back(draft_id, member.staff))


@router.get("/waiting")
def waiting(request: Request, member: KnowledgeReader) -> Response:
    """What waits for a second person."""
    services = services_of(request)
    drafts, library = services.editing.waiting(), services.library
    warnings = {draft.id: Counter(one.kind for one in library.warnings(draft.path, draft.article)) for draft in drafts}
    endings = {draft.id: library.ending(draft.article) for draft in drafts}
    return view("waiting.html", member, "waiting", {"drafts": drafts, "warnings": warnings, "endings": endings})


@router.post("/drafts/{draft_id}/review")
def review(
    request: Request, member: KnowledgeReviewer, draft_id: RowId, *, verdict: Field = "", note: Field = "", edition: Field = "",
    when: Field = "now", day: Field = "", hour: Field = "", csrf: Field = "",
) -> Response:  # fmt: skip
    """Publish at once, at an hour, or send back with the reason."""
    services = services_of(request)
    typed = {"note": note, "when": when, "day": day, "hour": hour}
    try:
        check_form(member, csrf)
        seen = number_of(edition) or 0
        reason = optional("review_note", note, WHY_AT_MOST)
        if verdict == "approve":
            at = instant_of(day.strip(), hour.strip()) if when == "later" else None
            done = services.reviewing.approve(draft_id, seen, member.staff, note=reason, publish_at=at)
        else:
            done = services.reviewing.reject(draft_id, seen, member.staff, reason)
    except (Refused, Invalid) as error:
        return _review(request, member, services.editing.draft(draft_id), error, typed=typed)
    if services.gate.view(draft_id).state != "none":
        return RedirectResponse(f"/admin/knowledge/drafts/{draft_id}?done=checking", 303)
    return to_document(done.path, {"published": "published", "approved": "planned"}.get(done.state, "rejected"))


@router.get("/drafts/{draft_id}/gate")
def gate_state(request: Request, member: KnowledgeReader, draft_id: RowId) -> Response:
    """The line that says how far asking the golden questions is; a script asks for it."""
    return page("knowledge/gate_line.html", {"gate": services_of(request).gate.view(draft_id)})


@router.post("/answers/{change_id}")
def decide(request: Request, member: KnowledgeReviewer, change_id: RowId, verdict: Field = "", csrf: Field = "") -> Response:
    """Accept or refuse one answer that a draft changes."""
    check_form(member, csrf)
    draft_id = services_of(request).gate.decide(change_id, verdict, member.staff)
    return RedirectResponse(f"/admin/knowledge/drafts/{draft_id}?done=answer_{verdict}#answer-{change_id}", 303)


def _to_draft(draft: DraftView) -> Response:
    return RedirectResponse(f"/admin/knowledge/drafts/{draft.id}", 303)


def _rearranged(article: ArticleText, act: Act) -> ArticleText:
    """The text after a button beside a passage was pressed."""
    parts, at = article.parts, act.at
    if act.name == "add":
        parts = (*parts, Part(free_heading("新的一段", (part.heading for part in parts)), ""))
    elif at < len(parts):
        if act.name == "split":
            parts = split_part(parts, at, act.cursor)
        elif act.name == "merge":
            parts = merge_parts(parts, at)
        elif act.name == "remove":
            parts = (*parts[:at], *parts[at + 1 :])
        elif act.name == "up" and at:
            parts = (*parts[: at - 1], parts[at], parts[at - 1], *parts[at + 1 :])
    return replace(article, parts=parts)


def _editor(
    request: Request, member: SignedIn, draft: DraftView, typed: Typed, error: ServiceError | None = None, *,
    saved: bool = False, stale: bool = False,
) -> Response:  # fmt: skip
    library = services_of(request).library
    context: dict[str, Any] = {
        "draft": draft, "typed": typed, "saved": saved, "missing": lacks(draft.path, draft.text) if saved else "",
        "warnings": library.warnings(draft.path, draft.article) if saved else [], "differences": [],
        "ending": library.ending(draft.article),
    }  # fmt: skip
    if stale:
        theirs = draft.article
        mine = replace(theirs, parts=tuple(Part(part.heading, part.text, part.on) for part in typed.parts))
        context["differences"] = changes(theirs, replace(mine, title=typed["title"]))
    return view("editor.html", member, "documents", context, error)


def _review(
    request: Request,
    member: SignedIn,
    draft: DraftView,
    error: ServiceError | None = None,
    *,
    typed: dict[str, str] | None = None,
    done: str = "",
) -> Response:
    services = services_of(request)
    text = services.library.text(draft.path)
    context = {
        "draft": draft, "article": draft.article, "changes": changes(read_text(text, ""), draft.article) if text else [],
        "is_new": text is None, "warnings": services.library.warnings(draft.path, draft.article),
        "own": member.staff.owner in draft.author_ids, "can_review": allows(draft.state, "approve"),
        "can_take_back": allows(draft.state, "take_back"), "typed": typed or {"note": "", "when": "now", "day": "", "hour": ""},
        "gate": services.gate.view(draft.id), "done": done, "ending": services.library.ending(draft.article),
    }  # fmt: skip
    return view("review.html", member, "waiting", context, error)
