"""A dry run shows what is new, nearly there or contradicted, and like a refusal it changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from knowledge.__main__ import app
from knowledge.encoder import Encoder
from knowledge.importers.preview import read_upload, template
from knowledge.importing import import_into
from knowledge.rehearsing import rehearse, show
from knowledge.store import Store
from tests.knowledge.importers import files
from tests.knowledge.samples import ARTICLE, write_files

LONG = "申请安装长椅的业主，应当先向居民委员会登记，说明安装的位置和用途，并附一张草图，由居民委员会在七日内答复。"
BENCH = ARTICLE.replace("身份证和一张位置草图。", LONG)
FAQ = "问题,其他问法,答案,地区\n想申请一张长椅,,长椅一律不装。,全国\n门口的雪谁扫,积雪没人扫,物业公司当天清扫。,全国\n"


def _state(folder: Path) -> dict[str, str]:
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """A folder with a base of one article."""
    home = tmp_path_factory.mktemp("rehearsing")
    import_into(home / "base", [write_files(home / "texts", {"street-bench.md": BENCH})], encoder)
    return home


def _new(home: Path, name: str, data: bytes) -> Path:
    folder = home / hashlib.sha256(name.encode() + data).hexdigest()[:8]
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    return folder


NEARLY = LONG.replace("七日", "十日").replace("一张", "两张")


@pytest.mark.parametrize(
    ("name", "data", "counts"),
    [
        pytest.param("faq.csv", FAQ.encode(), (2, 0, 1), id="same question, other answer"),
        pytest.param(
            "a.docx", files.word((0, "长椅办法"), (1, "材料"), NEARLY, (1, "费用"), "免。"), (1, 1, 0), id="nearly the same"
        ),
        pytest.param(
            "a.txt",
            f"申请在楼下装长椅\n自2026年1月1日起施行。\n{'新的说法' * 9}".encode(),
            (1, 0, 1),
            id="same title, other date",
        ),
        pytest.param(
            "a.txt", "扫雪通知\n下雪以后，物业公司应当在当天中午以前扫完小区里的路。".encode(), (1, 0, 0), id="something new"
        ),
        pytest.param("a.pdf", files.scan(), (0, 0, 0), id="refused"),
    ],
)
def test_a_dry_run_tells_and_changes_nothing(home: Path, name: str, data: bytes, counts: tuple[int, int, int]) -> None:
    before = _state(home / "base")
    rehearsal = rehearse(home / "base", [_new(home, name, data)])
    assert (len(rehearsal.documents), len(rehearsal.near), len(rehearsal.conflicts)) == counts
    assert len(rehearsal.problems) == (0 if counts[0] else 1)
    assert {file: digest for file, digest in _state(home / "base").items() if not file.endswith(("-shm", "-wal"))} == {
        file: digest for file, digest in before.items() if not file.endswith(("-shm", "-wal"))
    }


def test_the_command_needs_no_base_and_makes_none(home: Path, tmp_path: Path) -> None:
    source = _new(home, "雪.txt", "扫雪通知\n[red]物业公司[/red]应当天扫雪。".encode())
    result = CliRunner().invoke(app, ["import", "--dry-run", str(source), "--into", str(tmp_path / "none")])
    assert result.exit_code == 0
    assert "会导入 1 份文件、1 个段落" in result.output
    assert "[red]物业公司[/red]应当天扫雪。" in result.output
    assert not (tmp_path / "none").exists()


def test_marks_of_a_file_are_never_markup_of_the_screen(home: Path) -> None:
    console = Console(record=True, width=200)
    show(rehearse(home / "none", [_new(home, "a.txt", "通知\n[link=http://x]按这里[/link]办理手续。".encode())]), console)
    assert "[link=http://x]按这里[/link]办理手续。" in console.export_text()


def test_tables_and_zips_are_imported_row_by_row_and_taken_back_row_by_row(tmp_path: Path, encoder: Encoder) -> None:
    source, base = tmp_path / "texts", tmp_path / "base"
    write_files(source, {"faq.csv": FAQ})
    (source / "all.zip").write_bytes(files.packed({"青岛/通知.txt": "扫雪通知\n物业公司应当天扫雪，不得收费。".encode()}))
    (source / "坏.pdf").write_bytes(files.scan())
    first = import_into(base, [source], encoder)
    assert (first.files, first.changed, [sentence.split("：")[0] for sentence in first.bad]) == (3, 3, ["坏.pdf"])
    again = import_into(base, [source], encoder)
    assert (again.changed, again.unchanged, again.retired) == (0, 2, 0)
    write_files(source, {"faq.csv": FAQ.replace("想申请一张长椅,,长椅一律不装。,全国\n", "")})
    assert import_into(base, [source], encoder).retired == 1
    store = Store(base)
    current = {row.path: row.region for row in store.current_documents().values()}
    store.close()
    assert current == {"faq.csv#门口的雪谁扫": "全国", "all.zip/青岛/通知.txt": "山东/青岛"}


def test_the_template_is_written_once(tmp_path: Path) -> None:
    file = tmp_path / "模板.csv"
    assert CliRunner().invoke(app, ["template", str(file)]).exit_code == 0
    assert file.read_bytes() == template()
    assert read_upload(file.name, file.read_bytes()).documents
    assert CliRunner().invoke(app, ["template", str(file)]).exit_code == 1
