"""The papers say what the code says: settings, commands, statuses, errors, paths and words, each looked up in the other.

The wiring of Rasa's own files is tested elsewhere.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bot.__main__ import cli as bot_commands
from bot.batch.understand import understand
from bot.cases import errors
from bot.cases.categories import Catalogue
from bot.cases.status import CaseStatus, EventKind
from bot.settings import ROOT, Settings
from knowledge.__main__ import app as knowledge_commands
from knowledge.answering import Answer
from knowledge.batch import row_of

DOCS = ROOT / "docs"
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
OPERATIONS = DOCS / "operations.md"
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
TOP_FOLDERS = ("actions", "benchmarks", "bot", "data", "docs", "knowledge", "requirements", "scripts", "tests")
#: What a backticked word looks like when it names a file or folder of the repository.
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.*<>-]*|[\w-]+\.(?:yml|toml|md|py)|Makefile|\.env\.example)`")
COMMAND = re.compile(r"\bmake [a-z]+|python -m (?:bot|knowledge|benchmarks)[. ][a-z]+")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def texts() -> dict[str, str]:
    with (ROOT / "data" / "district" / "texts.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["key"]: row["text"] for row in csv.DictReader(file)}


def environment_name(field: str) -> str:
    """The name a setting is read under, the first of several."""
    alias = Settings.model_fields[field].validation_alias
    return str(alias.choices[0]) if hasattr(alias, "choices") else f"JIEFANG_{field.upper()}"


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_documented(field):
    name = environment_name(field)
    assert re.search(rf"^#?{name}=", read(ROOT / ".env.example"), re.MULTILINE)
    assert f"| `{name}` |" in read(OPERATIONS)


@pytest.mark.parametrize("source", [ROOT / ".env.example", OPERATIONS], ids=lambda path: path.name)
def test_no_setting_is_documented_that_does_not_exist(source):
    pattern = r"^#?([A-Z0-9_]+)=" if source.name == ".env.example" else r"^\| `([A-Z0-9_]+)` \|"
    named = set(re.findall(pattern, read(source), re.MULTILINE))
    assert named == {environment_name(field) for field in Settings.model_fields}


@pytest.mark.parametrize("key", [f"status_{one}" for one in CaseStatus] + [f"event_{one}" for one in EventKind])
def test_every_status_and_event_has_its_label(key):
    assert texts().get(key)


def subclasses(kind: type[errors.ServiceError]) -> Iterator[type[errors.ServiceError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from subclasses(child)


@pytest.mark.parametrize(
    "code", sorted({one.code for one in subclasses(errors.ServiceError) if one.__module__ == errors.__name__})
)
def test_every_refusal_of_a_service_has_a_sentence(code):
    assert texts().get(f"error_{code}")


def invalid_fields() -> list[str]:
    """The fields services refuse as `Invalid("<field>", …)`."""
    sources = [read(file) for file in (ROOT / "bot" / "services").glob("*.py")]
    return sorted({field for source in sources for field in re.findall(r"\bInvalid\(\"(\w+)\"", source)})


@pytest.mark.parametrize("field", invalid_fields())
def test_every_field_that_can_be_invalid_has_a_sentence(field):
    at_the_desk = read(ROOT / "bot" / "desk" / "words.csv")
    assert texts().get(f"error_invalid_{field}") or f"\nerror.invalid_{field}," in at_the_desk


def make_targets() -> list[str]:
    return re.findall(r"^([a-z-]+):.*##", read(ROOT / "Makefile"), re.MULTILINE)


@pytest.mark.parametrize("target", make_targets())
def test_every_make_target_is_documented(target):
    assert f"| `make {target}` |" in read(OPERATIONS)


@pytest.mark.parametrize("command", sorted(get_command(bot_commands).commands))
def test_every_command_of_the_bot_is_documented(command):
    assert f"`python -m bot {command}`" in read(OPERATIONS)


@pytest.mark.parametrize("command", sorted(get_command(knowledge_commands).commands))
def test_every_command_of_the_knowledge_base_is_documented(command):
    assert f"python -m knowledge {command}" in read(DOCS / "batch.md") + read(OPERATIONS)


class OneIntent:
    """An engine that understands everything as a greeting."""

    def parse(self, text: str) -> dict[str, Any]:
        intent = {"name": "greet", "confidence": 0.9}
        return {"intent": intent, "intent_ranking": [intent]}


def asked() -> dict[str, Any]:
    return row_of("1", Answer("abstained", "", 0.0, (), (), (), "", 1.0))


def understood() -> dict[str, Any]:
    catalogue = Catalogue.read(ROOT / "data" / "district")
    return understand(OneIntent(), catalogue, {"id": "1", "text": "你好"})  # type: ignore[arg-type]  # only parse is called


@pytest.mark.parametrize(("heading", "row"), [("python -m knowledge ask", asked), ("python -m bot understand", understood)])
def test_every_field_of_a_batch_command_is_documented(heading, row):
    chapter = read(DOCS / "batch.md").split(f"## `{heading}`")[1].split("\n## ")[0]
    fields = re.findall(r"^\| `(\w+)` \|", chapter.split("| out |")[1], re.MULTILINE)
    assert set(fields) == set(row())


def documents() -> list[Path]:
    beside = [ROOT / top / "README.md" for top in TOP_FOLDERS]
    return [*READMES, ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md")), *(path for path in beside if path.exists())]


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_a_document_names_exists(document):
    known = {f"make {target}" for target in make_targets()}
    known |= {f"python -m bot {command}" for command in get_command(bot_commands).commands}
    known |= {f"python -m knowledge {command}" for command in get_command(knowledge_commands).commands}
    known |= {f"python -m benchmarks.{file.stem}" for file in (ROOT / "benchmarks").glob("*.py")}
    known |= {f"python -m knowledge.{file.parent.name}" for file in (ROOT / "knowledge").glob("*/__main__.py")}
    assert set(COMMAND.findall(read(document))) <= known


@pytest.mark.parametrize("document", [DOCS / "architecture.md", *READMES], ids=lambda path: path.name)
def test_every_path_a_document_names_exists(document):
    named = [path for path in PATH.findall(read(document)) if not path.startswith(("var/", ".venv", "/"))]
    assert named
    assert [path for path in named if "<" not in path and not any(ROOT.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document):
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", read(document)) if "://" not in link]
    assert [link for link in links if link and not (document.parent / link).exists()] == []


def promises() -> list[str]:
    return re.findall(r"^\| \d\. .*$", read(DOCS / "architecture.md"), re.MULTILINE)


def test_there_are_nine_promises():
    assert len(promises()) == 9


@pytest.mark.parametrize("promise", promises(), ids=lambda line: line[2:40])
def test_every_promise_names_tests_that_exist(promise):
    tests = TEST.findall(promise)
    assert tests
    assert [f"{path}::{name}" for path, name in tests if f"def {name}(" not in read(ROOT / path)] == []


def test_the_two_readmes_name_the_same_commands_paths_and_pictures():
    english, chinese = map(read, READMES)
    for pattern in (COMMAND, PATH, re.compile(r"\]\(([^)\s]+\.png)\)")):
        assert set(pattern.findall(english)) == set(pattern.findall(chinese))


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_every_decision_says_context_decision_and_consequences(decision):
    assert re.findall(r"^## (\w+)", read(decision), re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_decisions_are_numbered_once():
    numbers = [path.name[:4] for path in DECISIONS]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("folder", TOP_FOLDERS)
def test_every_top_folder_says_what_is_in_it(folder):
    assert 1 < len(read(ROOT / folder / "README.md").splitlines()) <= 25


def glossary() -> list[tuple[str, str, str, str]]:
    lines = re.findall(r"^\| (.+?) \| `(\w+)` \| (.+?) \| ?(.*?) ?\|$", read(DOCS / "glossary.md"), re.MULTILINE)
    return [(line[0], line[1], line[2], line[3]) for line in lines]


def python_files() -> list[Path]:
    return [file for top in ("bot", "actions", "knowledge") for file in sorted((ROOT / top).rglob("*.py"))]


@cache
def code() -> str:
    return "\n".join(map(read, python_files()))


@cache
def names() -> frozenset[str]:
    """Every name our Python defines or uses, as words: `ConversationRow` is `conversation row`."""
    found = set()
    for node in ast.walk(ast.parse(code())):
        for part in ("id", "attr", "name", "arg"):
            name = getattr(node, part, None)
            if isinstance(name, str):
                found.add(re.sub(r"(?<=[a-z])(?=[A-Z])|_+", " ", name).strip().lower())
    return frozenset(found)


def test_the_glossary_says_each_word_once():
    terms, identifiers = [row[0] for row in glossary()], [row[1] for row in glossary()]
    assert len(terms) >= 50
    assert sorted(set(terms)) == sorted(terms)
    assert sorted(set(identifiers)) == sorted(identifiers)


@pytest.mark.parametrize("identifier", [row[1] for row in glossary()])
def test_every_identifier_of_the_glossary_is_in_the_code(identifier):
    assert re.search(rf"(?<![A-Za-z0-9_]){identifier}(?![A-Za-z0-9_])", code())


@pytest.mark.parametrize("word", sorted({word.strip() for row in glossary() for word in row[3].split(",") if word.strip()}))
def test_no_second_word_is_used_for_a_term(word):
    assert [name for name in names() if re.search(rf"\b{word}s?\b", name)] == []
