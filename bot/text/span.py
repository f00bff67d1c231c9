"""A piece of a message, quoted word for word. What a piece means is decided by the modules that find it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """`text == message[start:end]`; offsets count characters of the message as it was written."""

    text: str
    start: int
    end: int

    @classmethod
    def cut(cls, message: str, start: int, end: int) -> "Span":
        """The span [start, end) of `message` without blanks at its edges."""
        while start < end and message[start].isspace():
            start += 1
        while end > start and message[end - 1].isspace():
            end -= 1
        return cls(message[start:end], start, end)
