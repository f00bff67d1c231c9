"""Updates of every kind, and rubbish of every kind, as the reader understands them."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import pytest
from telegram import Update

from bot.channels.telegram_read import UNREADABLE, Letter, Refused, read
from bot.channels.web_uploads import STATUS
from bot.services.texts import Texts
from bot.settings import ROOT
from tests.botapi.state import NOW, State
from tests.botapi.updates import Resident, added_to_group, channel_post, group_message, other_bot

WORDS = Texts(Path(ROOT) / "data" / "district" / "telegram.csv")
POLL_ANSWER = {"poll_id": "1", "option_ids": [0], "option_persistent_ids": ["a"]}
PLACE = {"latitude": 31.2304, "longitude": 121.4737}


def resident():
    return Resident(State())


def understood(update):
    return read(Update.de_json(copy.deepcopy(update), None), WORDS)


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        pytest.param({"text": "楼道灯坏了"}, "text", "楼道灯坏了", id="text"),
        pytest.param({"text": " a\x00b\ud800\n第二行 "}, "text", "ab\n第二行", id="signs no database takes"),
        pytest.param({"text": "/start"}, "text", "你好", id="start"),
        pytest.param({"text": "/start ref_42"}, "text", "你好", id="start from a link"),
        pytest.param({"text": "/help@jiefang_bot"}, "text", "你能做什么", id="help"),
        pytest.param({"text": "/human"}, "text", "转人工", id="a person"),
        pytest.param({"text": "/unknown 什么"}, "text", "/unknown 什么", id="no command of ours"),
        pytest.param({"text": "/"}, "text", "/", id="a stroke"),
        pytest.param({"location": PLACE}, "location", "", id="location"),
        pytest.param(
            {"location": PLACE, "venue": {"location": PLACE, "title": "幸福里小区", "address": "人民路8号"}},
            "location", "幸福里小区 人民路8号", id="venue",
        ),
        pytest.param({"contact": {"phone_number": "+8613800138000", "first_name": "王", "user_id": 4242}},
                     "text", "13800138000", id="own number"),
        pytest.param({"contact": {"phone_number": "8613800138000", "first_name": "王", "user_id": 4242}},
                     "text", "13800138000", id="own number without plus"),
        pytest.param({"contact": {"phone_number": "021-55551234", "first_name": "物业老李"}},
                     "text", "物业老李 021-55551234", id="somebody else's number"),
    ],
)  # fmt: skip
def test_messages(content, kind, text):
    letter = understood(resident().sends(**content))
    assert isinstance(letter, Letter)
    assert (letter.kind, letter.text) == (kind, text)
    assert letter.message_id == "4242:5001"


@pytest.mark.parametrize("what", ["sticker", "dice", "poll"])
def test_what_has_no_words_is_refused_politely(what):
    shapes = {
        "sticker": {"file_id": "s", "file_unique_id": "us", "type": "regular", "width": 9, "height": 9,
                    "is_animated": False, "is_video": False},
        "dice": {"emoji": "🎲", "value": 3},
        "poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
                 "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
                 "allows_revoting": False, "members_only": False},
    }  # fmt: skip
    assert understood(resident().sends(**{what: shapes[what]})) == Refused(4242, "unreadable")


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda who: group_message(who, "在吗"), Refused(-100_200_300, "group")),
        (added_to_group, Refused(-100_200_300, "group")),
        (lambda who: channel_post(who, "通知"), None),
        (lambda who: other_bot(who, "hi"), None),
        (lambda who: who.sends(message_auto_delete_timer_changed={"message_auto_delete_time": 3600}), None),
        (lambda who: who.edits(who.sends(location=PLACE), location=PLACE), None),
        (lambda who: who.state.push(poll_answer=POLL_ANSWER | {"user": who.user()}), None),
        (lambda who: who.state.push(), None),
    ],
    ids=["group", "added to a group", "channel", "bot", "service notice", "live location", "unasked", "empty"],
)
def test_what_is_not_a_letter(make, expected):
    assert understood(make(resident())) == expected


def test_an_edit_is_a_message_of_its_own():
    who = resident()
    letter = understood(who.edits(who.says("三号楼"), text="五号楼"))
    assert (letter.kind, letter.text, letter.message_id) == ("edit", "五号楼", f"4242:5001:edit:{NOW + 30}")


def test_the_largest_photo_is_taken():
    who = resident()
    letter = understood(who.photo(b"x", caption="看这里"))
    assert (letter.kind, letter.text, letter.file.size) == ("file", "看这里", 1280 * 960)
    assert letter.file.file_id in who.state.files


def test_a_press_carries_its_query_and_title():
    who = resident()
    markup = {"inline_keyboard": [[{"text": "转人工", "callback_data": "abc"}]]}
    letter = understood(who.presses(who.message(text="?", reply_markup=markup), "abc"))
    assert (letter.kind, letter.button, letter.press.title, letter.chat) == ("button", "abc", "转人工", 4242)
    assert letter.message_id == letter.press.query_id


RUBBISH = [None, 1, -1, 10**30, "x", "", [], [1], {}, {"a": 1}, True, 1.5, float("nan"), [None], "\ud800", "长" * 9000]


def paths(tree, here=()):
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in steps:
        yield (*here, key)
        yield from paths(value, (*here, key))


def spoiled(update, path, rubbish):
    update = json.loads(json.dumps(update))
    inner = update
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = rubbish
    return update


def everything():
    """One update of each kind that we read."""
    who = resident()
    pressed = who.presses(who.message(text="?", reply_markup={"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}), "b")
    contact = {"phone_number": "1", "first_name": "y", "user_id": 3}
    return [
        who.says("hi"), who.photo(b"x", caption="y"), who.media("voice", b"x"), who.sends(location=PLACE), pressed,
        who.media("document", b"x", file_name="a.pdf"), who.sends(contact=contact), who.edits(who.says("a"), text="b"),
        added_to_group(who),
    ]  # fmt: skip


@pytest.mark.parametrize("update", everything(), ids=lambda update: next(iter(set(update) - {"update_id"})))
def test_any_field_may_be_rubbish(update):
    """Each field of each update replaced by each kind of rubbish: read, refused, or one of the errors we name."""
    for path in paths(update):
        for rubbish in RUBBISH:
            try:
                found = understood(spoiled(update, path, rubbish))
            except UNREADABLE:
                continue
            assert found is None or isinstance(found, Letter | Refused)
            if isinstance(found, Letter):
                found.text.encode("utf-8")
                assert isinstance(found.chat, int) and len(found.message_id) <= 140


def test_every_refusal_of_a_file_has_a_sentence():
    """What `web_uploads` may refuse, Telegram must be able to say in its own words."""
    source = (ROOT / "bot" / "services" / "upload_kinds.py").read_text()
    keys = set(re.findall(r"Invalid\(\"(\w+)\"", source))
    assert {f"invalid_{key}" for key in keys} == set(STATUS)
    assert all(WORDS.has(key) for key in keys)
