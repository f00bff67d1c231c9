"""Quotations over a table of passages: verbatim, short, nothing dropped that limits the answer."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

import pytest
import yaml

from knowledge.quoting import quote, units
from knowledge.text import even

TABLE: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "quotations.yml").read_text("utf-8"))
ROWS = [(row["q"], entry["passage"], row["must"], row.get("no", [])) for entry in TABLE for row in entry["rows"]]
WALL = 0.75  # of a long passage: a median quotation is shorter than that


@pytest.mark.parametrize(("question", "passage", "must", "no"), ROWS, ids=[row[0] for row in ROWS])
def test_a_quotation_holds_what_answers(question: str, passage: str, must: list[str], no: list[str]) -> None:
    quoted = quote(even(question), passage)
    assert [part for part in must if part not in quoted] == []
    assert [part for part in no if part in quoted] == []


@pytest.mark.parametrize(("question", "passage"), [row[:2] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_quotation_is_verbatim_and_in_order(question: str, passage: str) -> None:
    at = 0
    for line in quote(even(question), passage).split("\n"):
        assert line in passage[at:]
        at = passage.index(line, at)


def test_a_quotation_is_no_wall() -> None:
    shares = [len(quote(even(question), passage)) / len(passage) for question, passage, *_ in ROWS]
    assert median(shares) < WALL


def test_the_units_are_the_passage() -> None:
    for entry in TABLE:
        assert "".join(units(entry["passage"])).replace("\n", "") == entry["passage"].replace("\n", "")
