"""Documents of the desk written into a knowledge base through an import of a folder of their own, `<base>/admin`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from knowledge.encoder import Encoder
from knowledge.importing import import_into

FOLDER = "admin"


def publish(folder: Path, documents: Sequence[tuple[str, bytes]], encoder: Encoder) -> None:
    """Let (path, Markdown) answer from now on. Raises Busy while another import is at work, KnowledgeError."""
    home = folder / FOLDER
    for path, data in documents:
        file = home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(file.name + ".new")
        beside.write_bytes(data)
        beside.replace(file)
    import_into(folder, [home], encoder)


def withdraw(folder: Path, paths: Sequence[str], encoder: Encoder) -> None:
    """Let these answer nobody any more; what they once said stays readable. Raises as `publish`."""
    home = folder / FOLDER
    missing = [path for path in paths if not (home / path).is_file()]
    if missing:  # a document of another folder has to be ours before it can go
        publish(folder, [(path, _empty(path)) for path in missing], encoder)
    for path in paths:
        (home / path).unlink(missing_ok=True)
    import_into(folder, [home], encoder)


def _empty(path: str) -> bytes:
    facts = "kind: text\ncategory: x\nregion: 全国\nissuer: x\nvalid_from: 2000-01-01\nreviewed: 2000-01-01"
    return f"---\nid: {Path(path).stem}\ntitle: 已停用\n{facts}\n---\n## 正文\n已停用。\n".encode()
