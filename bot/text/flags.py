"""Wishes and circumstances of a message: anonymous, no telephone number, urgent, another place in the country."""

from bot.text.normalize import even
from bot.text.tables import pairs, patterns


def _says(table: str, text: str) -> bool:
    """Whether a `yes` row of the table is found and no `no` row covers it."""
    evened = even(text)
    rows = patterns(table)
    for _, pattern in (row for row in rows if row[0] == "no"):
        evened = pattern.sub("", evened)
    return any(pattern.search(evened) for kind, pattern in rows if kind == "yes")


def is_anonymous(text: str) -> bool:
    """Whether the resident does not want to be named to the other side."""
    return _says("anonymous", text)


def refuses_contact(text: str) -> bool:
    """Whether the resident will not give a telephone number or does not want to be called."""
    return _says("refuses_contact", text)


def is_urgent(text: str) -> bool:
    """Whether somebody is in danger or hurt, passers-by may be at any moment, or a home cannot be lived in."""
    return _says("urgent", text)


def names_region(text: str) -> str | None:
    """The province or city named in the text, as in its official name's short form (上海, 广东, 成都); None if none."""
    evened = even(text)
    found = [(evened.find(name), -len(name), region) for name, region in pairs("regions") if name in evened]
    return min(found)[2] if found else None
