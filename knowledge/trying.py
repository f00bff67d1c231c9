"""A knowledge base as it would be: a copy for trial, in which documents are published or taken back, and then thrown away.

The real base is only read. Passages that do not change share their memory with it: `Index.load` takes whole shelves over.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from knowledge import publishing
from knowledge.answering import KnowledgeBase
from knowledge.importing import Progress, publish, silent, withdraw
from knowledge.locks import trying
from knowledge.store import FILE as DATABASE
from knowledge.store import Store
from knowledge.vectors import FILE as VECTORS

TRIAL = "trial"  # below the base's folder; one at a time
TRIES = 3  # an index swept away while it was copied: a newer one is there


@contextmanager
def trial(
    base: KnowledgeBase, put: Sequence[tuple[str, bytes]], out: Sequence[str] = (), *, progress: Progress = silent
) -> Iterator[KnowledgeBase]:
    """The base with `put` (path, bytes of the file it would be) published and the paths in `out` withdrawn.

    Raises BadFile for a document that cannot be read, Busy while another trial runs, another KnowledgeError where there
    is no base; in each case nothing is left behind. Needs as much disk as the base itself for as long as it is open.
    """
    with trying(base.folder):
        goal = base.folder / TRIAL
        shutil.rmtree(goal, ignore_errors=True)  # of a process that was killed
        try:
            _copy(base.folder, goal)
            if put:
                publish(goal, put, base.encoder, progress=progress)
            if out:
                withdraw(goal, out, base.encoder, progress=progress)
            opened = base.beside(goal)
            try:
                yield opened
            finally:
                opened.close()
        finally:
            shutil.rmtree(goal, ignore_errors=True)


def generation_of(folder: Path) -> str:
    """A mark that changes whenever the base in `folder` answers otherwise; empty where there is none."""
    with suppress(OSError):
        return (folder / publishing.FOLDER / publishing.CURRENT).read_text("utf-8")
    return ""


def _copy(folder: Path, goal: Path) -> None:
    """Texts first: whatever they name lies in the files that are copied after them."""
    for attempt in range(1, TRIES + 1):
        shutil.rmtree(goal, ignore_errors=True)
        (goal / publishing.FOLDER).mkdir(parents=True)
        _copy_texts(folder, goal)
        if (folder / VECTORS).is_file():
            shutil.copyfile(folder / VECTORS, goal / VECTORS)
        try:
            # Files of an index never change once written, so that another name for them is as good as a copy.
            shutil.copytree(folder / publishing.FOLDER, goal / publishing.FOLDER, copy_function=_link, dirs_exist_ok=True)
            return
        except shutil.Error:
            if attempt == TRIES:
                raise


def _link(source: str, goal: str) -> None:
    try:
        os.link(source, goal)
    except OSError:  # not every file system has second names
        shutil.copy2(source, goal)


def _copy_texts(folder: Path, goal: Path) -> None:
    store = Store(folder)
    try:
        copy = sqlite3.connect(goal / DATABASE)
        try:
            store.connection.backup(copy)
        finally:
            copy.close()
    finally:
        store.close()
