"""Wishes and circumstances of a message: anonymous, no telephone number, urgent, another place in the country."""

from bot.text.calls import with_calls_read
from bot.text.normalize import even
from bot.text.tables import pairs, patterns


def _says(table: str, evened: str) -> bool:
    """Whether a `yes` row of the table is found in an evened text and no `no` row covers it."""
    rows = patterns(table)
    left = evened
    for _, pattern in (row for row in rows if row[0] == "no"):
        left = pattern.sub("", left)
    return any(pattern.search(left) for kind, pattern in rows if kind == "yes")


def is_anonymous(text: str) -> bool:
    """Whether the resident does not want to be named to the other side."""
    return _says("anonymous", even(text))


def refuses_contact(text: str) -> bool:
    """Whether the resident will not give a telephone number or does not want to be called."""
    return _says("refuses_contact", even(text))


def is_urgent(text: str) -> bool:
    """Whether somebody is in danger or hurt, passers-by may be at any moment, or a home cannot be lived in."""
    return _says("urgent", with_calls_read(text))


def names_region(text: str) -> str | None:
    """The province or city named in the text, as in its official name's short form (上海, 广东, 成都); None if none."""
    evened = even(text)
    found = [(evened.find(name), -len(name), region) for name, region in pairs("regions") if name in evened]
    return min(found)[2] if found else None
