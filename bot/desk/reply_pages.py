"""Canned replies and macros for whoever keeps them: list, change, import after a look at what would happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, Refused, ServiceError
from bot.cases.status import CaseStatus
from bot.desk.guards import ReplyKeeper, SignedIn, check_form, services_of
from bot.desk.inputs import Field, RowId, clean
from bot.desk.rendering import page
from bot.desk.routes import PageRoute, status_of
from bot.desk.words import sentence
from bot.services import blanks
from bot.services.macros import STEPS, STEPS_AT_MOST, Macro, Step
from bot.services.replies import Canned, ImportLine

router = APIRouter(prefix="/replies", route_class=PageRoute, include_in_schema=False)
FILE_AT_MOST = 200 * 1024


class CannedForm(BaseModel):
    """One canned reply as the form sends it."""

    csrf: str = ""
    id: int = 0
    shortcut: str = ""
    title: str = ""
    text: str = ""
    major: str = ""
    status: str = ""


class MacroForm(BaseModel):
    """One macro as the form sends it: `do` and `text` by place; a step without `do` is left out."""

    csrf: str = ""
    id: int = 0
    name: str = ""
    do: list[str] = []
    text: list[str] = []


@dataclass(frozen=True)
class _News:
    """What the answering page says beside what always stands there."""

    problem: ServiceError | None = None
    canned: CannedForm | None = None
    macro: MacroForm | None = None
    lines: tuple[ImportLine, ...] = ()
    imported: bool = False


def replies_page(request: Request, member: ReplyKeeper, edit: int = 0, macro: int = 0) -> Response:
    """Both lists; `edit` or `macro` is the one whose form is open."""
    services = services_of(request).workplace
    one = next((one for one in services.replies.all() if one.id == edit), None)
    kept = next((kept for kept in services.macros.all() if kept.id == macro), None)
    canned = CannedForm(**{name: getattr(one, name) for name in CannedForm.model_fields if name != "csrf"}) if one else None
    return _page(request, member, _News(canned=canned, macro=_form_of(kept) if kept else None))


@router.post("/canned")
def save_canned(request: Request, member: ReplyKeeper, form: Annotated[CannedForm, Form()]) -> Response:
    """Write a canned reply."""
    try:
        check_form(member, form.csrf)
        major, status = clean(form.major), clean(form.status)
        given = Canned(clean(form.shortcut), clean(form.title), clean(form.text), major, status, form.id)
        services_of(request).workplace.replies.save(given, member.staff)
    except (Refused, Invalid) as error:
        return _page(request, member, _News(error, canned=form))
    return RedirectResponse("/admin/replies#canned", 303)


@router.post("/canned/{canned_id}/remove")
def remove_canned(request: Request, member: ReplyKeeper, canned_id: RowId, csrf: Field = "") -> Response:
    """Forget a canned reply."""
    try:
        check_form(member, csrf)
    except Refused as error:
        return _page(request, member, _News(error))
    services_of(request).workplace.replies.remove(canned_id, member.staff)
    return RedirectResponse("/admin/replies#canned", 303)


@router.post("/import")
def import_canned(request: Request, member: ReplyKeeper, *, file: UploadFile, csrf: Field = "", really: Field = "") -> Response:
    """A file of canned replies: first only what would happen, then, asked for, written."""
    try:
        check_form(member, csrf)
        data = file.file.read(FILE_AT_MOST + 1)
        if len(data) > FILE_AT_MOST:
            raise Invalid("csv")
        lines = services_of(request).workplace.replies.import_csv(data, member.staff, dry_run=really != "1")
    except (Refused, Invalid) as error:
        return _page(request, member, _News(error))
    return _page(request, member, _News(lines=tuple(lines), imported=really == "1" and not any(one.refusal for one in lines)))


@router.post("/macros")
def save_macro(request: Request, member: ReplyKeeper, form: Annotated[MacroForm, Form()]) -> Response:
    """Write a macro."""
    try:
        check_form(member, form.csrf)
        steps = [Step(do, clean(text)) for do, text in zip(form.do, form.text, strict=False) if do]
        services_of(request).workplace.macros.save(form.id, clean(form.name), steps, member.staff)
    except (Refused, Invalid) as error:
        return _page(request, member, _News(error, macro=form))
    return RedirectResponse("/admin/replies#macros", 303)


@router.post("/macros/{macro_id}/remove")
def remove_macro(request: Request, member: ReplyKeeper, macro_id: RowId, csrf: Field = "") -> Response:
    """Forget a macro."""
    try:
        check_form(member, csrf)
    except Refused as error:
        return _page(request, member, _News(error))
    services_of(request).workplace.macros.remove(macro_id, member.staff)
    return RedirectResponse("/admin/replies#macros", 303)


def _form_of(kept: Macro) -> MacroForm:
    does, texts = [step.do for step in kept.steps], [step.text for step in kept.steps]
    return MacroForm(id=kept.id, name=kept.name, do=does, text=texts)


def _page(request: Request, member: SignedIn, news: _News) -> Response:
    services = services_of(request)
    majors = dict.fromkeys(name.partition(" / ")[0] for _, name in services.cases.categories())
    macro = news.macro or MacroForm()
    rows = list(zip(macro.do, macro.text, strict=False))
    context: dict[str, Any] = {
        "member": member, "here": "replies", "problem": sentence(news.problem) if news.problem else "",
        "replies": services.workplace.replies.all(), "macros": services.workplace.macros.all(),
        "typed": news.canned or CannedForm(), "macro": macro, "rows": (rows + [("", "")] * STEPS_AT_MOST)[:STEPS_AT_MOST],
        "steps": list(STEPS), "majors": list(majors), "statuses": [status.value for status in CaseStatus],
        "blanks": blanks.BLANKS, "imported": news.imported,
        "lines": [(one, sentence(one.refusal) if one.refusal else "") for one in news.lines],
    }  # fmt: skip
    return page("admin/replies.html", context, status_of(news.problem) if news.problem else 200)
