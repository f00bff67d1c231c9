"""What cannot wait, in residents' words; the labelled sentences are tests/evaluate/urgent.tsv."""

import time
from pathlib import Path

import pytest

from bot.safety.urgency import is_urgent

LABELLED = Path(__file__).parents[1] / "evaluate" / "urgent.tsv"
#: A floor under what was measured when the set was written: F1 0.97, of the rules alone 0.84.
FLOOR = 0.90


def rows() -> list[tuple[bool, str]]:
    """Whether a sentence is urgent, and the sentence."""
    lines = (line.split("\t") for line in LABELLED.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#"))
    return [(label == "yes", said) for label, said in lines]


def test_nearly_all_labelled_sentences_are_judged_rightly() -> None:
    judged = [(wanted, is_urgent(said)) for wanted, said in rows()]
    hits = sum(wanted and told for wanted, told in judged)
    assert 2 * hits / (2 * hits + sum(wanted != told for wanted, told in judged)) >= FLOOR


@pytest.mark.parametrize(
    "said",
    [
        "门锁坏了进不去，外头零下",
        "門鎖壞咗入唔到屋",
        "阳光小区3号楼电梯又坏了困了人",
        "家里停电了",
        "着火了",
        "眼看那块牌子要掉下来砸人",
    ],
)
def test_what_cannot_wait(said: str) -> None:
    assert is_urgent(said)


@pytest.mark.parametrize(
    "said",
    ["停电有补偿吗", "我打了三天电话都没人接", "想约下周三理发，打我闺女137 4444 3333", "3号楼", "是的", "", "计划几号停水"],
)
def test_what_can_wait(said: str) -> None:
    assert not is_urgent(said)


def test_an_answer_takes_less_than_ten_milliseconds() -> None:
    is_urgent("")
    started = time.process_time()
    for _, said in rows():
        is_urgent(said)
    assert (time.process_time() - started) / len(rows()) < 0.010
