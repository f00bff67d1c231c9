"""Rasa's command as we start it: what it leaves out of its log."""

from __future__ import annotations

import pytest
from rasa.core.nlg import interpolator

from bot.rasa_components.serve import fill_in_quietly

HEARD = {"place": "阳光小区3号楼", "description": "墙皮掉下来砸车"}


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("已经记下：{description}", id="a slot"),
        pytest.param("{place}：{description}", id="two slots"),
        pytest.param("没有要填的", id="no slot"),
        pytest.param("", id="nothing"),
        pytest.param('/give_contact{"choice": "none"}', id="a button's payload"),
        pytest.param('/give_contact{"choice": "none"} {place}', id="a payload beside a slot"),
        pytest.param("{unknown}", id="no such slot"),
        pytest.param("{{place}}", id="braces doubled"),
    ],
)
def test_texts_are_filled_in_as_rasa_does(said: str) -> None:
    assert fill_in_quietly(said, HEARD) == interpolator.interpolate_text(said, HEARD)


def test_a_payload_writes_no_slot_into_the_log(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    fill_in_quietly('/give_contact{"choice": "none"}', HEARD)
    printed = capsys.readouterr()
    assert "墙皮" not in printed.out + printed.err + caplog.text
