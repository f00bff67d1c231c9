"""The desk's table of words: every refusal has a sentence, every code its label, every key is used."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import bot.desk.app
from bot.cases.errors import ServiceError
from bot.cases.roles import STAFF_ROLES
from bot.cases.status import CaseStatus, EventKind
from bot.desk.words import _table, sentence, word

assert bot.desk.app  # loads every module that defines a refusal


def refusals(kind: type[ServiceError] = ServiceError) -> Iterator[type[ServiceError]]:
    """Every refusal there is, as a tree walked."""
    for child in kind.__subclasses__():
        yield child
        yield from refusals(child)


@pytest.mark.parametrize("kind", sorted(set(refusals()), key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_sentence_of_its_own_or_of_its_kind(kind: type[ServiceError]) -> None:
    codes = [getattr(above, "code", None) for above in kind.__mro__ if above is not ServiceError]
    assert any(f"error.{code}" in _table() for code in codes), kind
    refusal = kind.__new__(kind)
    refusal.facts = {}
    assert re.search("[\u4e00-\u9fff]", sentence(refusal)) and "{" not in sentence(refusal)


@pytest.mark.parametrize(
    ("family", "codes"),
    [("status", CaseStatus), ("event", EventKind), ("role", STAFF_ROLES), ("move", [EventKind.SIGNED, EventKind.ANSWERED])],
    ids=["status", "event", "role", "move"],
)
def test_every_code_has_a_label(family: str, codes: list[str]) -> None:
    assert all(f"{family}.{code}" in _table() for code in codes)


@pytest.mark.parametrize(
    ("family", "code", "label"),
    [
        ("channel", "telegram", "Telegram"),
        ("channel", "pigeon", "其他渠道"),
        ("level", "社区", "社区"),
        ("reason", None, "需要人工"),
        ("actor", "您", "居民"),
    ],
)
def test_a_code_without_a_label_falls_back_decently(family: str, code: str | None, label: str) -> None:
    assert word(family, code) == label
