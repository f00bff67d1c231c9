"""Who may write into a knowledge base: one import at a time, and one writer for the moments in which something changes.

An import that encodes for an hour holds the first lock all along and the second only while it writes, so that an
article from the admin pages need not wait for it.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knowledge.errors import Busy

PATIENCE = 120.0  # seconds for the writer before; building the words of 147,000 passages takes a quarter of it
STEP = 0.02  # seconds between two tries


@contextmanager
def importing(folder: Path) -> Iterator[None]:
    """Be the only import. Raises Busy at once when there is another."""
    with _locked(folder / "import.lock", 0.0, f"另一个导入正在写 {folder}，请等它结束。"):
        yield


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Be the only writer, after waiting for the one before. Raises Busy when it does not end."""
    with _locked(folder / "write.lock", PATIENCE, f"{folder} 一直有别的程序在写，请稍后再试。"):
        yield


@contextmanager
def trying(folder: Path) -> Iterator[None]:
    """Be the only trial. Raises Busy at once when there is another."""
    with _locked(folder / "trial.lock", 0.0, f"另一次试算正在读 {folder}，请等它结束。"):
        yield


@contextmanager
def _locked(file: Path, patience: float, refusal: str) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + patience
    with file.open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= until:
                    raise Busy(refusal) from error
                time.sleep(STEP)
        yield
