"""`gongzhi publish-sample`: the sample's finished report, put into the public library.

It speaks of months that are only lived after the sample is loaded, and takes some seconds to write,
so `gongzhi up` lets it be written beside the running server.
"""

import os

import click

from gongzhi.interfaces.commands.load_sample import Sample, find_sample
from gongzhi.interfaces.commands.speaking import refuse, say, with_django

_NICE = 10  # whoever opens the first page comes first


@click.command(help="发布样例区的报告，只一次。 Publish the sample's report; once only.")
@with_django
def publish_sample() -> None:
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.insights.reports.assembly import CannotAssemble  # noqa: PLC0415
    from gongzhi.insights.reports.publishing import CannotPublish  # noqa: PLC0415
    from gongzhi.simulation.paperwork import publish_study  # noqa: PLC0415

    sample = find_sample()
    if sample is None or not is_unpublished(sample):
        say("· 没有要发布的样例报告", "No report of the sample waits to be published.")
        return
    os.nice(_NICE)
    try:
        publish_study(sample.document("study.json"), at=timezone.now())
    except (CannotPublish, CannotAssemble) as refused:
        refuse(f"样例报告没有发布：{refused}", "The sample's report was not published.")
    say("✓ 样例报告已发布到报告库", "The sample's report is in the library.")


def is_unpublished(sample: Sample) -> bool:
    """Whether the sample is loaded, has lived, and its report was never published."""
    from gongzhi.commons.organisations.queries import demo_sign_ins  # noqa: PLC0415
    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415
    from gongzhi.insights.reports.library import editions_of  # noqa: PLC0415
    from gongzhi.insights.reports.queries import studies  # noqa: PLC0415

    if not (sample.folder / "study.json").is_file() or not demo_sign_ins():
        return False
    title = sample.document("study.json")["title"]
    there = next((row for row in studies(by=SYSTEM)[0] if row.title == title), None)
    return there is not None and not editions_of(there.id)
