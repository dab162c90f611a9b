"""The roll of an owners' vote, its slips, its papers typed twice, and the record to take along."""

import json
import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.assemblies.owners_ballots import Typed, drop_entry, type_paper
from gongzhi.affairs.assemblies.owners_choices import Phase
from gongzhi.affairs.assemblies.owners_lifecycle import CannotVote
from gongzhi.affairs.assemblies.owners_links import renew_link
from gongzhi.affairs.assemblies.owners_record import command_of, sheets_of
from gongzhi.affairs.assemblies.owners_rolls import RollFacts, mark_delivered, set_roll
from gongzhi.affairs.assemblies.queries.owners_rolls import (
    record_of,
    roll_page,
    slips_of,
    waiting_papers,
)
from gongzhi.affairs.assemblies.queries.owners_votes import ItemView, VoteStory, vote_story
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.tables.problems import CannotRead
from gongzhi.commons.tables.reading import parse_table
from gongzhi.commons.tables.writing import write_workbook
from gongzhi.interfaces.pages.assemblies.owners_votes import for_running, refuse, up_to
from gongzhi.interfaces.pages.assemblies.owners_votes_forms import (
    DeliveredForm,
    PaperForm,
    RollForm,
)
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.paging import page_number
from gongzhi.interfaces.pages.framing.qr_codes import qr_of
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of

MOST_BYTES = 10 * 1024 * 1024
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _for_entering(request: HttpRequest, vote_id: int) -> tuple[Actor, VoteStory]:
    by = visitor_of(request).actor
    story = vote_story(by=by, vote_id=vote_id, at=timezone.now())
    if "owners_votes.enter" not in story.actions:
        raise NotPermitted("owners_votes.enter")
    return by, story


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def roll(request: HttpRequest, vote_id: int) -> HttpResponse:
    """Who may vote with how much area; read in from a table while the vote is prepared."""
    by, story = _for_entering(request, vote_id)
    imports = "owners_votes.run" in story.actions and story.row.phase is Phase.DRAFTED
    form = RollForm(request.POST or None, request.FILES or None) if imports else None
    if request.method == "POST" and form is not None and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > MOST_BYTES:
                raise CannotVote(_("文件超过 10 MB；名册不会这么大，请检查。"), field="file")
            table = parse_table(file.read(), name=Path(file.name or "roll").name)
            rows_of = form.cleaned_data["rows_of"]
            facts = set_roll(
                vote_id=vote_id, table=table, rows_of=rows_of, by=by, at=timezone.now()
            )
        except (CannotVote, CannotRead) as refused:
            refuse(form, refused)
        else:
            messages.success(request, _read(facts))
            return redirect("owners_roll", vote_id)
    unreached = request.GET.get("reached") == "no"
    page = roll_page(
        by=by, vote_id=vote_id, page=page_number(request), reached=False if unreached else None
    )
    context = {
        "story": story,
        "form": form,
        "page": page,
        "previous_page": page.page - 1,
        "next_page": page.page + 1,
        "unreached": unreached,
        "runs": "owners_votes.run" in story.actions,
        "delivered_form": DeliveredForm() if _takes_deliveries(story) else None,
        "may_renew": story.row.phase in {Phase.NOTICE, Phase.OPEN},
        "crumbs": up_to(story),
    }
    return render(request, "assemblies/owners_roll.html", context)


def _read(facts: RollFacts) -> str:
    """What a table was understood to say, so that it can be compared with the paper; no names."""
    said = {
        "flats": facts.flats, "owners": facts.owners, "area": f"{facts.area:,f}",
        "unmeasured": facts.unmeasured, "several": len(facts.several),
    }  # fmt: skip
    words = [_("已读入 %(flats)d 套房屋、%(owners)d 位业主，已知面积 %(area)s 平方米。") % said]
    if facts.unmeasured:
        words.append(_("面积不明的房屋：%(unmeasured)d 套。") % said)
    if facts.several:
        words.append(_("有不止一套的业主：%(several)d 位，各算一人；请核对没有重名。") % said)
    return " ".join(words)


def _takes_deliveries(story: VoteStory) -> bool:
    return story.row.phase in {Phase.DRAFTED, Phase.NOTICE, Phase.OPEN}


