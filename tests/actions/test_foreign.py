"""Other languages: which one it is, and a card in it with the emergency numbers and a person."""

from __future__ import annotations

import pytest

from bot.app import Services
from bot.settings import ROOT
from bot.text.languages import language_of, languages
from tests.actions.talk import Talk

DISTRICT = ROOT / "data" / "district"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hello, my elevator is broken", "en"),
        ("I need to register my new address", "en"),
        ("Bonjour, je cherche le bureau pour mon visa", "fr"),
        ("hola, necesito ayuda con mi casa", "es"),
        ("Hallo, ich brauche bitte Hilfe", "de"),
        ("Xin chào, tôi cần giúp đỡ", "vi"),
        ("すみません、ゴミはどこに出しますか", "ja"),
        ("안녕하세요 수도가 고장났어요", "ko"),
        ("Здравствуйте, не работает лифт", "ru"),
        ("مرحبا أحتاج مساعدة", "ar"),
        ("สวัสดีครับ ไฟเสีย", "th"),
        ("བཀྲ་ཤིས་བདེ་ལེགས། རོགས་རམ།", "other"),
    ],
)
def test_the_language_of_a_message(text: str, code: str) -> None:
    assert language_of(text, DISTRICT).code == code


@pytest.mark.parametrize("language", languages(DISTRICT), ids=lambda row: row.code)
def test_every_card_has_the_numbers_both_languages_and_a_person(language) -> None:
    assert all(number in language.card for number in ("110", "119", "120"))
    assert "您好，我是街坊" in language.card
    assert language.person.startswith("人工/")
    assert all("/" in sentence for sentence in (language.thanks, language.explained))


@pytest.mark.parametrize(("text", "first"), [("안녕하세요 도와주세요", "안녕"), ("Здравствуйте, помогите", "Здравствуйте")])
def test_a_foreigner_gets_the_card_and_may_press_for_a_person(services: Services, text: str, first: str) -> None:
    said = Talk(services, form="no_form").write(text, "nlu_fallback", confidence=0.3).run("action_default_fallback")
    assert said.said == ["utter_foreign"]
    assert said.facts["card"].startswith(first)
    assert said.responses[0]["buttons"][0]["payload"] == "/talk_to_human"
