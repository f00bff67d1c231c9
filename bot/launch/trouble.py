"""What can stand in the way of a start, each as one clear sentence for the person at the keyboard."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Mapping
from pathlib import Path

NEEDED_MB = 500


class Trouble(Exception):
    """The start cannot go on; the message is the sentence to show."""


def check_ports(ports: Mapping[str, tuple[str, int]]) -> None:
    """Raise Trouble naming the first of `ports` (what for → host, port) that somebody else listens on."""
    for purpose, (host, port) in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise Trouble(f"端口 {port}（{purpose}）已被占用：请先停掉占用它的程序，或在 .env 里换一个端口。") from error


def check_disk(folder: Path) -> None:
    """Raise Trouble when there is too little room to run on."""
    free = shutil.disk_usage(folder).free // 2**20
    if free < NEEDED_MB:
        raise Trouble(f"磁盘快满了：{folder} 只剩 {free} MB，至少需要 {NEEDED_MB} MB。")
