"""Grid workers and handlers in a private chat with the bot: a list, a card with buttons, an answer to what the bot asks.

Nothing is kept between messages: what an answer belongs to stands at the end of the message it replies to, so a restart or
a weak network loses no step. Everything is refused in the same sentences as at the desk.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from bot.cases.errors import ServiceError
from bot.cases.numbers import read_case_number
from bot.channels.telegram_bot import Aside, Bot
from bot.channels.telegram_files import Files, NotKept
from bot.channels.telegram_read import Letter
from bot.services.calendar import say_time
from bot.services.field_work import FieldMove
from bot.services.texts import Texts
from bot.services.views import CaseView, StaffView

if TYPE_CHECKING:
    from bot.app import Services

#: What stands at the end of a question of ours: which move of which case the answer is for.
ASKED: Final = re.compile(r"〔([a-z_]+) (JF\d{8}-\d{4,})〕$")
#: What our buttons carry: f:<move>:<number>, far below Telegram's 64 bytes.
PRESSED: Final = re.compile(r"f:([a-z_]+):(JF\d{8}-\d{4,})")
OPEN: Final = "open"
IN_A_ROW: Final = 3
Said = tuple[str, Any]


class FieldRoom:
    """Does what workers press and write."""

    def __init__(self, services: Services, bot: Bot, words: Texts, files: Files) -> None:
        self._services, self._bot, self._words, self._files = services, bot, words, files
        self.aside = Aside()

    async def take(self, letter: Letter) -> bool:
        """Whether the letter came from a worker; then it is done and committed when this returns."""
        worker = await asyncio.to_thread(self._services.field_work.worker, letter.chat)
        if worker is None:
            return False
        try:
            text, markup = await self._do(letter, worker)
        except ServiceError as error:
            text, markup = self._refusal(error), None
        except NotKept as problem:
            text, markup = self._words(problem.key, limit=self._files.limit_mb), None
        if letter.press is not None:
            self.aside.do("callback", self._bot.answer_callback_query(letter.press.query_id))
        self.aside.do("field", self._bot.send_message(letter.chat, text, reply_markup=markup))
        return True

    async def _do(self, letter: Letter, worker: StaffView) -> Said:
        asked, pressed = ASKED.search(letter.reply_to), PRESSED.fullmatch(letter.button or "")
        if letter.file is not None:
            return await self._photo(letter, worker, asked)
        if asked is not None:
            return await asyncio.to_thread(self._answer, asked[1], asked[2], worker, letter.text)
        if pressed is not None:
            return await asyncio.to_thread(self._press, pressed[1], pressed[2], worker)
        return await asyncio.to_thread(self._plain, letter.text, worker)

    async def _photo(self, letter: Letter, worker: StaffView, asked: re.Match[str] | None) -> Said:
        if asked is None or letter.file is None:
            return self._words("field_help"), None
        upload = await self._files.fetch(letter.file)
        work = self._services.field_work
        await asyncio.to_thread(work.photo, asked[2], asked[1], worker, upload)
        _, card = await asyncio.to_thread(self._card, asked[2], worker)
        return self._words("field_photo_kept", number=asked[2]), card

    def _press(self, key: str, number: str, worker: StaffView) -> Said:
        work = self._services.field_work
        if key == OPEN:
            return self._card(number, worker)
        move = work.moves.get(key)
        if move is None or not move.needs:
            return self._done(work.do(number, key, worker), worker)
        work.case(number, worker)  # refuses what is not theirs before anything is asked
        return self._words("field_ask", ask=move.ask, move=key, number=number), ForceReply()

    def _answer(self, key: str, number: str, worker: StaffView, text: str) -> Said:
        move = self._services.field_work.moves.get(key)
        if move is not None and move.needs == "photo":
            return self._words("field_photo_wanted"), None
        return self._done(self._services.field_work.do(number, key, worker, text), worker)

    def _plain(self, text: str, worker: StaffView) -> Said:
        number = read_case_number(text)
        if number is not None:
            return self._card(number, worker)
        if text.strip() in self._words.words("field_words") or text.startswith("/"):
            return self._list(worker)
        return self._words("field_help"), None

    def _list(self, worker: StaffView) -> Said:
        cases = self._services.field_work.todo(worker)
        if not cases:
            return self._words("field_empty"), None
        rows = [[InlineKeyboardButton(self._line(case), callback_data=f"f:{OPEN}:{case.number}")] for case in cases]
        return self._words("field_list", count=len(cases)), InlineKeyboardMarkup(rows)

    def _line(self, case: CaseView) -> str:
        due = self._words("field_late") if case.overdue else say_time(case.resolve_due)
        return self._words("field_line", due=due, category=case.category.split(" / ")[-1], place=case.location or case.area)[
            :60
        ]

    def _card(self, number: str, worker: StaffView) -> Said:
        case, moves = self._services.field_work.case(number, worker)
        contact = self._words("field_contact") if case.has_contact else ""
        text = self._words(
            "field_card", number=case.number, category=case.category, location=case.location or case.area,
            description=case.description, status=case.status_label, due=say_time(case.resolve_due), name=contact,
        )  # fmt: skip
        return text.strip(), self._buttons(number, moves)

    def _done(self, case: CaseView, worker: StaffView) -> Said:
        _, moves = self._services.field_work.case(case.number, worker)
        return self._words("field_done", number=case.number, status=case.status_label), self._buttons(case.number, moves)

    @staticmethod
    def _buttons(number: str, moves: list[FieldMove]) -> InlineKeyboardMarkup | None:
        all_of_them = [InlineKeyboardButton(move.button, callback_data=f"f:{move.key}:{number}") for move in moves]
        rows = [all_of_them[at : at + IN_A_ROW] for at in range(0, len(all_of_them), IN_A_ROW)]
        return InlineKeyboardMarkup(rows) if rows else None

    def _refusal(self, error: ServiceError) -> str:
        keys = {"invalid_return": "field_return_wanted", "invalid_unit": "field_no_unit", "invalid_photo": "field_photo_wanted"}
        if error.code in keys and (error.code != "invalid_unit" or "unit" in error.facts):
            return self._words(keys[error.code], **error.facts)
        return self._services.texts.error(error.code, **error.facts)
