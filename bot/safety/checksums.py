"""Check digits of identity cards (GB 11643) and bank cards (Luhn)."""

from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
IDENTITY_LENGTH = 18
#: Nobody alive was born earlier.
OLDEST = 1880
CARD_LENGTHS = range(15, 20)
#: First two digits of the provinces, regions and special regions of GB/T 2260.
_PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)


def is_identity_number(written: str) -> bool:
    """Whether 18 characters are an identity number: province, a real date of birth and the check digit."""
    number = written.upper()
    if len(number) != IDENTITY_LENGTH or not number[:17].isdigit() or number[:2] not in _PROVINCES:
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
    return born.year >= OLDEST and number[17] == _CHECK[total % 11]


def is_card_number(digits: str) -> bool:
    """Whether 15 to 19 digits pass Luhn."""
    if len(digits) not in CARD_LENGTHS or not digits.isdigit():
        return False
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += sum(divmod(value, 10))
    return total % 10 == 0
