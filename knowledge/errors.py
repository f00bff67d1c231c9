"""Everything the knowledge base can refuse, with a Chinese sentence for the person at the keyboard.

KnowledgeError          base; str() is a full Chinese sentence
├── NotBuilt            no knowledge base in that folder yet
│   └── AnotherEdition  there is one, but another edition of this program wrote it
├── BadFile             one source file cannot be read or breaks the format (file, line, reason)
├── BadVectors          a folder of vectors computed elsewhere does not fit
├── Busy                another import holds the folder
└── EncoderMissing      the encoder's weights cannot be found or unpacked

Anything else that escapes is a bug.
"""

from __future__ import annotations


class KnowledgeError(Exception):
    """Base of all refusals of this package."""


class NotBuilt(KnowledgeError):
    """There is no knowledge base in the folder."""


class AnotherEdition(NotBuilt):
    """The knowledge base was written by an edition of this program whose tables cannot be carried over."""


class BadFile(KnowledgeError):
    """A source file that cannot be imported. `line` counts from 1; None when the whole file is meant."""

    def __init__(self, file: str, reason: str, line: int | None = None) -> None:
        where = f"{file} 第 {line} 行" if line else file
        super().__init__(f"{where}：{reason}")
        self.file, self.reason, self.line = file, reason, line


class BadVectors(KnowledgeError):
    """The vectors handed to an import are incomplete or of another shape."""


class Busy(KnowledgeError):
    """Another process is importing into the same folder."""


class EncoderMissing(KnowledgeError):
    """No encoder can be loaded under the configured name."""
