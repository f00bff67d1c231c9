"""A Rasa server for a batch command: the running one, or one of our own that ends with the command."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.channels.rasa import RasaEngine
from bot.launch.prepare import rasa_environment, train
from bot.launch.progress import doing
from bot.launch.trouble import Trouble
from bot.launch.up import children, free_port
from bot.settings import Settings

START_LIMIT = 120.0
END_LIMIT = 10.0


@contextmanager
def rasa_at_hand(settings: Settings) -> Iterator[RasaEngine]:
    """An engine that answers. Raises Trouble when Rasa cannot be started."""
    engine = RasaEngine(settings.rasa_url, settings.rasa_token, settings.rasa_timeout)
    if engine.alive():
        yield engine
        engine.close()
        return
    engine.close()
    own = settings.model_copy(update={"rasa_port": free_port()})
    with _process(own, train(settings)) as running:
        yield running


@contextmanager
def _process(settings: Settings, model: Path) -> Iterator[RasaEngine]:
    rasa = children(settings, model)[0]
    environment = {**rasa_environment(), **rasa.environment}
    process = subprocess.Popen(  # noqa: S603  # our own command
        rasa.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    engine = RasaEngine(f"http://127.0.0.1:{settings.rasa_port}", settings.rasa_token, settings.rasa_timeout)
    try:
        with doing("启动 Rasa"):
            limit = time.monotonic() + START_LIMIT
            while not engine.alive():
                if process.poll() is not None or time.monotonic() > limit:
                    raise Trouble("Rasa 没有启动成功；`python -m bot train` 之后再试，或看 var/logs/rasa.log。")
                time.sleep(0.3)
        yield engine
    finally:
        engine.close()
        process.terminate()
        try:
            process.wait(END_LIMIT)
        except subprocess.TimeoutExpired:  # a busy machine; nothing of it is kept, and the answers are written
            process.kill()
