"""Playing resident by hand: `python -m tests.botapi`, a Bot API server in a terminal.

A line you type is sent as a resident's message; `#2` presses the second button of the last answer.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from tests.botapi.server import BotApiServer
from tests.botapi.updates import Resident


def main() -> None:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    server = BotApiServer()
    server.port = parser.parse_args().port
    server.start()
    resident = Resident(server.state)
    print(f"TELEGRAM_API_BASE={server.url} JIEFANG_TELEGRAM_TOKEN={server.state.token}", flush=True)
    shown = 0
    for line in sys.stdin:
        _send(resident, line.strip())
        time.sleep(2)
        messages = list(server.state.messages.values())
        for message in messages[shown:]:
            _show(message)
        shown = len(messages)
    server.stop()


def _send(resident: Resident, line: str) -> None:
    buttons = _buttons(next(reversed(resident.state.messages.values()), {}))
    number = int(line[1:]) - 1 if line.startswith("#") and line[1:].isdigit() else -1
    if 0 <= number < len(buttons):
        resident.presses(dict(next(reversed(resident.state.messages.values()))), buttons[number]["callback_data"])
    elif line:
        resident.says(line)


def _show(message: dict[str, Any]) -> None:
    print(message["text"], *(f"#{n} [{button['text']}]" for n, button in enumerate(_buttons(message), 1)), sep="\n  ")


def _buttons(message: dict[str, Any]) -> list[dict[str, str]]:
    return [button for row in message.get("reply_markup", {}).get("inline_keyboard", ()) for button in row]


if __name__ == "__main__":
    main()
