"""The opinion map as JSON: what was found, each figure with the file's own ids."""

from dataclasses import asdict, dataclass
from typing import Any

from gongzhi.engines.deliberation.bridging import Bridging
from gongzhi.engines.deliberation.describing import GroupAccount
from gongzhi.engines.deliberation.opinion_map import OpinionMap
from gongzhi.engines.deliberation.picture import letter_of
from gongzhi.engines.deliberation.slate import Neglected, Slate
from gongzhi.engines.deliberation.stability import Stability
from gongzhi.engines.deliberation.tallies import test_share
from gongzhi.interfaces.commands.opinion_files import OpinionFiles

Json = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything that was computed from one pair of files."""

    files: OpinionFiles
    drawn: OpinionMap
    accounts: tuple[GroupAccount, ...]
    bridging: Bridging
    slate: Slate
    neglected_by_consensus: tuple[Neglected, ...]
    stability: Stability | None
    sentences: list[list[str]]


def write_findings(found: Findings) -> Json:
    """The whole result as plain values."""
    drawn, votes = found.drawn, found.files.votes
    ids = votes.statement_ids.tolist()
    return {
        "format": "gongzhi-opinion-map/1",
        "settings": asdict(drawn.settings),
        "voters": {
            "count": votes.voter_count,
            "in_conversation": votes.voter_ids[drawn.placed].tolist(),
        },
        "votes": len(votes.values),
        "k": drawn.k,
        "silhouette_by_k": [
            {
                "k": one.k,
                "silhouette": one.silhouette,
                "exact": one.exact,
                "inertia": one.clustering.inertia,
                "sizes": one.clustering.sizes.tolist(),
                "allowed": one.allowed,
                "stability": one.stability,
            }
            for one in drawn.candidates
        ],
        "explained_variance": drawn.projection.explained.tolist(),
        "groups": [_group(found, g) for g in range(drawn.k)],
        "consensus": {
            "agree": [_common(found, s, agree=True) for s in drawn.common.agree],
            "disagree": [_common(found, s, agree=False) for s in drawn.common.disagree],
        },
        "shared_by_all_groups": [ids[s] for s in drawn.shared],
        "slate": {
            "statements": [ids[s] for s in found.slate.statements],
            "represented": found.slate.represented,
            "heard": found.slate.heard,
            "swaps": found.slate.swaps,
            "neglected_by_consensus": [
                {"statement": ids[one.statement], "deserved": one.deserved, "voters": one.voters}
                for one in found.neglected_by_consensus
            ],
        },
        "statements": [_statement(found, s) for s in range(len(ids))],
        "stability": _stability(found),
    }


def _group(found: Findings, g: int) -> Json:
    drawn, votes, account = found.drawn, found.files.votes, found.accounts[g]
    ids = votes.statement_ids
    return {
        "id": letter_of(g),
        "size": account.size,
        "share": account.share,
        "heard": account.heard,
        "members": votes.voter_ids[drawn.labels == g].tolist(),
        "representative": [
            {**asdict(one), "statement": int(ids[one.statement])} for one in drawn.representative[g]
        ],
        "account": [
            {**asdict(one), "statement": int(ids[one.statement])} for one in account.claims
        ],
        "sentences": found.sentences[g],
    }


def _common(found: Findings, s: int, *, agree: bool) -> Json:
    everyone = found.drawn.everyone
    yes = (everyone.agree if agree else everyone.disagree)[0]
    seen = everyone.seen[0]
    return {
        "statement": int(found.files.votes.statement_ids[s]),
        "yes": int(yes[s]),
        "seen": int(seen[s]),
        "share": float((yes[s] + 1) / (seen[s] + 2)),
        "share_test": float(test_share(yes[s : s + 1], seen[s : s + 1])[0]),
    }


def _statement(found: Findings, s: int) -> Json:
    drawn, tally = found.drawn, found.drawn.tally
    agree, disagree, seen = (int(part[0, s]) for part in drawn.everyone.parts)
    number = int(found.files.votes.statement_ids[s])
    record: Json = {
        "id": number,
        "shown": bool(drawn.shown[s]),
        "agree": agree,
        "disagree": disagree,
        "pass": seen - agree - disagree,
        "position": drawn.projection.statement_positions[s].tolist(),
        "group_aware_consensus": {
            "agree": float(drawn.agree.product[s]),
            "disagree": float(drawn.reject.product[s]),
        },
        "common_ground": {
            "agree": float(drawn.agree.mean[s]),
            "disagree": float(drawn.reject.mean[s]),
            "agree_floor": float(drawn.agree.floor[s]),
            "disagree_floor": float(drawn.reject.floor[s]),
        },
        "bridging": float(found.bridging.score[s]),
        "division": float(drawn.division[s]),
        "by_group": {
            letter_of(g): {
                "agree": int(tally.agree[g, s]),
                "disagree": int(tally.disagree[g, s]),
                "seen": int(tally.seen[g, s]),
            }
            for g in range(drawn.k)
        },
    }
    if number in found.files.texts:
        record["text"] = found.files.texts[number]
    if found.stability is not None:
        record["common_ground"]["agree_interval"] = [
            float(found.stability.shared_low[s]),
            float(found.stability.shared_high[s]),
        ]
        record["kept_among_shared"] = float(found.stability.shared_kept[s])
    return record


def _stability(found: Findings) -> Json | None:
    firm = found.stability
    if firm is None:
        return None
    chosen = found.drawn.chosen
    return {
        "trials": firm.trials,
        "number_of_groups": {str(k): share for k, share in firm.k_share},
        "agreement": firm.agreement,
        "group_kept": firm.group_kept.tolist(),
        "firmly_placed": firm.firm,
        "silhouette": None if chosen is None else chosen.silhouette,
        "silhouette_of_clouds_without_groups": firm.cloud_silhouette,
    }
