"""Publications of the knowledge base: approved drafts whose hour has come, what the base does not hold yet, the lexicon."""

from __future__ import annotations

from bot.services.lexicon import LexiconEditing
from bot.services.releases import Releases
from bot.services.reviewing import Reviewing


class Publications:
    """One sweep, safe to run twice and side by side."""

    def __init__(self, reviewing: Reviewing, releases: Releases, lexicon: LexiconEditing) -> None:
        self.reviewing, self.releases, self.lexicon = reviewing, releases, lexicon

    def once(self) -> int:
        """Publish what is due and write it into the knowledge base; answers how many documents changed there."""
        self.reviewing.publish_due()
        self.lexicon.publish()
        return self.releases.once()
