"""`gongzhi init`, `serve`, `work`, `up`: from an empty folder to a running district."""

import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

import click

from gongzhi.interfaces.commands.one_at_a_time import one_at_a_time
from gongzhi.interfaces.commands.speaking import refuse, say, with_django

GRACE_SECONDS = 15
PR_SET_PDEATHSIG = 1  # linux/prctl.h


@click.command(help="准备数据目录：建库、静态文件、初始时限。 Prepare the data folder.")
@with_django
def init() -> None:
    with ExitStack() as alone:
        _wait_for_others(alone)
        _prepare_or_refuse()
    say("✓ 数据目录已就绪", "The data folder is ready.")


def _wait_for_others(alone: ExitStack) -> bool:
    """Have the data folder for oneself until `alone` ends; whether somebody else had it first."""
    from django.conf import settings  # noqa: PLC0415

    try:
        return alone.enter_context(one_at_a_time(settings.DATA_FOLDER))
    except OSError as error:
        refuse(
            f"不能在 {settings.DATA_FOLDER} 里写：{error.strerror}；请检查 GONGZHI_DATA 和权限",
            f"Can't write in {settings.DATA_FOLDER}: {error.strerror}. Check GONGZHI_DATA.",
        )


def _prepare_or_refuse() -> None:
    from django.db import Error  # noqa: PLC0415

    try:
        prepare()
    except (Error, OSError) as error:
        refuse(
            f"准备不了数据目录：{error}。请检查磁盘空间、目录权限和数据库",
            f"The data folder can't be prepared: {error}. Check disk, permissions and database.",
        )


def prepare() -> None:
    """Migrate, collect static files, make the cache table, write what a new installation needs."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from gongzhi.affairs.resources.rules import write_starting_lists  # noqa: PLC0415
    from gongzhi.affairs.tickets.deadlines import write_starting_rules  # noqa: PLC0415
    from gongzhi.interfaces.commands.first_schema import make_schema_at_once  # noqa: PLC0415

    if not make_schema_at_once(connection):
        call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    write_starting_rules()
    write_starting_lists()


@click.command(help="启动网页服务。 Start the web server.")
@click.option("--host", default=None, help="监听地址 address to listen on (GONGZHI_HOST)")
@click.option("--port", default=None, type=int, help="端口 port (GONGZHI_PORT)")
@click.option("--processes", default=None, type=int, help="进程数 processes (GONGZHI_PROCESSES)")
@with_django
def serve(host: str | None, port: int | None, processes: int | None) -> None:
    from django.conf import settings  # noqa: PLC0415

    _refuse_without_port(host or settings.WEB_HOST, port or settings.WEB_PORT)
    command = server_command(host=host, port=port, processes=processes)
    _forget_counts()
    os.execv(command[0], command)  # noqa: S606 - our own interpreter, our own arguments


def _forget_counts() -> None:
    """Counters begin anew with the server; those of processes long gone only add files.

    The folder stays: another server may run on this data folder and count there.
    """
    from django.conf import settings  # noqa: PLC0415

    folder: Path | None = settings.METRICS_FOLDER
    for file in folder.glob("*.db") if folder else ():
        number = file.stem.rpartition("_")[2]
        if not number.isdecimal() or not _is_alive(int(number)):
            file.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):  # gone, or a number that no process has
        return False
    except OSError:  # alive, and somebody else's
        return True
    return True


def server_command(*, host: str | None, port: int | None, processes: int | None) -> list[str]:
    """The web server's command line; unset values come from the settings."""
    from django.conf import settings  # noqa: PLC0415

    address = f"{host or settings.WEB_HOST}:{port or settings.WEB_PORT}"
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "gongzhi.config.wsgi:application",
        f"--bind={address}",
        f"--workers={processes or settings.WEB_PROCESSES}",
        "--worker-class=gthread",
        "--threads=4",
        "--timeout=60",
        f"--graceful-timeout={GRACE_SECONDS}",
        "--max-requests=50000",
        "--max-requests-jitter=5000",
        "--no-control-socket",
        "--log-level=warning",
    ]


def worker_command() -> list[str]:
    """The worker's command line."""
    return [sys.executable, "-m", "gongzhi.interfaces.worker"]


@click.command(help="运行后台工作进程：后续办理、提醒、通知。 Run the worker.")
@with_django
def work() -> None:
    command = worker_command()
    os.execv(command[0], command)  # noqa: S606


@click.command(
    help="一条命令启动全部：首次启动时准备并载入样例区。 Everything at once; the first start "
    "prepares the data folder and loads the sample district."
)
@click.option("--no-sample", is_flag=True, help="不载入样例区 without the sample district")
@with_django
def up(*, no_sample: bool) -> None:
    from django.conf import settings  # noqa: PLC0415

    _refuse_without_port(settings.WEB_HOST, settings.WEB_PORT)
    with ExitStack() as alone:
        if _wait_for_others(alone):  # which may have taken the port meanwhile
            _refuse_without_port(settings.WEB_HOST, settings.WEB_PORT)
        _prepare_or_refuse()
        if not no_sample:
            _load_sample_once()
        _run(alone)
    say("✓ 已停止", "Stopped.")