@require_POST
@for_staff
def delivered(request: HttpRequest, vote_id: int) -> HttpResponse:
    """Whom the ballots have reached."""
    by, _story = _for_entering(request, vote_id)
    form = DeliveredForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("owners_roll", vote_id)
    try:
        count = mark_delivered(
            vote_id=vote_id, numbers=form.cleaned_data["numbers"], by=by, at=timezone.now()
        )
    except CannotVote as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记 %(count)d 位业主的送达") % {"count": count})
    return redirect("owners_roll", vote_id)


@require_POST
@for_staff
def renew(request: HttpRequest, vote_id: int, number: int) -> HttpResponse:
    """Another link and code for one owner."""
    by, _story = for_running(request, vote_id)
    try:
        renew_link(vote_id=vote_id, number=number, by=by, at=timezone.now())
    except CannotVote as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已换新的链接和验证码，旧的作废；请重新打印这张票"))
    return redirect("owners_roll", vote_id)


@require_safe
@for_staff
def slips(request: HttpRequest, vote_id: int) -> HttpResponse:
    """The ballot papers, one for each owner, with the private link and code; made to be printed."""
    by, story = for_running(request, vote_id)
    one, after = asked_number(request.GET, "number"), asked_number(request.GET, "after")
    found = slips_of(
        by=by, vote_id=vote_id, numbers=[one] if one else [], after=after or 0, at=timezone.now()
    )
    owners = story.turnout.owners if story.turnout else 0  # numbered from 1 on
    shown = []
    for slip in found:
        address = request.build_absolute_uri(f"/ballot/{slip.token}")
        shown.append({"slip": slip, "address": address, "qr": qr_of(address)})
    last = found[-1].number if found else owners
    context = {
        "story": story,
        "slips": shown,
        "next_after": last if not one and last < owners else None,
        "crumbs": up_to(story),
    }
    return render(request, "assemblies/owners_slips.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def papers(request: HttpRequest, vote_id: int) -> HttpResponse:
    """Type paper ballots; each needs two people who type the same."""
    by, story = _for_entering(request, vote_id)
    takes = story.row.phase in {Phase.OPEN, Phase.TO_COUNT}
    form = PaperForm(request.POST or None, items=story.items) if takes else None
    differing: tuple[str, ...] = ()
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            typed = type_paper(vote_id=vote_id, paper=form.paper(), by=by, at=timezone.now())
        except CannotVote as refused:
            refuse(form, refused)
        else:
            if not typed.differences:
                messages.success(request, _said(typed))
                return redirect("owners_papers", vote_id)
            differing = tuple(_label(name, form, story.items) for name in typed.differences)
    context = {
        "story": story,
        "form": form,
        "differing": differing,
        "waiting": waiting_papers(by=by, vote_id=vote_id),
        "runs": "owners_votes.run" in story.actions,
        "crumbs": up_to(story),
    }
    return render(request, "assemblies/owners_papers.html", context)


def _said(typed: Typed) -> str:
    if typed.agreed:
        return _("两人录入一致，这张票已收到")
    return _("已录入，请另一位工作人员再录一遍")


def _label(name: str, form: PaperForm, items: tuple[ItemView, ...]) -> str:
    return str(form.fields[name].label) if name in form.fields else name


@require_POST
@for_staff
def drop(request: HttpRequest, vote_id: int, entry_id: int) -> HttpResponse:
    """Take back what one typed oneself."""
    by, _story = _for_entering(request, vote_id)
    try:
        drop_entry(vote_id=vote_id, entry_id=entry_id, by=by, at=timezone.now())
    except CannotVote as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已撤回"))
    return redirect("owners_papers", vote_id)


@require_safe
@for_staff
def record(request: HttpRequest, vote_id: int, number: int, form: str) -> HttpResponse:
    """Roll and ballots on one item as a workbook that the command line counts again, or the count
    as JSON."""
    by, _story = for_running(request, vote_id)
    found = record_of(by=by, vote_id=vote_id, item=number)
    name = f"owners-vote-{vote_id}-{number}.{form}"
    if form == "json":
        text = json.dumps(found.figures, ensure_ascii=False, indent=1)
        response = HttpResponse(text + "\n", content_type="application/json; charset=utf-8")
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            about: list[tuple[object, ...]] = [("命令 command", command_of(found, file=name))]
            sheets = [*sheets_of(found), ("怎样复算", ("项目", "内容"), about)]
            write_workbook(path, sheets)
            response = HttpResponse(path.read_bytes(), content_type=_XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
