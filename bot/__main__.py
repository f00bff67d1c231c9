"""Commands: `python -m bot up | serve | train | migrate | understand | replay | …`; each says what is wrong in one sentence."""

from __future__ import annotations

import gc
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from bot.batch import categories, district
from bot.cases.errors import ServiceError
from bot.launch.trouble import Trouble
from bot.settings import Settings, SettingsError, read_settings
from knowledge.errors import KnowledgeError

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
cli.add_typer(categories.cli, name="categories")
cli.add_typer(district.cli, name="district")
console = Console(highlight=False, stderr=True)

In = Annotated[Path, typer.Option("--in", exists=True, dir_okay=False, help="JSON Lines to read")]
Out = Annotated[Path, typer.Option("--out", help="JSON Lines to write")]
DEMO_ACCOUNTS = (
    ("admin", "管理员", "admin"), ("banzhang", "班长 陈静", "supervisor"), ("zuoxi", "坐席 王敏", "agent"),
    ("bianji", "编辑 赵磊", "editor"), ("shenhe", "审核 钱红", "reviewer"),
)  # fmt: skip


@cli.command()
def up() -> None:
    """Prepare whatever is missing, start every process, watch over them; Ctrl-C stops them all."""
    from bot.launch import prepare, trouble
    from bot.launch.up import supervise

    prepare.write_secrets()
    settings = read_settings()
    settings.var.mkdir(parents=True, exist_ok=True)
    trouble.check_disk(settings.var)
    ports = {
        "网页": (settings.host, settings.port),
        "动作": ("127.0.0.1", settings.actions_port),
        "Rasa": ("127.0.0.1", settings.rasa_port),
    }
    trouble.check_ports(ports)
    model = prepare.train(settings)
    prepare.import_articles(settings)
    accounts = _prepare_database(settings, with_accounts=True)
    supervise(settings, model, _announcement(settings, accounts))


@cli.command()
def serve(role: Annotated[list[str] | None, typer.Option(help="web, telegram, actions, worker; default: all")] = None) -> None:
    """The service with all roles, or only the given ones."""
    from bot import log, server
    from bot.app import build

    roles = frozenset(role or server.ROLES)
    if unknown := roles - set(server.ROLES):
        raise Trouble(f"没有这样的角色：{'、'.join(sorted(unknown))}。可用：{'、'.join(server.ROLES)}。")
    log.set_up()
    services = build(read_settings())
    services.knowledge.warm_up()
    services.conversations.warm_up()
    gc.freeze()  # what was loaded so far stays: the collector need not look through it again and again
    try:
        uvloop.run(server.serve(services, roles))
    finally:
        services.close()


@cli.command()
def train() -> None:
    """Train Rasa if anything it learns from has changed; print the model's path."""
    from bot.launch import prepare

    prepare.write_secrets()
    typer.echo(prepare.train(read_settings()))


@cli.command(name="prepare")
def prepare_all() -> None:
    """Train, import and migrate as `up` does, but make no accounts: their passwords would be seen by nobody."""
    from bot.launch import prepare

    prepare.write_secrets()
    settings = read_settings()
    prepare.train(settings)
    prepare.import_articles(settings)
    _prepare_database(settings, with_accounts=False)


@cli.command()
def migrate(down_to: Annotated[str | None, typer.Option(help="go down to this revision instead")] = None) -> None:
    """Bring the database's tables to what this version expects."""
    from bot.store.database import Database
    from bot.store.migrate import downgrade, upgrade

    database = Database(read_settings().database_url)
    if down_to:
        downgrade(database.engine, down_to)
    else:
        upgrade(database.engine)
    database.close()


@cli.command()
def audit(noted: Annotated[str | None, typer.Option(help="a hash of an earlier day that must be in the chain")] = None) -> None:
    """Read the audit from its first line to its last and say whether anybody has touched it."""
    from bot.services.auditing import Auditing
    from bot.services.calendar import SystemClock
    from bot.store.database import Database

    database = Database(read_settings().database_url)
    with console.status("正在核对审计记录……") as status:
        verdict = Auditing(database, SystemClock()).verify(noted, lambda count: status.update(f"已核对 {count} 条"))
    database.close()
    if verdict.broken:
        where = f"从第 {verdict.broken_at} 号起接不上" if verdict.broken_at else "有记录被删掉"
        raise Trouble(f"审计记录被动过：{where}。请保留数据库备份并报告。")
    if not verdict.noted:
        raise Trouble("记下的那个编码不在记录里：记录被整段换过，或者抄错了。")
    print(f"{verdict.links} 条审计记录一条接一条，没有被动过。末尾编码（请抄在别处）：{verdict.head or '（空）'}")


