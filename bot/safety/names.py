"""Full names of people. Forms of address (王阿姨, 老李, 刘主任) are not personal data and stay.

A name is read where something says that a name follows (户名, 我叫 …), where a clause is nothing but a name, or
where the characters of a given name stand beside a kinship word or a number of identity.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bot.text.place_tokens import clauses
from bot.text.tables import read_lines

TABLES = Path(__file__).parent / "tables"
#: Says that a full name follows, so that any given name is believed.
CUE = re.compile(
    r"(?:姓名|名字|户名|户主|业主|房主|租客|租户|联系人|收件人|收货人|申请人|经办人|报修人|当事人|投诉人|举报人|持卡人|"
    r"监护人|代办人|被保险人|参保人|老人名|名叫|大名|全名|真名|本名|叫做|叫|我是|我叫|她叫|他叫|本人|签名|署名|法人|"
    r"(?:我)?姓[\u4e00-\u9fff]{1,2}[ ,])(?:就?是|为|叫|:| |写的?)*$"
)
#: A word for a person, behind which a likely given name is believed.
KIN = re.compile(
    r"(?:我|我们|咱|俺|她|他)?(?:妈|爸|爹|娘|老公|老婆|爱人|媳妇|丈夫|妻子|儿子|女儿|闺女|孙子|孙女|老伴|爷爷|奶奶|外公|外婆|"
    r"姥姥|姥爷|哥|弟|姐|妹|老人|孩子|小孩|娃|邻居|房东|老板|师傅|医生|护士|老师|同学|朋友|同事|经理|主任|网格员|保姆|护工|"
    r"司机|房客|中介|婆婆|公公|岳父|岳母|找|给|跟|和|替|帮|为|是|让|请|由|、|户口本[^,。]{0,5})$"
)
TITLES = frozenset(
    [
        "阿姨",
        "大爷",
        "大妈",
        "大叔",
        "大娘",
        "大伯",
        "大哥",
        "大姐",
        "师傅",
        "老师",
        "主任",
        "经理",
        "先生",
        "女士",
        "小姐",
        "太太",
        "书记",
        "队长",
        "所长",
        "局长",
        "科长",
        "处长",
        "总",
        "工",
        "医生",
        "大夫",
        "护士",
        "同志",
        "奶奶",
        "爷爷",
        "叔叔",
        "叔",
        "婶",
        "婶子",
        "姨",
        "哥",
        "姐",
        "嫂",
        "嫂子",
        "伯",
        "爷",
        "婆婆",
        "公公",
        "家",
        "姓",
        "某",
        "某某",
        "老板",
        "警官",
        "律师",
        "生",
        "太",
        "老太",
        "老头",
        "婆",
        "网格员",
        "阿婆",
        "阿公",
        "老师傅",
        "家里",
        "家的",
        "家人",
        "同学",
        "教授",
        "院长",
        "校长",
        "厂长",
        "会长",
        "村长",
        "社长",
        "站长",
        "组长",
        "法官",
        "教练",
        "导",
        "妈",
        "妈妈",
        "爸",
        "爸爸",
        "老爷子",
        "老太太",
        "小姐姐",
        "姑娘",
        "师",
        "博士",
        "工程师",
        "管家",
        "总经理",
    ]
)
AFTER_ALONE = re.compile(
    r"$|[,。;!?: 、()]|\d|身份证|电话|手机|的(?:身份证|电话|号|卡|户口|医保|社保)|今年|住在?|家住|[男女][,。 ]"
)
#: Behind these characters a road, a village or an estate ends, so that 柳河路 is nobody's name.
PLACE_END = frozenset("路街巷弄村苑镇乡县区市庄屯寨坊府邸院楼栋")
#: A number of a house behind the name of a place: 柳河路44号, 金桂3栋.
HOUSE_NUMBER = re.compile(
    r" ?第?[0-9一二三四五六七八九十百零〇]{1,5} ?(?:号(?!码)|[栋幢弄座巷期]|单元|支弄|[-—#][0-9]|[^,。;!? ]?楼)"
)
#: A given name of two characters is seldom anything else; one of one character often is.
FULL_GIVEN = 2
LATIN = re.compile(r"(?:我是|我叫|姓名|名字是?|name is|I am|I'm|叫)[: ]*([A-Z][a-z]+(?: [A-Z][a-z]+){1,2})")


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(word for line in read_lines(TABLES / f"{name}.txt") for word in line.split())


def _surname_at(text: str, position: int) -> str:
    """The surname that starts here, or an empty string."""
    for length in (3, 2, 1):
        if text[position : position + length] in _listed("surnames"):
            return text[position : position + length]
    return ""


def _is_title(rest: str) -> bool:
    return any(rest.startswith(title) for title in TITLES)


def _is_likely_given(given: str) -> bool:
    return bool(given) and all(character in _listed("given_names") for character in given)


def _is_word(text: str, start: int) -> bool:
    return any(
        text.startswith(word, start) for word in (text[start : start + size] for size in (2, 3)) if word in _listed("not_names")
    )


def _is_place(text: str, start: int, stop: int, given: str) -> bool:
    """Whether this is the name of a road, a village or a building, or stands before the number of a house.

    Behind 我叫 or 我妈 one of the two is no reason: 我叫李春路, 我妈李桂芳3号楼的.
    """
    before = text[max(0, start - 12) : start]
    is_introduced = CUE.search(before) or (len(given) == FULL_GIVEN and KIN.search(before))
    signs = (text[stop - 1] in PLACE_END, HOUSE_NUMBER.match(text, stop) is not None)
    return all(signs) if is_introduced else any(signs)


def _lengths(text: str, start: int, end: int, surname: str) -> Iterator[tuple[int, str]]:
    """Ends of possible full names with the given name, two characters of it first."""
    first = start + len(surname)
    for size in (2, 1):
        if first + size <= end and re.fullmatch(r"[\u4e00-\u9fff]+", text[first : first + size]):
            yield first + size, text[first : first + size]


def _believed(text: str, start: int, stop: int, given: str, clause: tuple[int, int]) -> bool:
    before, after = text[max(0, start - 12) : start], text[stop:]
    is_ended = AFTER_ALONE.match(after) is not None
    if CUE.search(before):
        return is_ended or (len(given) == FULL_GIVEN and _is_likely_given(given))
    if not _is_likely_given(given):
        return False
    if start == clause[0] and is_ended:
        return len(given) == FULL_GIVEN or stop == clause[1]
    if KIN.search(before):
        return len(given) == FULL_GIVEN or is_ended
    return len(given) == FULL_GIVEN and re.match(r"[: ]?(?:身份证|[0-9]{11})", after) is not None


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of full names in an evened text, left to right."""
    for match in LATIN.finditer(text):
        yield match.span(1)
    for clause in clauses(text):
        position = clause[0]
        while position < clause[1]:
            stop = _name_at(text, position, clause)
            if stop:
                yield position, stop
            position = stop or position + 1


def _name_at(text: str, start: int, clause: tuple[int, int]) -> int:
    """Where a name that starts here ends; 0 when none does."""
    surname = _surname_at(text, start)
    if not surname or _is_title(text[start + len(surname) : clause[1]]) or _is_word(text, start):
        return 0
    for stop, given in _lengths(text, start, clause[1], surname):
        if not _is_place(text, start, stop, given) and _believed(text, start, stop, given, clause):
            return stop
    return 0
