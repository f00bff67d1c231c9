"""An import from start to end: read files, write the database, publish words at once, encode what has no vector yet.

Order makes it safe to kill at any moment: the database changes in one transaction, the index is built beside and
renamed, vectors are on disk before the database names them. The next import goes on where this one stopped.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from knowledge import kept, publishing
from knowledge.encoder import Encoder
from knowledge.errors import AnotherEdition, BadFile, Busy, KnowledgeError
from knowledge.importers.articles import FENCE, read_article
from knowledge.importers.statutes import read_statute
from knowledge.kept import Text, encode, question_text
from knowledge.model import Document
from knowledge.store import FILE as DATABASE
from knowledge.store import Store, holds_only_articles
from knowledge.vectors import FILE as VECTORS
from knowledge.vectors import Floats, VectorFile, read_foreign

READER = "5"  # of the importers; another number reads every file again
LARGEST = 20 * 1024 * 1024  # bytes of one file
CHUNK = 128  # passages encoded between two commits
PUBLISH_EVERY = 20.0  # seconds between two publications while encoding

#: called with (step, done, total) so that a command can draw a bar
Progress = Callable[[str, int, int], None]


@dataclass
class Report:
    """What an import did. `bad` holds one Chinese sentence for each file left out."""

    files: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0
    encoded: int = 0
    adopted: int = 0
    bad: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Source:
    file: Path
    root: Path

    @property
    def path(self) -> str:
        return self.file.relative_to(self.root).as_posix()


def import_into(
    folder: Path,
    sources: Sequence[Path],
    encoder: Encoder,
    *,
    vectors: Path | None = None,
    progress: Progress = lambda step, done, total: None,
) -> Report:
    """Import files and folders into the knowledge base at `folder`. Raises KnowledgeError; then nothing has changed."""
    found, folders = list(_collect(sources)), [path for path in sources if path.is_dir()]
    folder.mkdir(parents=True, exist_ok=True)
    with _only_one(folder):
        store = _opened(folder)
        try:
            report = _read_all(store, found, folders, progress)
            _settle_encoder(store, folder, encoder)
            publishing.publish_words(folder, store, progress)
            report.adopted = _adopt_kept(store, folder, encoder, folders)
            if vectors is not None:
                report.adopted += _adopt(store, folder, encoder, vectors)
            report.encoded = _encode_missing(store, folder, encoder, progress)
            return report
        finally:
            store.close()


def _opened(folder: Path) -> Store:
    """The base in the folder; one of another edition is built anew where nothing but own articles would be lost."""
    try:
        return Store(folder, create=True)
    except AnotherEdition:
        if not holds_only_articles(folder):
            raise
    for path in folder.iterdir():
        if path.name in (publishing.FOLDER, VECTORS) or path.name.startswith(DATABASE):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return Store(folder, create=True)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with (folder / "import.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(f"另一个导入正在写 {folder}，请等它结束。") from error
        yield


def _collect(sources: Sequence[Path]) -> Iterator[_Source]:
    for source in sources:
        if source.is_dir():
            files = sorted(file for file in source.rglob("*.md") if file.name.upper() != "README.MD")
            yield from (_Source(file, source) for file in files)
        elif source.is_file():
            yield _Source(source, source.parent)
        else:
            raise KnowledgeError(f"找不到 {source}，请检查路径。")


def read_document(path: str, data: bytes) -> Document:
    """A document from a file's bytes, by the importer its beginning calls for. Raises BadFile."""
    if len(data) > LARGEST:
        raise BadFile(path, f"文件超过 {LARGEST // 1024 // 1024} MB，已跳过")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(path, "不是 UTF-8 编码，请另存为 UTF-8 后再导入") from error
    if not text.strip():
        raise BadFile(path, "文件是空的，已跳过")
    return read_article(path, text) if text.lstrip().startswith(FENCE) else read_statute(path, text)


def _read_all(store: Store, found: list[_Source], folders: list[Path], progress: Progress) -> Report:
    report = Report(files=len(found))
    known = store.digests()
    changed: list[tuple[Document, str, str]] = []
    for done, source in enumerate(found, 1):
        progress("读取文件", done, len(found))
        data = source.file.read_bytes()
        digest = f"{READER}:{hashlib.sha256(data).hexdigest()}"
        before = known.get(source.path)
        if before and before[0] == digest and before[2]:
            report.unchanged += 1
            continue
        try:
            changed.append((read_document(source.path, data), _root_name(source.root), digest))
        except BadFile as error:
            report.bad.append(str(error))
    gone = _gone(known, found, folders)
    report.changed, report.retired = len(changed), len(gone)
    if changed or gone:
        _write(store, changed, gone)
    return report


