"""Every setting of an installation, read once from the environment and `.env`, checked at start, nowhere else.

Names in the environment carry the prefix `JIEFANG_`, except the few that are a standard of their own
(`TELEGRAM_API_BASE`). Each setting stands with its meaning in `.env.example`; a test holds the two together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cryptography.fernet import Fernet
from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
Port = Annotated[int, Field(ge=1, le=65535)]


class SettingsError(Exception):
    """A setting is missing or cannot be right; the message is one sentence for the person who starts the system."""


class Settings(BaseSettings):
    """Everything that differs between installations. Read by `read_settings`, once, in `bot/app.py`."""

    model_config = SettingsConfigDict(env_prefix="JIEFANG_", env_file=ROOT / ".env", extra="ignore", frozen=True)

    var: Path = ROOT / "var"
    database_url: str = f"sqlite:///{ROOT / 'var' / 'jiefang.db'}"
    redis_url: str | None = None  # None: one process wakes its own parts
    vault_key: str = ""  # Fernet key for personal data; `python -m bot prepare` writes it
    host: str = "127.0.0.1"
    port: Port = 8000
    actions_port: Port = 5055
    rasa_port: Port = 5005
    rasa_url: str = "http://127.0.0.1:5005"
    rasa_token: str = ""  # guards Rasa's HTTP API on loopback
    model: Path | None = None  # a trained Rasa model to use as it is; None: train one from data/ when that has changed
    rasa_timeout: float = Field(default=8.0, gt=0, le=60)  # seconds one turn may take before the one retry
    engine_patience: float = Field(default=600.0, ge=0)  # seconds a turn waits for a Rasa that is down before a person gets it
    telegram_token: str | None = None  # None: the Telegram channel is not started
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_url: str | None = None  # public https address of this service
    telegram_staff_group: int | None = None  # a forum group in which staff work, one topic a conversation; None: web desk only
    telegram_secret: str | None = None  # Telegram repeats it in each webhook call
    telegram_api_base: str = Field(
        default="https://api.telegram.org",
        validation_alias=AliasChoices("TELEGRAM_API_BASE", "JIEFANG_TELEGRAM_API_BASE"),
    )
    district: Path = ROOT / "data" / "district"
    knowledge: Path = ROOT / "var" / "knowledge"
    encoder: str | None = None  # a sentence-transformers name or folder; None: the embedded one
    region: str | None = None  # province or city whose rules residents are asked about unless they say otherwise
    secure_cookies: bool = False  # true behind https
    second_factor_for: frozenset[str] = frozenset()  # roles that cannot work without a second factor, as a JSON list
    speech_url: str | None = None  # a server that answers /v1/audio/transcriptions; None: a person listens to voice messages
    speech_key: str = ""
    speech_model: str = "whisper-1"
    speech_timeout: float = Field(default=10.0, gt=0, le=60)  # seconds one recording may take
    open311_keys: str = ""  # name=SHA-256 of the key, separated by commas: programs that may file through Open311
    max_upload_mb: int = Field(default=20, ge=1, le=50)

    @field_validator("vault_key")
    @classmethod
    def _is_a_fernet_key(cls, value: str) -> str:
        if value:
            Fernet(value)  # raises ValueError with its own words
        return value


def read_settings(**overrides: object) -> Settings:
    """The checked settings. Raises SettingsError with one sentence naming the first setting that is wrong."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # keyword overrides are checked by pydantic itself
    except ValidationError as error:
        first = error.errors()[0]
        name = "JIEFANG_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"配置 {name} 不对：{first['msg']}（请检查 .env 文件或环境变量）") from error
