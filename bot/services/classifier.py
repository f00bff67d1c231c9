"""The classifier of `bot categories train`, as dispatch asks it: loaded at the first question, or never."""

from __future__ import annotations

import threading
from pathlib import Path

import structlog

log = structlog.get_logger()


class Classifier:
    """(label, confidence, sure) of a text; None where nothing was learnt. A model that is broken is as none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._loaded: object | None = None
        self._stamp = 0
        self._turn = threading.Lock()

    def __call__(self, text: str) -> tuple[str, float, bool] | None:
        """What history says of a text."""
        path = self.folder / "model.json"
        if not path.is_file():
            return None
        from bot.services.learnt import LearntCategories

        with self._turn:
            stamp = path.stat().st_mtime_ns
            if stamp != self._stamp:  # trained anew while we run
                self._stamp, self._loaded = stamp, self._load()
            model = self._loaded
        if not isinstance(model, LearntCategories):
            return None
        found = model.read([text])[0]
        return found.label, found.confidence, found.sure

    def _load(self) -> object | None:
        from bot.services.learnt import LearntCategories

        try:
            return LearntCategories.load(self.folder)
        except (OSError, KeyError, ValueError) as error:
            log.warning("the learnt categories cannot be read", folder=str(self.folder), error=str(error))
            return None
