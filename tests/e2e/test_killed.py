"""Processes are killed in the middle of the work: nothing is lost, nothing doubled, order is kept.

The larger edition (500 turns, ten kills) is benchmarks/kill.py.
"""

from __future__ import annotations

import pytest

from benchmarks.kill import play

pytestmark = pytest.mark.slow


def test_nothing_is_lost_or_doubled_when_processes_are_killed(system):
    result = play(system, residents=6, turns=8, kills=4)
    assert result.lost == 0
    assert result.doubled == 0
    assert result.out_of_order == 0
    assert result.kills == 4