@cli.command(hidden=True)
def migration(message: str, revision: str) -> None:
    """Draft a new migration against a migrated database."""
    from bot.store.database import Database
    from bot.store.migrate import draft, upgrade

    database = Database(read_settings().database_url)
    upgrade(database.engine)
    draft(database.engine, message, revision)


@cli.command()
def understand(in_: In, out: Out) -> None:
    """Understand single messages: intent, safety, personal data, category, place, time, contact."""
    from bot.batch.understand import understand_file

    understand_file(in_, out, read_settings())


@cli.command()
def replay(in_: In, out: Out) -> None:
    """Play scripted conversations through the running system, each as a new resident."""
    from bot.batch.replay import replay_file

    replay_file(in_, out, read_settings())


@cli.command()
def variants(
    in_: In, out: Out, kind: Annotated[list[str] | None, typer.Option(help="default: all")] = None, seed: int = 0
) -> None:
    """Make other forms of phrases: traditional script, homophones, no punctuation, fillers, dialect, speech recognition."""
    from bot.batch.variants import KINDS, write_variants

    if unknown := set(kind or ()) - set(KINDS):
        raise Trouble(f"没有这样的变体：{'、'.join(sorted(unknown))}。可用：{'、'.join(KINDS)}。")
    write_variants(in_, out, kind or list(KINDS), seed)


@cli.command()
def simulate(
    days: int = 90, residents: int = 20_000, seed: int = 7,
    database: Annotated[str | None, typer.Option(help="an empty database; default: a file that is thrown away")] = None,
) -> None:  # fmt: skip
    """Play a district (calm, storm, heating failure) through the real services with the clock moved, and check all of it."""
    from bot.batch.simulate import simulate as play

    played = play(read_settings(), days=days, residents=residents, seed=seed, database=database)
    for title, counts in (("做了", played.did), ("被拒绝", played.refused)):
        print(f"{title}：" + "，".join(f"{name} {count}" for name, count in sorted(counts.items())))
    found = played.found
    print(f"核对：{found.cases} 件，{found.events} 个步骤，{found.points} 个时限点，最晚的晚了 {found.latest}")
    print(f"重复 {len(found.twice)}，漏掉 {len(found.missed)}，与步骤不符 {len(found.differing)}")
    if not found.sound:
        raise Trouble("；".join([*found.twice, *found.missed, *found.differing][:10]))


def _prepare_database(settings: Settings, *, with_accounts: bool) -> list[tuple[str, str]]:
    """Tables, district and, on a new database, demo accounts; answers the new (login, password) pairs."""
    from bot.app import build
    from bot.launch.district import load_district
    from bot.launch.progress import doing
    from bot.services.case_catching_up import start_missing_clocks
    from bot.store.migrate import upgrade

    services = build(settings)
    try:
        with doing("准备数据库"):
            upgrade(services.database.engine)
            load_district(services.database, settings.district)
            start_missing_clocks(services.database, services.cases.flow, services.clock)
        if not with_accounts or services.staff.list():
            return []
        accounts = [(login, secrets.token_urlsafe(9)) for login, _, _ in DEMO_ACCOUNTS]
        for (login, name, role), (_, password) in zip(DEMO_ACCOUNTS, accounts, strict=True):
            services.staff.add(login, name, role, password)
        return accounts
    finally:
        services.close()


def _announcement(settings: Settings, accounts: list[tuple[str, str]]) -> str:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  # only compared with
    base = f"http://{host}:{settings.port}"
    lines = ["", "[bold green]街坊已就绪[/bold green]"]
    pages = (("居民聊天", "/chat"), ("工作台", "/desk"), ("管理", "/admin"), ("接口文档", "/api/docs"))
    lines += [f"  {title}\t{base}{path}" for title, path in pages]
    if accounts:
        lines += ["  演示账号（密码只显示这一次）", *(f"    {login}\t{password}" for login, password in accounts)]
    return "\n".join([*lines, "  按 Ctrl-C 停止全部进程"])


def main() -> None:
    """Run a command; what stands in its way is one sentence, not a traceback."""
    try:
        cli()
    except (Trouble, SettingsError, ServiceError, KnowledgeError) as trouble:
        console.print(f"[red]✗[/red] {trouble}")
        sys.exit(1)


if __name__ == "__main__":
    main()
