"""An import from start to end: read files, write the database, publish words at once, encode what has no vector yet.

Order makes it safe to kill at any moment: texts and index change in one transaction, the files of the index are built
before it ends, vectors are on disk before the database names them. The next import goes on where this one stopped.

`publish` and `withdraw` are the same for documents that are no files: the admin pages write and take them back there.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from knowledge import filling, publishing
from knowledge.encoder import Encoder
from knowledge.errors import AnotherEdition, BadFile, KnowledgeError
from knowledge.importers.documents import belongs_to, holds_several, is_importable, read_documents
from knowledge.importers.sentences import refuse
from knowledge.kept import Text
from knowledge.locks import importing, writing
from knowledge.model import Document
from knowledge.store import FILE as DATABASE
from knowledge.store import Known, Store, holds_only_articles
from knowledge.tables import ADMIN, SHELVES, shelf_of
from knowledge.vectors import FILE as VECTORS
from knowledge.vectors import VectorFile

READER = "7"  # of the importers; another number reads every file again
AT_ONCE = 48  # texts encoded before they are published; with more, words answer first and meaning follows

#: called with (step, done, total) so that a command can draw a bar
Progress = Callable[[str, int, int], None]


def silent(step: str, done: int, total: int) -> None:
    """Progress nobody watches."""


@dataclass
class Report:
    """What an import did. `bad` holds one Chinese sentence for each file left out, `kept` counts the admin pages' own."""

    files: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0
    retired: int = 0
    encoded: int = 0
    adopted: int = 0
    bad: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """A file to import. Its path in the base is relative to the root."""

    file: Path
    root: Path

    @property
    def path(self) -> str:
        """The document's lasting name: its path below the root, with forward slashes."""
        return self.file.relative_to(self.root).as_posix()


@dataclass(frozen=True)
class _Read:
    """One document that is new or changed, with its root and the digest of its bytes."""

    document: Document
    root: str
    digest: str


def import_into(
    folder: Path, sources: Sequence[Path], encoder: Encoder, *, vectors: Path | None = None, progress: Progress = silent
) -> Report:
    """Import files and folders into the knowledge base at `folder`. Raises KnowledgeError; then nothing has changed."""
    found, folders = list(collect(sources)), [path for path in sources if path.is_dir()]
    with importing(folder), _base(folder) as store:
        _settle_encoder(store, folder, encoder, progress)
        report, read, gone = _read_all(store, found, folders, progress)
        texts = filling.texts_of(one.document for one in read)
        report.adopted = filling.adopt_kept(store, folder, encoder, folders, filling.missing(store, texts))
        if vectors is None:
            report.encoded = _encode_few(store, folder, encoder, texts, progress)
        _write(store, folder, read, gone, progress, SHELVES)
        report.adopted += filling.adopt_kept(store, folder, encoder, folders, filling.missing(store))
        if vectors is not None:
            report.adopted += filling.adopt_foreign(store, folder, encoder, vectors)
            filling.renew(store, folder)
        report.encoded += filling.encode(store, folder, encoder, filling.missing(store), progress)
        filling.renew(store, folder)
        return report


def publish(folder: Path, documents: Sequence[tuple[str, bytes]], encoder: Encoder, *, progress: Progress = silent) -> Report:
    """Put documents into the base as (path, bytes of the file they would be), all of them or none.

    They belong to the root `tables.ADMIN`: from then on an import of files leaves these paths alone. When this returns,
    running readers answer from them at the next question. Raises BadFile or another KnowledgeError; then nothing has
    changed.
    """
    twice = [path for path, count in Counter(path for path, _ in documents).items() if count > 1 or not path]
    if twice:
        raise KnowledgeError(f"文件名重复或是空的：{'、'.join(twice)}")
    with _base(folder) as store:
        _same_encoder(store, folder, encoder)
        known, report, read = store.known(), Report(files=len(documents)), []
        for path, data in documents:
            digest = _digest(data)
            if _is_known(known.get(path), digest) and known[path].root == ADMIN:
                report.unchanged += 1
            else:
                read.append(_Read(read_document(path, data), ADMIN, digest))
        report.changed, texts = len(read), filling.texts_of(one.document for one in read)
        report.encoded = _encode_few(store, folder, encoder, texts, progress)
        _write(store, folder, read, [], progress)
        later = filling.missing(store, texts)
        if later:
            report.encoded += filling.encode(store, folder, encoder, later, progress)
            filling.renew(store, folder)
        return report


def withdraw(folder: Path, paths: Sequence[str], encoder: Encoder, *, progress: Progress = silent) -> Report:
    """Let documents answer no more, whoever brought them in; what was quoted of them stays readable.

    The paths belong to the admin pages from then on: an import of files does not bring them back, `publish` does.
    Raises KnowledgeError for a path that was never there; then nothing has changed.
    """
    with _base(folder) as store:
        _same_encoder(store, folder, encoder)
        known = store.known()
        if unknown := [path for path in paths if path not in known]:
            raise KnowledgeError(f"知识库里没有：{'、'.join(unknown)}")
        gone = [path for path in dict.fromkeys(paths) if known[path].current or known[path].root != ADMIN]
        _write(store, folder, [], gone, progress, root=ADMIN)
        return Report(files=len(paths), retired=len(gone), unchanged=len(paths) - len(gone))


@contextmanager
def _base(folder: Path) -> Iterator[Store]:
    with writing(folder):
        store = _opened(folder)
    try:
        yield store
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


