"""What a resident's browser or telephone uploads, as the services read it; a refusal has a status and a channel's words."""

from __future__ import annotations

from bot.cases.errors import Invalid
from bot.channels.web_limits import Problem
from bot.services import upload_kinds
from bot.services.views import Upload

#: What an upload is refused for, and the status that says so.
STATUS = {"invalid_empty_file": 422, "invalid_kind_refused": 415, "invalid_bad_photo": 422}


def read_upload(name: str, data: bytes) -> Upload:
    """The upload as the gateway takes it. Raises Problem 415 for what we cannot open, 422 for empty or broken files."""
    try:
        return upload_kinds.read_upload(name, data)
    except Invalid as refused:
        raise Problem(STATUS[refused.code], refused.code.removeprefix("invalid_")) from refused
