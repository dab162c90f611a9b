"""Proposals: made by residents without an account, by units and staff; checked; carried out."""

import secrets

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.affairs.assemblies.queries.decisions import decisions_about
from gongzhi.affairs.budgets.amounts import fen, yuan
from gongzhi.affairs.budgets.choices import RoundState
from gongzhi.affairs.budgets.proposals import (
    CannotPropose,
    abandon_project,
    accept_project,
    check_proposal,
    make_proposal,
    withdraw_proposal,
)
from gongzhi.affairs.budgets.proposers import contact_shown, erase_contact
from gongzhi.affairs.budgets.queries.rounds import (
    ProposalRow,
    RoundStory,
    proposal_behind,
    round_story,
)
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.coordination.projects_of_rounds import tasks_of_project
from gongzhi.interfaces.pages.budgets.forms import (
    CheckForm,
    ResidentProposalForm,
    StaffProposalForm,
    WhyForm,
)
from gongzhi.interfaces.pages.budgets.results import why
from gongzhi.interfaces.pages.budgets.rounds import REFUSALS, crumbs
from gongzhi.interfaces.pages.budgets.rows import proposal_badge
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, round_id: int) -> HttpResponse:
    """The same form for everyone; a resident gets a private link."""
    visitor = visitor_of(request)
    story = round_story(by=visitor.actor, round_id=round_id)
    here, initial = story.row.place_id, {"once": secrets.token_urlsafe(18)}
    form: ResidentProposalForm | StaffProposalForm
    if visitor.signed_in:
        form = StaffProposalForm(
            request.POST or None, by=visitor.actor, community_id=here, initial=initial
        )
    else:
        form = ResidentProposalForm(
            request.POST or None, request=request, community_id=here, initial=initial
        )
    if request.method == "POST" and form.is_valid():
        by = visitor.actor if visitor.signed_in else RESIDENT
        try:
            receipt = make_proposal(
                round_id=round_id, new=form.new_proposal(), by=by, at=timezone.now()
            )
        except CannotPropose as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("提案收到了，编号 %(number)d") % {"number": receipt.number})
            if visitor.signed_in:
                return redirect("proposal", round_id, receipt.number)
            return redirect("my_proposal", receipt.link_token)
    context = {"form": form, "story": story, "row": story.row, "crumbs": crumbs(story)}
    return render(request, "budgets/propose.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """A proposal by its private link: what became of it, and the way to take it back."""
    round_id, row, may_withdraw = proposal_behind(token)
    if request.method == "POST" and "forget" in request.POST:
        erase_contact(token=token, by=RESIDENT, at=timezone.now())
        messages.success(request, _("联系方式已删除，以后凭这个链接看结果"))
        return redirect("my_proposal", token)
    if request.method == "POST":
        try:
            withdraw_proposal(token=token, by=RESIDENT, at=timezone.now())
        except REFUSALS as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("提案已撤回"))
        return redirect("my_proposal", token)
    context = {
        "round_id": round_id, "proposal": row, "badge_": proposal_badge(row.state),
        "may_withdraw": may_withdraw, "token": token, "contact": contact_shown(token),
        **_amounts(row),
    }  # fmt: skip
    response = render(request, "budgets/my_proposal.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _amounts(row: ProposalRow) -> dict[str, str]:
    return {
        "asked": yuan(row.asked),
        "cost": yuan(row.cost),
        "spent": yuan(row.spent),
        "why": why(row.account) if row.account else "",
    }


def _found(request: HttpRequest, round_id: int, number: int) -> tuple[RoundStory, ProposalRow]:
    story = round_story(by=visitor_of(request).actor, round_id=round_id)
    for row in story.proposals:
        if row.number == number:
            return story, row
    raise Http404


@require_safe
def proposal(request: HttpRequest, round_id: int, number: int) -> HttpResponse:
    """One proposal for everyone: what, where, how much, checked how, and what became of it."""
    story, row = _found(request, round_id, number)
    checking = story.row.state in {RoundState.COLLECTING, RoundState.CHECKING}
    funded = bool(row.account.get("order"))
    context = {
        "story": story, "proposal": row, "badge_": proposal_badge(row.state),
        "may_check": story.may_check and checking and row.state.value != "withdrawn",
        "may_finish": story.may_accept and row.state.value == "funded"
        and story.row.state is RoundState.COUNTED,
        "crumbs": crumbs(story), "now": timezone.now(), **_amounts(row),
        "tasks": tasks_of_project(row.id) if funded else (),
        "decisions": decisions_about(Subject("proposal", row.id)) if funded else (),
    }  # fmt: skip
    return render(request, "budgets/proposal.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def check(request: HttpRequest, round_id: int, number: int) -> HttpResponse:
    """Staff check a proposal against the lists."""
    story, row = _found(request, round_id, number)
    if not story.may_check:
        raise NotPermitted("proposals.check")
    form = CheckForm(request.POST or None, story=story, proposal=row)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            check_proposal(
                proposal_id=row.id,
                feasible=asked["feasible"] == "yes",
                cost=fen(asked["cost"]),
                listed_as=asked["listed_as"],
                reason=asked["reason"],
                by=visitor_of(request).actor,
                at=timezone.now(),
            )
        except CannotPropose as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已登记"))
            return redirect("round", round_id)
    context = {
        "form": form, "title": _("核查提案"), "about": row.title, "crumbs": crumbs(story),
        "proposal": row, **_amounts(row),
    }  # fmt: skip
    return render(request, "budgets/check.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def finish(request: HttpRequest, round_id: int, number: int, name: str) -> HttpResponse:
    """Accept a funded project, or say that it won't be carried out."""
    if name not in {"accept", "abandon"}:
        raise Http404
    story, row = _found(request, round_id, number)
    if not story.may_accept:
        raise NotPermitted("projects.accept")
    form = WhyForm(request.POST or None)
    accepts = name == "accept"
    form.fields["reason"].label = _("做了什么、效果如何") if accepts else _("为什么不做了")
    if request.method == "POST" and form.is_valid():
        said, by, at = form.cleaned_data["reason"], visitor_of(request).actor, timezone.now()
        try:
            if accepts:
                accept_project(proposal_id=row.id, result=said, by=by, at=at)
            else:
                abandon_project(proposal_id=row.id, reason=said, by=by, at=at)
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已登记"))
            return redirect("proposal", round_id, number)
    context = {
        "form": form, "title": _("验收项目") if accepts else _("停止实施"), "about": row.title,
        "crumbs": crumbs(story),
    }  # fmt: skip
    return render(request, "budgets/form.html", context)
