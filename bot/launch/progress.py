"""Lines that show a person that the start goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console

console = Console(highlight=False)


@contextmanager
def doing(title: str) -> Iterator[None]:
    """Show `title` with a moving sign while the block runs, then how long it took."""
    begun = monotonic()
    if console.is_terminal:
        with console.status(f"{title} …"):
            yield
    else:
        console.print(f"  {title} …")
        yield
    console.print(f"  {title} ✓ {monotonic() - begun:.0f} 秒")
