"""Make ready what a start needs and is not there yet: secrets, tables, district, knowledge base, trained model, accounts.

Every step looks first whether there is anything to do, so that a second start is quick.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from cryptography.fernet import Fernet

from bot.launch.progress import doing
from bot.launch.trouble import Trouble
from bot.settings import ROOT, Settings

#: What Rasa learns from; a change in any of these means training anew.
LEARNED_FROM = ("config.yml", "domain.yml", "data/nlu", "data/rules", "data/responses", "bot/rasa_components", "bot/text")
SECRETS = {
    "JIEFANG_VAULT_KEY": lambda: Fernet.generate_key().decode(),
    "JIEFANG_RASA_TOKEN": lambda: secrets.token_urlsafe(24),
}


def write_secrets(path: Path = ROOT / ".env") -> list[str]:
    """Add the secrets that neither `.env` nor the environment has; answers their names. Raises Trouble."""
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"读不了 {path}：{error}。它应当是 UTF-8 文本，每行一个“名字=值”。") from error
    check_env_lines(path, text)
    missing = [name for name in SECRETS if not os.environ.get(name) and not re.search(rf"^{name}=.+", text, re.MULTILINE)]
    if missing:
        head = text if not text or text.endswith("\n") else text + "\n"
        path.touch(mode=0o600)
        path.write_text(head + "".join(f"{name}={SECRETS[name]()}\n" for name in missing), encoding="utf-8")
    return missing


def check_env_lines(path: Path, text: str) -> None:
    """Raise Trouble naming the first line of `.env` that is neither a setting nor a comment."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#") and not re.match(r"\s*(export\s+)?[A-Za-z_]\w*\s*=", line):
            raise Trouble(f"{path} 第 {number} 行看不懂：应当是“名字=值”，或以 # 开头的说明。")


def model_path(settings: Settings) -> Path:
    """Where the model that fits the present training data lies, or will lie."""
    return settings.var / "models" / f"{fingerprint(learned_files())}.tar.gz"


def learned_files() -> list[Path]:
    """All files Rasa learns from, in a fixed order."""
    found: list[Path] = []
    for name in LEARNED_FROM:
        path = ROOT / name
        found += [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file() and p.suffix != ".pyc")
    return found


def fingerprint(files: Iterable[Path]) -> str:
    """A short hash of names and contents."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def train(settings: Settings) -> Path:
    """Train Rasa if its data has changed; answers the model's path. Raises Trouble with Rasa's last words."""
    if settings.model is not None:
        if not settings.model.exists():
            raise Trouble(f"找不到 JIEFANG_MODEL 指定的模型：{settings.model}")
        return settings.model
    model = model_path(settings)
    if model.exists():
        return model
    model.parent.mkdir(parents=True, exist_ok=True)
    command = [
        str(ROOT / ".venv-rasa" / "bin" / "rasa"), "train", "--quiet", "--data", "data/nlu", "data/rules", "data/responses",
        "--out", str(model.parent), "--fixed-model-name", model.name.removesuffix(".tar.gz"),
    ]  # fmt: skip
    with doing("训练对话模型"):
        run_quietly(command, settings.var / "logs" / "train.log")
    for old in model.parent.glob("*.tar.gz"):
        if old != model:
            old.unlink()
    return model


def import_articles(settings: Settings) -> None:
    """Bring the shipped articles into the knowledge base; quick when nothing has changed."""
    articles = ROOT / "knowledge" / "articles"
    stamp = settings.knowledge / "articles.stamp"
    learned = [*sorted(articles.glob("*.*")), *sorted((ROOT / "knowledge").rglob("*.py"))]
    now = f"{fingerprint(learned)} {settings.encoder or ''}"
    if stamp.exists() and stamp.read_text() == now:
        return
    command = [sys.executable, "-m", "knowledge", "import", str(articles), "--into", str(settings.knowledge)]
    command += ["--model", settings.encoder] if settings.encoder else []
    with doing("导入政策知识库"):
        run_quietly(command, settings.var / "logs" / "import.log")
    stamp.write_text(now)


def run_quietly(command: list[str], log: Path) -> None:
    """Run a command of ours with its words in a log. Raises Trouble with the last of them when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as file:
        code = subprocess.run(  # noqa: S603  # our own commands, no words of a stranger
            command, stdout=file, stderr=subprocess.STDOUT, cwd=ROOT, check=False, env=rasa_environment(),
        ).returncode  # fmt: skip
    if code:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
        raise Trouble(f"{' '.join(Path(part).name for part in command[:3])} 没有成功（全文见 {log}）：\n{tail}")


def rasa_environment() -> dict[str, str]:
    """The environment for our child processes: no telemetry, quiet TensorFlow."""
    quiet = {
        "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore", "TOKENIZERS_PARALLELISM": "false",
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
    }  # fmt: skip
    return {**os.environ, **quiet}
