"""Every sentence the chat page and its interface use stands in data/district/chat_page.csv, and none stands there unused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.channels.web_limits import SENTENCE_OF_STATUS
from bot.services.texts import Texts
from bot.settings import ROOT

CHANNELS = ROOT / "bot" / "channels"
WORDS = Texts(ROOT / "data" / "district" / "chat_page.csv").all()
BY_PREFIX = {"state_": ("bot", "queued", "staff", "closed"), "source_": ("number", "issuer", "in_force", "region")}
IN_FILES = re.compile(
    r"words\.([a-z_0-9]+)(?![A-Za-z_(])|Problem\(\d+, \"([a-z_]+)\"|return \"(\w+)\" if fields|else \"(unreadable)\"|"
    r"\"invalid_([a-z_]+)\": 4"
)


def used_in(path: Path) -> set[str]:
    return {key for found in IN_FILES.findall(path.read_text("utf-8")) for key in found if key and key != "items"}


def used() -> set[str]:
    files = [*CHANNELS.glob("web*.py"), *(CHANNELS / "static").glob("*.js"), *(CHANNELS / "templates").glob("*.html")]
    keys = set().union(*map(used_in, files), SENTENCE_OF_STATUS.values())
    return keys | {prefix + name for prefix, names in BY_PREFIX.items() for name in names}


def test_every_sentence_used_is_written() -> None:
    assert used() - set(WORDS) == set()


def test_every_sentence_written_is_used() -> None:
    assert {key for key in WORDS if not key.startswith("suggestion_")} - used() == set()


@pytest.mark.parametrize("key", sorted(WORDS))
def test_a_sentence_is_not_empty_and_not_too_long_to_read(key: str) -> None:
    assert 0 < len(WORDS[key]) <= 70


def test_a_newcomer_is_shown_four_to_six_things_to_ask() -> None:
    assert 4 <= len([key for key in WORDS if key.startswith("suggestion_")]) <= 6