def collect(sources: Sequence[Path]) -> Iterator[Source]:
    """The files an import of these files and folders looks at. Raises KnowledgeError for a path that is not there."""
    for source in sources:
        if source.is_dir():
            files = sorted(file for file in source.rglob("*") if is_importable(file) and file.is_file())
            yield from (Source(file, source) for file in files)
        elif source.is_file():
            yield Source(source, source.parent)
        else:
            raise KnowledgeError(f"找不到 {source}，请检查路径。")


def read_document(path: str, data: bytes) -> Document:
    """The document of a file that is one, from its bytes. Raises BadFile, also for a file that holds several."""
    documents = read_documents(path, data).documents
    if len(documents) != 1 or documents[0].path != path:
        raise refuse(path, "several")
    return documents[0]


def _digest(data: bytes) -> str:
    return f"{READER}:{hashlib.sha256(data).hexdigest()}"


def _is_known(before: Known | None, digest: str) -> bool:
    return before is not None and before.digest == digest and before.current


def _read_all(
    store: Store, found: list[Source], folders: list[Path], progress: Progress
) -> tuple[Report, list[_Read], list[str]]:
    """What is new or changed, and the paths that are gone."""
    report, known, read = Report(files=len(found)), store.known(), list[_Read]()
    dropped: set[str] = set()  # rows and members that a changed file holds no more
    for done, source in enumerate(found, 1):
        progress("读取文件", done, len(found))
        data = source.file.read_bytes()
        digest, before = _digest(data), _before(known, source.path)
        if before and all(one.root == ADMIN for one in before.values()):
            report.kept += 1
        elif any(_is_known(one, digest) for one in before.values()):
            report.unchanged += 1
        else:
            try:
                taken = read_documents(source.path, data)
            except BadFile as error:
                report.bad.append(str(error))
                continue
            report.bad += taken.errors
            read += [_Read(document, _root_name(source.root), digest) for document in taken.documents]
            dropped |= set(before) - {document.path for document in taken.documents}
    gone = [*_gone(known, found, folders), *sorted(path for path in dropped if known[path].current)]
    report.changed, report.retired = len(read), len(gone)
    return report, read, gone


def _before(known: dict[str, Known], file: str) -> dict[str, Known]:
    """What the base knows of a file: its document, or all of them by their paths."""
    if holds_several(file):
        return {path: one for path, one in known.items() if belongs_to(path, file)}
    return {file: known[file]} if file in known else {}


def _root_name(root: Path) -> str:
    return str(root.resolve())


def _gone(known: dict[str, Known], found: list[Source], folders: Iterable[Path]) -> list[str]:
    """Documents that came from one of these folders and are not there any more."""
    roots = {_root_name(folder) for folder in folders}
    present = {source.path for source in found}
    several = [path for path in present if holds_several(path)]
    missing = [path for path, one in known.items() if one.current and one.root in roots and path not in present]
    return [path for path in missing if not any(belongs_to(path, file) for file in several)]


def _write(
    store: Store,
    folder: Path,
    read: Sequence[_Read],
    gone: Sequence[str],
    progress: Progress,
    shelves: Iterable[str] = (),
    *,
    root: str | None = None,
) -> None:
    """Texts and index in one step. `shelves` are looked through besides those that change; `root` takes the gone over."""
    with writing(folder):
        with store.transaction():
            known = store.known()
            # The admin pages may have taken a path over while the files were read.
            read = [one for one in read if one.root == ADMIN or _root_of(known, one.document.path) != ADMIN]
            gone = [path for path in gone if root == ADMIN or _root_of(known, path) != ADMIN]
            touched = {shelf_of(one.document.kind) for one in read}
            touched |= {shelf_of(known[path].kind) for path in (*gone, *(one.document.path for one in read)) if path in known}
            for one in read:
                store.put(one.document, root=one.root, digest=one.digest)
            store.retire(gone, root=root)
            publishing.changed(store, touched)
            publishing.renew(folder, store, progress, {*shelves, *touched})
            if not gone and not publishing.holds(store):
                raise KnowledgeError("没有任何可以导入的内容：请检查文件格式。")
        publishing.announce(folder, store)


def _root_of(known: dict[str, Known], path: str) -> str | None:
    return known[path].root if path in known else None


def _settle_encoder(store: Store, folder: Path, encoder: Encoder, progress: Progress) -> None:
    """Vectors of another encoder are worth nothing: start the file anew when the encoder has changed."""
    if store.get("encoder") == encoder.name:
        return
    with writing(folder):
        with store.transaction():
            store.forget_vectors()
            store.set("encoder", encoder.name)
            store.set("width", str(encoder.width))
            if publishing.current(store):
                publishing.renew(folder, store, progress)
        publishing.announce(folder, store)
        VectorFile(folder, encoder.width).path.unlink(missing_ok=True)


def _same_encoder(store: Store, folder: Path, encoder: Encoder) -> None:
    before = store.get("encoder")
    if before is None:
        _settle_encoder(store, folder, encoder, silent)
    elif before != encoder.name:
        raise KnowledgeError(f"{folder} 是用编码模型“{before}”建立的，现在配置的是“{encoder.name}”，请重新导入。")


def _encode_few(store: Store, folder: Path, encoder: Encoder, texts: Sequence[Text], progress: Progress) -> int:
    """Encode before publishing where that takes moments: readers then never meet a text they find by words only."""
    waiting = filling.missing(store, texts)
    return filling.encode(store, folder, encoder, waiting, progress) if 0 < len(waiting) <= AT_ONCE else 0
