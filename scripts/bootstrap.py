"""Make both Python environments, whatever is missing of them, then hand over. Standard library, Python 3.8 or newer.

usage: python3 scripts/bootstrap.py [--dev]

`.venv-rasa` (Python 3.10) holds Rasa, `.venv` (Python 3.11 or newer) the application; why there are two stands in
requirements/README.md. Nothing is fetched except packages. Run again it does nothing, in well under a second.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Environment → (versions that will do, best first; lock files).
ENVIRONMENTS = {
    ".venv-rasa": (("3.10",), ("requirements/rasa.txt",)),
    ".venv": (("3.11", "3.12", "3.13"), ("requirements/app.txt",)),
}
DEV = {".venv-rasa": (), ".venv": ("requirements/dev.txt",)}
NEEDED_MB = 6000


class Trouble(Exception):
    """Something the person at the keyboard has to mend; the message is the one sentence they read."""


def main(dev):
    """Bring every environment up to its lock files, side by side: most of the time goes into unpacking, one core each."""
    missing = {}
    for name, (versions, locks) in ENVIRONMENTS.items():
        wanted = locks + (DEV[name] if dev else ())
        stamp = ROOT / name / ".installed"
        if not stamp.exists() or stamp.read_text() not in (fingerprint(wanted), fingerprint(locks + DEV[name])):
            check_disk()
            missing[name] = (find_python(versions), wanted)
    with ThreadPoolExecutor() as pool:
        for made in [pool.submit(make, name, python, wanted) for name, (python, wanted) in missing.items()]:
            made.result()


def make(name, python, locks):
    """One environment with what its lock files name. Raises Trouble."""
    if not (ROOT / name / "bin" / "python").exists():
        step(f"创建环境 {name}（{python}）", [python, "-m", "venv", str(ROOT / name)])
    pip = [str(ROOT / name / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    for lock in locks:
        step(f"安装 {name} ← {lock}", [*pip, "-r", str(ROOT / lock)])
    (ROOT / name / ".installed").write_text(fingerprint(locks))


def fingerprint(locks):
    """What the lock files say, as a short hash."""
    digest = hashlib.sha256()
    for lock in locks:
        digest.update((ROOT / lock).read_bytes())
    return digest.hexdigest()


def find_python(versions):
    """A working interpreter of one of `versions`: PATH, pyenv, uv, in this order. Raises Trouble saying what is missing."""
    candidates = []
    for version in versions:
        candidates += [shutil.which(f"python{version}"), *pyenv_pythons(version), uv_python(version)]
    for candidate in candidates:
        if candidate and works(candidate, versions):
            return str(candidate)
    if shutil.which("uv"):
        step(f"用 uv 取得 Python {versions[0]}", ["uv", "python", "install", versions[0]])
        found = uv_python(versions[0])
        if found and works(found, versions):
            return found
    raise Trouble(f"缺少 Python {' 或 '.join(versions)}：请用系统包、pyenv（pyenv install {versions[0]}）或 uv 安装后再试。")


def pyenv_pythons(version):
    """Interpreters pyenv has of a version, newest first."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    return sorted(root.glob(f"{version}.*/bin/python"), reverse=True)


def uv_python(version):
    """The interpreter uv knows of a version, or None."""
    if not shutil.which("uv"):
        return None
    found = subprocess.run(["uv", "python", "find", version], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


def works(python, versions):
    """Whether this is an interpreter of one of `versions` that can make environments (a pyenv shim may only say no)."""
    code = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    try:
        said = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.returncode == 0 and said.stdout.strip() in versions


def check_disk():
    """Raise Trouble when the two environments would not fit."""
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < NEEDED_MB:
        raise Trouble(f"磁盘空间不够：安装需要约 {NEEDED_MB} MB，{ROOT} 只剩 {free} MB。")


def step(title, command):
    """Run one command, saying how long it takes; its own words are shown only when it fails."""
    begun, done = time.monotonic(), threading.Event()
    ticker = threading.Thread(target=tick, args=(title, begun, done), daemon=True)
    ticker.start()
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd=ROOT)
    done.set()
    ticker.join()
    seconds = time.monotonic() - begun
    if result.returncode:
        tail = "\n".join(result.stdout.strip().splitlines()[-15:])
        raise Trouble(f"{title} 没有成功：\n{tail}")
    print(f"  {title} ✓ {seconds:.0f} 秒", flush=True)


def tick(title, begun, done):
    """Show every 15 seconds that the step goes on; two steps may run side by side."""
    print(f"  {title} …", flush=True)
    while not done.wait(15):
        print(f"  {title} … {time.monotonic() - begun:.0f} 秒", flush=True)


if __name__ == "__main__":
    try:
        main(dev="--dev" in sys.argv[1:])
    except Trouble as trouble:
        sys.exit(f"✗ {trouble}")
    except KeyboardInterrupt:
        sys.exit("✗ 已停止。再运行一次会从停下的地方继续。")
