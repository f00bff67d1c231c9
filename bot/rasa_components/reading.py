"""The one form of a message that every component of the pipeline reads.

Here: even script and width, masks instead of numbers. Not here: finding or hiding
personal data (`bot.safety` does that before a message reaches Rasa).
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.text.fillers import without_fillers
from bot.text.normalize import even
from bot.text.places import find_place

PHONE_MASK = "〔电话〕"
#: A place is one word as well: which estate it is says nothing about what is wanted, and its many letters would outvote
#: the few that do (楼道灯坏了，阳光小区3号楼2单元).
PLACE_MASK = "〔地点〕"

#: What the gateway writes in place of personal data and attachments: each is one word.
MARKER = re.compile(r"〔[^〔〕\s]{1,6}〕|\[(?:图片|语音|文件|位置|视频|表情)\]")

# A number somebody could be called on, typed with any spacing or in Chinese digits. Training phrases hold
# real-looking numbers too; as one mask they cannot be learnt by heart.
_TYPED_PHONE = re.compile(r"(?<![0-9])(?:\+?86[- ]?)?(?:1[3-9](?:[- ]?[0-9]){9}|0[0-9](?:[- ]?[0-9]){8,10})(?![0-9])")
_SPOKEN_PHONE = re.compile(r"[一幺妖][三四五六七八九][零〇一幺妖二两三四五六七八九]{9}")
_JOINERS = re.compile("[\u200b-\u200d\ufe0e\ufe0f]")
_BLANKS = re.compile(r"\s+")


@lru_cache(maxsize=8192)
def reading(text: str) -> str:
    """`text` as the features see it: simplified, half width, lower case, no fillers, with 〔电话〕 and 〔地点〕."""
    evened = without_fillers(even(_JOINERS.sub("", text)).lower())
    for number in (_TYPED_PHONE, _SPOKEN_PHONE):
        evened = number.sub(PHONE_MASK, evened)
    place = find_place(evened)
    if place is not None and place.end - place.start < len(evened):
        evened = evened[: place.start] + PLACE_MASK + evened[place.end :]
    return _BLANKS.sub(" ", evened).strip()
