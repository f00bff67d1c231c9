"""A list of cases to take along, as CSV or as a workbook: masked as on the page, with a first line that says who took it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from bot.services.calendar import LOCAL
from bot.services.views import CaseView, StaffView

Form = Literal["csv", "xlsx"]
HEAD = (
    "编号", "状态", "分类", "诉求性质", "内容", "地点", "区域", "责任单位", "提交", "办结期限", "超期", "督办", "退单次数",
)  # fmt: skip
#: What a spreadsheet takes for a formula.
FORMULA = ("=", "+", "-", "@")


def watermark(staff: StaffView, now: datetime) -> str:
    """Who took the copy, and when."""
    return f"导出人 {staff.name}（{staff.login}） {now.astimezone(LOCAL):%Y-%m-%d %H:%M} 仅供工作使用，请勿外传"


def cells(view: CaseView, supervision: str, bounces: int) -> list[str]:
    """One case as a row below `HEAD`."""
    opened, due = (f"{at.astimezone(LOCAL):%Y-%m-%d %H:%M}" for at in (view.opened_at, view.resolve_due))
    written = (
        view.number, view.status_label, view.category, view.nature, view.description, view.location, view.area, view.unit,
        opened, due, "是" if view.overdue else "", supervision, str(bounces),
    )  # fmt: skip
    return [_safe(cell) for cell in written]


def written(form: Form, rows: Sequence[Sequence[str]]) -> bytes:
    """The rows as a file."""
    return _xlsx(rows) if form == "xlsx" else _csv(rows)


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    """With a byte order mark, so that a spreadsheet shows Chinese."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("工单")
    for row in rows:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _safe(cell: str) -> str:
    """A cell no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