def _root_name(root: Path) -> str:
    return str(root.resolve())


def _gone(known: dict[str, tuple[str, str, bool]], found: list[_Source], folders: Iterable[Path]) -> list[str]:
    """Documents that came from one of these folders and are not there any more."""
    roots = {_root_name(folder) for folder in folders}
    present = {source.path for source in found}
    return [path for path, (_, root, current) in known.items() if current and root in roots and path not in present]


def _write(store: Store, changed: list[tuple[Document, str, str]], gone: list[str]) -> None:
    with store.transaction():
        for document, root, digest in changed:
            store.put(document, root=root, digest=digest)
        store.retire(gone)
        store.set("content", str(int(store.get("content") or 0) + 1))


def _settle_encoder(store: Store, folder: Path, encoder: Encoder) -> None:
    """Vectors of another encoder are worth nothing: start the file anew when the encoder has changed."""
    if store.get("encoder") != encoder.name:
        with store.transaction():
            store.forget_vectors()
            store.set("encoder", encoder.name)
            store.set("width", str(encoder.width))
        VectorFile(folder, encoder.width).path.unlink(missing_ok=True)


def _missing(store: Store) -> list[Text]:
    """Everything that has no vector yet, short texts first: a batch of one length pads little."""
    have = store.vector_rows()
    texts = [question_text(one.text) for one in store.current_asked()]
    texts += [Text(row.vector, row.meaning, is_question=False) for row in store.current_rows()]
    waiting = {one.key: one for one in texts if one.key not in have}
    return sorted(waiting.values(), key=lambda one: (one.is_question, len(one.text)))


def _adopt_kept(store: Store, folder: Path, encoder: Encoder, folders: Iterable[Path]) -> int:
    """Take the vectors that lie beside articles (see `kept`); answer how many were wanted."""
    wanted = {one.key for one in _missing(store)}
    adopted = 0
    for source in folders:
        vectors = kept.read(source, encoder) if wanted else {}
        keys = sorted(wanted & set(vectors))
        if keys:
            _append(store, folder, encoder.width, keys, np.stack([vectors[key] for key in keys]))
            wanted -= set(keys)
            adopted += len(keys)
    if adopted:
        publishing.publish_vectors(folder, store)
    return adopted


def _adopt(store: Store, folder: Path, encoder: Encoder, source: Path) -> int:
    """Take vectors computed elsewhere for passages that have none; answer how many fitted."""
    rows, values = read_foreign(source)
    if values.shape[1] != encoder.width:
        raise KnowledgeError(f"{source} 的向量长 {values.shape[1]}，编码模型 {encoder.name} 的长 {encoder.width}，不能用。")
    wanted = {one.key for one in _missing(store)}
    pairs: list[tuple[str, int]] = []
    for document, article, key in store.keys_in_order():
        waiting = rows.get((document, article))
        if waiting:
            row = waiting.pop(0)  # the same heading twice in a file: in order
            if key in wanted:
                pairs.append((key, row))
                wanted.discard(key)
    if pairs:
        _append(store, folder, encoder.width, [key for key, _ in pairs], values[[row for _, row in pairs]])
        publishing.publish_vectors(folder, store)
    return len(pairs)


def _append(store: Store, folder: Path, width: int, keys: list[str], values: Floats) -> None:
    file = VectorFile(folder, width)
    file.cut(len(store.vector_rows()))
    first = file.append(values)
    with store.transaction():
        store.add_vectors(zip(keys, range(first, first + len(keys)), strict=True))


def _encode_missing(store: Store, folder: Path, encoder: Encoder, progress: Progress) -> int:
    todo = _missing(store)
    published = time.monotonic()
    for start in range(0, len(todo), CHUNK):
        progress("理解内容", start, len(todo))
        chunk = todo[start : start + CHUNK]
        _append(store, folder, encoder.width, [one.key for one in chunk], encode(encoder, chunk))
        if time.monotonic() - published > PUBLISH_EVERY:
            publishing.publish_vectors(folder, store)
            published = time.monotonic()
    progress("理解内容", len(todo), len(todo))
    publishing.publish_vectors(folder, store)
    return len(todo)
