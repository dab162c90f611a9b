"""An owner's own ballot, on a phone: by private link, or with number and code from the slip."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gongzhi.affairs.assemblies.owners_ballots import vote_by_link
from gongzhi.affairs.assemblies.owners_choices import BallotState, Channel, Choice, Phase
from gongzhi.affairs.assemblies.owners_lifecycle import CannotVote
from gongzhi.affairs.assemblies.owners_links import link_for_code
from gongzhi.affairs.assemblies.queries.owners_votes import ballot_of_link, vote_story
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.interfaces.pages.assemblies.owners_votes import context_of, refuse
from gongzhi.interfaces.pages.assemblies.owners_votes_forms import BallotForm, CodeForm
from gongzhi.interfaces.pages.guarding.addresses import client_address, neighbourhood
from gongzhi.interfaces.pages.guarding.limits import Limit

# Ten digits, and at most so many tries: of an address in an hour, at a vote's codes in a day.
TRIES = Limit("owners-code", 30, 3600)
TRIES_AT_VOTE = Limit("owners-code-at", 3000, 24 * 3600)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ballot(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked, the owner's flats, voting once, and the receipt; results after the end."""
    now = timezone.now()
    own = ballot_of_link(token=token, at=now)
    votes = own.story.row.phase is Phase.OPEN and own.voted_at is None
    posted = request.POST if request.method == "POST" else None
    form = BallotForm(posted, items=own.story.items) if votes else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            vote_by_link(token=token, choices=form.choices(), by=RESIDENT, at=now)
        except CannotVote as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已收到您的票"))
            return redirect("owners_ballot", token)
    elif request.method == "POST" and form is None:
        messages.error(request, _("现在不能投票；请看下面的说明"))
    context = {
        **context_of(own.story, now=now),
        "own": own,
        "form": form,
        "receipts": [
            (sign, at, Channel(way).label, BallotState(state).label)
            for sign, at, way, state in own.receipts
        ],
        "has_ballot": any(one[-1] == BallotState.RECEIVED for one in own.receipts),
        "by_flat": [
            (key, [(n, Choice(said).label) for n, said in sorted(choices.items())])
            for key, choices in own.by_flat
        ],
    }
    response = render(request, "assemblies/owners_ballot.html", context)
    # The address is the key: it goes into no cache, to no other site and into no index.
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, vote_id: int) -> HttpResponse:
    """Number and code from the slip lead to the ballot."""
    story = vote_story(by=RESIDENT, vote_id=vote_id, at=timezone.now())
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        TRIES.take_or_refuse(neighbourhood(client_address(request)))
        TRIES_AT_VOTE.take_or_refuse(str(vote_id))
        if form.is_valid():
            asked = form.cleaned_data
            token = link_for_code(vote_id, number=asked["number"], code=asked["code"])
            if token is not None:
                return redirect("owners_ballot", token)
            form.add_error(None, _("编号和验证码对不上；请照票上的数字再输一遍。"))
    return render(request, "assemblies/owners_code.html", {"form": form, "row": story.row})
