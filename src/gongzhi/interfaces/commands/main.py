"""`gongzhi`: one command line, its parts loaded only when asked for."""

import os
import sys
from importlib import import_module

import click
from django.conf import settings

# name -> (module:attribute, one line of help in both languages)
_HERE = "gongzhi.interfaces.commands"
COMMANDS: dict[str, tuple[str, str]] = {
    "up": (f"{_HERE}.installation:up", "一条命令启动全部 start everything"),
    "init": (f"{_HERE}.installation:init", "准备数据目录 prepare the data folder"),
    "serve": (f"{_HERE}.installation:serve", "启动网页服务 start the web server"),
    "work": (f"{_HERE}.installation:work", "运行后台工作进程 run the worker"),
    "verify": (f"{_HERE}.ledger:verify", "核验台账 verify the ledger"),
    "seal": (f"{_HERE}.ledger:seal", "封存台账 seal the ledger"),
    "backup": (f"{_HERE}.backups:backup", "备份 back up into one file"),
    "restore": (f"{_HERE}.backups:restore", "恢复 restore from a backup"),
    "rotate-key": (f"{_HERE}.keys:rotate_key", "更换联系方式密钥 change the key of contacts"),
    "set-password": (f"{_HERE}.passwords:set_password", "设置登录密码 set a password"),
    "api-key": (f"{_HERE}.api_keys:api_key", "接口密钥 keys to the interfaces"),
    "simulate": (f"{_HERE}.simulate:simulate", "模拟一段时间 simulate some time"),
    "load-sample": (f"{_HERE}.load_sample:load_sample", "载入样例区 load the sample district"),
    "publish-sample": (
        f"{_HERE}.sample_report:publish_sample",
        "发布样例区的报告 publish the sample's report",
    ),
    "import-list": (f"{_HERE}.registers:import_list", "导入名册 import a register"),
    "export-list": (f"{_HERE}.registers:export_list", "导出名册 export a register"),
    "import-tickets": (f"{_HERE}.tickets:import_tickets", "导入工单 import tickets"),
    "export-tickets": (f"{_HERE}.tickets:export_tickets", "导出工单 export tickets"),
    "import-pool": (f"{_HERE}.pool:import_pool", "导入需求和资源 import needs and offers"),
    "indicators": (f"{_HERE}.indicators:indicators", "计算指标 measure the indicators"),
    "export-events": (
        f"{_HERE}.indicators:export_events",
        "导出事件（Parquet） export the events (Parquet)",
    ),
    "schemes": (f"{_HERE}.schemes:schemes", "考核方案 assessment schemes"),
    "report": (f"{_HERE}.report:report", "写调研报告 write reports"),
    "match": (f"{_HERE}.match:match", "匹配需求与资源 match needs and offers"),
    "opinion-map": (f"{_HERE}.opinion_map:opinion_map", "画意见地图 draw the opinion map"),
    "triage": (
        f"{_HERE}.triage:triage",
        "分类、查重、热点 classify, find duplicates and hot issues",
    ),
    "survey": (f"{_HERE}.survey:survey", "调查估计和比较 estimate and compare surveys"),
    "allocate": (f"{_HERE}.allocate:allocate_command", "分配预算并说明理由 allocate a budget"),
    "owners-vote": (f"{_HERE}.owners_vote:owners_vote", "统计业主表决 count an owners' vote"),
    "opinions": (f"{_HERE}.opinion_map:opinion_map", "同 opinion-map the same"),
}

# Commands that must not run under the usual settings, which make keys in an empty data folder.
SETTINGS = {"restore": "gongzhi.config.settings.restoring"}


class LazyGroup(click.Group):
    """Knows its commands by name and imports one when it runs, so that `-h` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        if cmd_name in SETTINGS and not settings.configured:
            os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS[cmd_name]
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令 Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gongzhi", prog_name="gongzhi")
def gongzhi() -> None:
    """共治：区与社区共同治理的系统。 Gongzhi: a district and its communities govern together.

    退出码 Exit codes: 0 完成 done, 1 (部分)被拒 (partly) refused, 2 用法错误 wrong usage.
    """


def main() -> None:
    """The entry point named in pyproject.toml."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.config.settings.local")
    sys.exit(gongzhi(standalone_mode=True))
