"""Case numbers people can read out on the telephone: JF, the day, a dash and a running number."""

import re
from datetime import date

#: What a resident may type for a case: the whole number with any spacing, or its tail (尾号0042).
WHOLE = re.compile(r"JF\s*-?\s*(\d{8})\s*-?\s*(\d{4,})", re.IGNORECASE)
TAIL = re.compile(r"(?<!\d)(\d{4})(?!\d)")


def case_number(day: date, running: int) -> str:
    """`JF20261123-0042`: unique while `running` counts up within a day."""
    return f"JF{day:%Y%m%d}-{running:04d}"


def read_case_number(text: str) -> str | None:
    """The case number in a resident's words in its standard form, or None."""
    found = WHOLE.search(text)
    return f"JF{found[1]}-{found[2]}" if found else None


def read_tail(text: str) -> str | None:
    """The last four digits a resident names a case by (尾号0042), or None."""
    found = TAIL.search(text)
    return found[1] if found else None


def order_number(day: date, running: int) -> str:
    """`DB20261123-0042`: the number of a supervision order (督办), which is not the case's."""
    return f"DB{day:%Y%m%d}-{running:04d}"