def _run(alone: ExitStack) -> None:
    """Web server and worker until a signal; others may come as soon as the port is ours."""
    from django.conf import settings  # noqa: PLC0415

    def greet() -> None:
        alone.close()
        url = f"http://{settings.WEB_HOST}:{settings.WEB_PORT}/"
        say(f"✓ 共治正在运行：{url}", f"Gongzhi is running at {url}")
        _show_demo_sign_ins()
        say("按 Ctrl-C 停止。", "Ctrl-C stops all of it.")
        _publish_beside()

    _forget_counts()
    keep_running(
        {"web": server_command(host=None, port=None, processes=None), "worker": worker_command()},
        when_ready=greet,
        is_ready=lambda: _answers(settings.WEB_HOST, settings.WEB_PORT),
    )


def _refuse_without_port(host: str, port: int) -> None:
    """Before anything is prepared: the server would only find out after minutes."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            refuse(
                f"端口 {port} 已被占用；请先停止占用它的程序，或设置 GONGZHI_PORT",
                f"Port {port} is taken: stop what uses it, or set GONGZHI_PORT.",
            )
        refuse(
            f"不能在 {host}:{port} 监听：{error.strerror}；请设置 GONGZHI_HOST 和 GONGZHI_PORT",
            f"Can't listen on {host}:{port}: {error.strerror}. Set GONGZHI_HOST and GONGZHI_PORT.",
        )


def _answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def _load_sample_once() -> None:
    """The sample district, and some months of invented life up to this moment.

    What an earlier start left unfinished is finished now.
    """
    from gongzhi.commons.territory.queries import is_empty  # noqa: PLC0415
    from gongzhi.interfaces.commands.load_sample import find_sample  # noqa: PLC0415
    from gongzhi.interfaces.commands.sample_life import is_unfinished  # noqa: PLC0415

    if find_sample() is None:
        return
    if is_unfinished():
        say(
            "! 上次启动时样例区没有载入完，现在接着载入",
            "An earlier start was interrupted while loading the sample: going on with it.",
        )
    elif not is_empty():
        return
    command = [sys.executable, "-m", "gongzhi.interfaces.commands", "load-sample", "--life"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, our own arguments
            command, check=False, preexec_fn=_end_with_parent()
        )
    except KeyboardInterrupt:
        refuse(
            "已中断：样例区没有载入完，下次启动会接着载入",
            "Interrupted: the sample is not whole yet; the next start goes on with it.",
        )
    if done.returncode != 0:
        refuse("样例区载入失败，见上面的说明", "The sample district could not be loaded.")


def _publish_beside() -> None:
    """Let the sample's report be written beside the running server, if it waits for that."""
    from gongzhi.interfaces.commands.load_sample import find_sample  # noqa: PLC0415
    from gongzhi.interfaces.commands.sample_report import is_unpublished  # noqa: PLC0415

    sample = find_sample()
    if sample is not None and is_unpublished(sample):
        _start([sys.executable, "-m", "gongzhi.interfaces.commands", "publish-sample"])


def _show_demo_sign_ins() -> None:
    from gongzhi.commons.organisations.queries import demo_sign_ins  # noqa: PLC0415
    from gongzhi.interfaces.commands.load_sample import find_sample  # noqa: PLC0415

    rows, sample = demo_sign_ins(), find_sample()
    if not rows or sample is None:
        return
    say("样例区演示账号（仅限演示）：", "Demo sign-ins of the sample district:")
    for row in rows:
        click.echo(f"  {row.login:<14}{sample.demo_password:<22}{row.role_name}  {row.name}")


def keep_running(
    commands: dict[str, list[str]], *, when_ready: Callable[[], None], is_ready: Callable[[], bool]
) -> None:
    """Run the children until a signal; one that dies by itself is started again, ever slower."""
    stop, greeted = threading.Event(), False
    children = {name: _start(command) for name, command in commands.items()}

    def _stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # also a window that is closed
        signal.signal(told, _stop)
    pauses = dict.fromkeys(commands, 0.5)
    while not stop.wait(0.3):
        if not greeted and is_ready():
            greeted = True
            when_ready()
        for name, child in children.items():
            if child.poll() is not None and not stop.is_set():
                say(
                    f"! {name} 意外退出（{child.returncode}），{pauses[name]:.0f} 秒后重启",
                    f"{name} ended unexpectedly ({child.returncode}); starting it again.",
                )
                if stop.wait(pauses[name]):
                    break
                pauses[name] = min(pauses[name] * 2, 30)
                children[name] = _start(commands[name])
    for child in children.values():
        child.terminate()
    end = time.monotonic() + GRACE_SECONDS + 5
    for child in children.values():
        try:
            child.wait(timeout=max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _start(command: list[str]) -> "subprocess.Popen[bytes]":
    """A child in a process group of its own, so that Ctrl-C reaches it through us, in order.

    It is told to stop when we are gone, however we went.
    """
    return subprocess.Popen(  # noqa: S603
        command,
        start_new_session=True,
        preexec_fn=_end_with_parent(),  # noqa: PLW1509 - this process has one thread
    )


def _end_with_parent() -> Callable[[], None] | None:
    """What a child asks of the kernel before it begins: SIGTERM when its parent dies (Linux)."""
    if not sys.platform.startswith("linux"):
        return None
    ask, parent = ctypes.CDLL(None).prctl, os.getpid()

    def tie() -> None:
        ask(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # gone already
            os._exit(1)

    return tie
