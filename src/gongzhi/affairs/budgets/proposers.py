"""Who made a proposal and left a contact: told what becomes of it, and forgotten."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from gongzhi.affairs.budgets.models import Proposal
from gongzhi.affairs.budgets.proposals import forget, proposal_of_link, receipt_of
from gongzhi.commons.notices.addresses import Address, Facts, declare_book, declare_wording
from gongzhi.commons.notices.contacts import address_at, masked_contact
from gongzhi.commons.notices.templates import Template, declare_template
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.privacy.encryption import open_text

_TO_PROPOSER = (
    (
        "proposal.feasible",
        "您的提案“{title}”核查通过",
        "核定费用和说明请见：{link}",
        "Your proposal “{title}” can be done",
        "See what the check says, and the cost, at {link}",
    ),
    (
        "proposal.infeasible",
        "您的提案“{title}”核查没有通过",
        "理由请见：{link}",
        "Your proposal “{title}” can't be done",
        "See why at {link}",
    ),
    (
        "proposal.funded",
        "您的提案“{title}”入选了",
        "投票结果和实施进展请见：{link}",
        "Your proposal “{title}” is funded",
        "See the result, and how it is carried out, at {link}",
    ),
    (
        "proposal.unfunded",
        "您的提案“{title}”没有入选",
        "票数和原因请见：{link}",
        "Your proposal “{title}” is not funded",
        "See the votes, and why, at {link}",
    ),
    (
        "proposal.accepted",
        "您的提案“{title}”已经完成",
        "做了什么、效果如何请见：{link}",
        "Your proposal “{title}” is done",
        "See what was done at {link}",
    ),
    (
        "proposal.abandoned",
        "您的提案“{title}”停止实施",
        "理由请见：{link}",
        "Your proposal “{title}” won't be carried out",
        "See why at {link}",
    ),
    (
        "proposal.round_withdrawn",
        "“{title}”所在的这一轮共建资金撤销了",
        "情况请见：{link}",
        "The round of your proposal “{title}” was given up",
        "See it at {link}",
    ),
)


def contact_shown(token: str) -> str:
    """The proposer's contact, masked, for their private link; "" where none is kept."""
    sealed = Proposal.objects.values_list("contact_sealed", flat=True)
    return masked_contact(open_text(sealed.get(pk=proposal_of_link(token))))


def outcome_for(proposal_id: int) -> str:
    """Where a proposal stands, if its proposer wants to be told; "" otherwise."""
    kept = Proposal.objects.filter(pk=proposal_id).exclude(contact_sealed="")
    return kept.values_list("state", flat=True).first() or ""


def wait_to_hear(round_id: int, *states: str) -> list[int]:
    """The proposals of a round in these states whose proposers want to be told."""
    kept = Proposal.objects.filter(round_id=round_id, state__in=states)
    return list(kept.exclude(contact_sealed="").order_by("number").values_list("pk", flat=True))


@transaction.atomic
def erase_contact(*, token: str, by: Actor, at: datetime) -> None:
    """The proposer doesn't want to be told any more, by their private link."""
    forget(Proposal.objects.get(pk=proposal_of_link(token)), by=by, at=at)


def _address(proposal_id: int, _at: datetime) -> Address | None:
    row = Proposal.objects.filter(pk=proposal_id).exclude(contact_sealed="").first()
    return address_at(open_text(row.contact_sealed), language=row.language) if row else None


def _facts(proposal_ids: Sequence[int]) -> dict[int, Facts]:
    return {
        row.pk: {
            "title": row.title,
            "link": f"{settings.PUBLIC_URL}/proposal/{receipt_of(row).link_token}",
        }
        for row in Proposal.objects.filter(pk__in=proposal_ids)
    }


def declare_wordings() -> None:
    """Register the wordings and the address book; called once when the app is ready."""
    for words in _TO_PROPOSER:
        declare_template(Template(*words))
    declare_book("proposal", _address)
    declare_wording("proposal", "proposal", _facts)
