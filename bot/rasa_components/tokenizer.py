"""Cuts Chinese into words for Rasa: no blank tokens, masks in one piece, offsets into the text as typed.

Rasa's own JiebaTokenizer makes tokens of blanks and cuts 〔电话〕 in three.
"""

from __future__ import annotations

from typing import Any

import rjieba
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.rasa_components.reading import MARKER
from bot.text.normalize import even_with_origins


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class ChineseTokenizer(Tokenizer):
    """rjieba's words; a token's text is what was typed, its lemma the even form."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """No options beyond the ones every Rasa tokenizer has."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @staticmethod
    def supported_languages() -> list[str]:
        """Chinese only."""
        return ["zh"]

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed."""
        return ["rjieba"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The words of one attribute of a message, in order."""
        return self._apply_token_pattern(words(str(message.get(attribute))))


def words(text: str) -> list[Token]:
    """Tokens of `text` without blanks; `start` and `end` count characters of `text` as it was typed."""
    tokens: list[Token] = []
    position = 0
    for marker in MARKER.finditer(text):
        tokens += _plain_words(text[position : marker.start()], position)
        tokens.append(Token(marker.group(), marker.start()))
        position = marker.end()
    return tokens + _plain_words(text[position:], position)


def _plain_words(text: str, offset: int) -> list[Token]:
    evened = even_with_origins(text)
    tokens: list[Token] = []
    for word, start, end in rjieba.tokenize(evened.text, "default", True):
        typed = evened.span(start, end)
        if word.strip() and typed.text.strip():
            tokens.append(Token(typed.text, offset + typed.start, lemma=word.lower()))
    return tokens
