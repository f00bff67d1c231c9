"""The district's tables for the administrator: what nobody answers for, each table with its versions, out and in again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Path, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from bot.cases.errors import Invalid, Refused, ServiceError
from bot.desk.guards import Admin, SignedIn, check_form, services_of
from bot.desk.inputs import Field, RowId, optional
from bot.desk.rendering import SECURITY_HEADERS, page
from bot.desk.routes import PageRoute, status_of
from bot.desk.words import sentence
from bot.services.district import NAMES
from bot.services.district_tables import MOST_BYTES

router = APIRouter(prefix="/district", route_class=PageRoute, include_in_schema=False)
TableName = Annotated[str, Path(pattern=r"^[a-z_]{3,30}$")]
HOLES_SHOWN, ROWS_SHOWN = 200, 300
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@router.get("/holes")
def holes(request: Request, member: Admin) -> Response:
    """What nobody answers for, before it hurts."""
    found = services_of(request).district_tables.holes()
    return page("admin/holes.html", {"member": member, "here": "district", "holes": found, "most": HOLES_SHOWN})


@router.get("/tables/{name}")
def table(request: Request, member: Admin, name: TableName, kept: bool = False) -> Response:
    """One table with its versions and the form for a new one."""
    return _table(request, member, name, kept=kept)


@router.get("/tables/{name}/{kind}")
def download(request: Request, member: Admin, name: TableName, kind: Annotated[str, Path(pattern="^(csv|xlsx)$")]) -> Response:
    """A table for a spreadsheet."""
    tables = services_of(request).district_tables
    data = tables.as_csv(name) if kind == "csv" else tables.as_xlsx(name)
    headers = SECURITY_HEADERS | {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(data, media_type=TYPES[kind], headers=headers)


@router.post("/tables/{name}")
def upload(
    request: Request, member: Admin, name: TableName, *, file: Annotated[UploadFile | None, File()] = None, note: Field = "",
    csrf: Field = "",
) -> Response:  # fmt: skip
    """Put an uploaded table in force, if nothing is wrong with it."""
    tables = services_of(request).district_tables
    try:
        check_form(member, csrf)
        if file is None or not file.filename:
            raise Invalid("table", problems="请先选一个文件")
        rows = tables.read(name, file.filename, file.file.read(MOST_BYTES + 1))
        tables.keep(name, rows, member.staff, optional("text", note, 200))
    except (Refused, Invalid) as error:
        return _table(request, member, name, error)
    return RedirectResponse(f"/admin/district/tables/{name}?kept=1", 303)


@router.post("/tables/{name}/restore/{number}")
def restore(request: Request, member: Admin, name: TableName, number: RowId, csrf: Field = "") -> Response:
    """Put an earlier version in force again."""
    try:
        check_form(member, csrf)
        services_of(request).district_tables.restore(name, number, member.staff)
    except (Refused, Invalid) as error:
        return _table(request, member, name, error)
    return RedirectResponse(f"/admin/district/tables/{name}?kept=1", 303)


def _table(request: Request, member: SignedIn, name: str, error: ServiceError | None = None, *, kept: bool = False) -> Response:
    tables = services_of(request).district_tables
    rows = tables.rows(name)
    context = {
        "member": member, "here": "district", "name": name, "names": NAMES, "rows": rows[:ROWS_SHOWN], "total": len(rows),
        "columns": tables.columns(name), "versions": tables.versions(name), "kept": kept,
        "problem": sentence(error) if error else "",
    }  # fmt: skip
    return page("admin/district_table.html", context, status_of(error) if error else 200)
