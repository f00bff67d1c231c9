"""Passages made by hand, for what is decided without a base."""

from __future__ import annotations

from dataclasses import replace

from knowledge.model import STATUTE, Passage

PLAIN = Passage(
    version="v", document="d.md", article="第一条", text="", title="某条例", issuer=None, number=None, region="全国",
    in_force=None, kind=STATUTE, current=True,
)  # fmt: skip


def passage(text: str, **fields: object) -> Passage:
    """A statute's passage of a text; its version and document are named after its place and article."""
    made = replace(PLAIN, text=text, **fields)  # type: ignore[arg-type]
    return replace(made, version=f"{made.region}{made.article}{hash(text)}", document=f"{made.region}.md")
