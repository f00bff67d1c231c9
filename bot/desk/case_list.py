"""Cases at the desk as lists: ready-made ones, filters, search, the same move on several, and a copy to take along."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Query, Request
from fastapi import Form as FormOf
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, Refused
from bot.cases.status import CaseStatus
from bot.desk.case_pages import event_named
from bot.desk.guards import CaseWorker, SignedIn, check_form, services_of
from bot.desk.inputs import RowId, Search, clean, optional
from bot.desk.rendering import SECURITY_HEADERS, page
from bot.desk.routes import PageRoute, status_of
from bot.desk.words import sentence
from bot.services.case_copies import Form
from bot.services.case_desk import BATCH_MOVES, COUNTED, Done
from bot.services.saved_lists import NAME_AT_MOST, QUERY_AT_MOST, SavedLists

router = APIRouter(route_class=PageRoute, include_in_schema=False)
#: Lists shown first; "all" finds closed cases too.
FIRST, EVERYTHING = "open", "all"
Code = Annotated[str, Query(max_length=40)]
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


class Asked(BaseModel):
    """The filters of a list, as they stand in its address. `list`: a ready-made list by key; empty: by what else is asked."""

    list: str = ""
    status: str = ""
    q: str = ""
    unit: str = ""
    area: str = ""
    major: str = ""
    nature: str = ""
    page: int = 1

    @property
    def key(self) -> str:
        """The ready-made list: who looks for words or a status looks in all cases."""
        return self.list or (EVERYTHING if self.q or self.status else FIRST)

    def address(self, **change: Any) -> str:
        """The query of this list with something changed."""
        return urlencode({name: value for name, value in (self.model_dump() | change).items() if value and value != 1})


#: Filters a saved list keeps.
KEPT = frozenset(Asked.model_fields) - {"page"}


class ListForm(BaseModel):
    """A list somebody wants to keep: its name, and the query of its address."""

    csrf: str = ""
    name: str = ""
    query: str = ""


class BatchForm(BaseModel):
    """A move on the cases that were ticked."""

    csrf: str = ""
    number: list[str] = []
    event: str = ""
    text: str = ""
    unit: str = ""
    category: str = ""


@router.get("/cases")
def case_list(
    request: Request, member: CaseWorker, list: Code = "", status: Code = "", q: Search = "", unit: Code = "",
    area: Code = "", major: Code = "", nature: Code = "", page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:  # fmt: skip
    """One page of cases."""
    known = status if status in set(CaseStatus) else ""
    asked = Asked(list=list, status=known, q=clean(q), unit=unit, area=area, major=major, nature=nature, page=page)
    return _list(request, member, asked)


@router.get("/cases/export.{form}")
def export(
    request: Request, member: CaseWorker, form: Form, list: Code = "", status: Code = "", q: Search = "", unit: Code = "",
    area: Code = "", major: Code = "", nature: Code = "",
) -> Response:  # fmt: skip
    """The list as CSV or as a workbook, with a line that says who took it; the copy is written down in the audit."""
    known = status if status in set(CaseStatus) else ""
    asked = Asked(list=list, status=known, q=clean(q), unit=unit, area=area, major=major, nature=nature)
    data = services_of(request).case_desk.export(_filter(request, member, asked), member.staff, form)
    headers = SECURITY_HEADERS | {"Content-Disposition": f'attachment; filename="cases.{form}"'}
    return Response(data, media_type=MEDIA_TYPES[form], headers=headers)


@router.post("/cases/lists")
def save_list(request: Request, member: CaseWorker, form: Annotated[ListForm, FormOf()]) -> Response:
    """Keep the filters of a list under a name of one's own."""
    try:
        check_form(member, form.csrf)
        known = Asked.model_validate({key: value for key, value in parse_qsl(form.query[:QUERY_AT_MOST]) if key in KEPT})
        saved = _saved(request).save(member.staff, clean(form.name), known.address(page=0))
    except (Refused, Invalid) as error:
        return _list(request, member, Asked(), problem=sentence(error), status=status_of(error))
    return RedirectResponse(f"/desk/cases?{saved.query}", 303)


@router.post("/cases/lists/{list_id}/drop")
def drop_list(request: Request, member: CaseWorker, list_id: RowId, csrf: Annotated[str, FormOf()] = "") -> Response:
    """Forget one of one's own lists."""
    check_form(member, csrf)
    _saved(request).drop(member.staff, list_id)
    return RedirectResponse("/desk/cases", 303)


@router.post("/cases/batch")
def batch(request: Request, member: CaseWorker, form: Annotated[BatchForm, FormOf()]) -> Response:
    """The same move on several cases; each one that refuses is named with its reason."""
    try:
        check_form(member, form.csrf)
        detail = {name: value for name, value in (("unit", form.unit), ("category", form.category)) if value}
        words = optional("text", form.text, 500)
        done = services_of(request).case_desk.batch(form.number, event_named(form.event), member.staff, words, detail)
    except (Refused, Invalid) as error:
        return _list(request, member, Asked(), problem=sentence(error), status=status_of(error))
    return _list(request, member, Asked(), done=done)


def _saved(request: Request) -> SavedLists:
    services = services_of(request)
    return SavedLists(services.database, services.clock)


def _filter(request: Request, member: SignedIn, asked: Asked) -> Any:
    desk = services_of(request).case_desk
    return desk.filter_of(
        member.staff,
        asked.key,
        status=asked.status,
        text=asked.q,
        unit=asked.unit,
        area=asked.area,
        major=asked.major,
        nature=asked.nature,
    )


def _list(
    request: Request, member: SignedIn, asked: Asked, *, problem: str = "", done: list[Done] | None = None, status: int = 200
) -> Response:
    desk = services_of(request).case_desk
    found = desk.page(_filter(request, member, asked), asked.page)
    majors = dict.fromkeys(name.partition(" / ")[0] for _, name in services_of(request).cases.categories())
    context = {
        "member": member, "here": "cases", "asked": asked, "found": found, "counted": COUNTED, "presets": desk.presets(),
        "statuses": list(CaseStatus), "units": desk.units(), "areas": desk.areas(), "majors": list(majors),
        "natures": desk.natures(), "saved": _saved(request).of(member.staff), "name_at_most": NAME_AT_MOST,
        "here_query": asked.address(page=0),
        "batch_moves": BATCH_MOVES if member.may("move_case") else (), "problem": problem,
        "went_well": [one.number for one in done or () if one.problem is None],
        "refused": [(one.number, sentence(one.problem)) for one in done or () if one.problem is not None],
        "categories": services_of(request).cases.categories(),
    }  # fmt: skip
    return page("cases.html", context, status)
