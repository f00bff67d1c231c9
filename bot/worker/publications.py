"""Publications of the knowledge base: approved drafts whose hour has come, and whatever the base does not hold yet."""

from __future__ import annotations

from bot.services.releases import Releases
from bot.services.reviewing import Reviewing


class Publications:
    """One sweep, safe to run twice and side by side."""

    def __init__(self, reviewing: Reviewing, releases: Releases) -> None:
        self.reviewing, self.releases = reviewing, releases

    def once(self) -> int:
        """Publish what is due and write it into the knowledge base; answers how many documents changed there."""
        self.reviewing.publish_due()
        return self.releases.once()
