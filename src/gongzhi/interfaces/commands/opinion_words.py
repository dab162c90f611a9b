"""The account of a group as sentences, in Chinese or English."""

from gongzhi.engines.deliberation.describing import Amount, Claim, GroupAccount
from gongzhi.engines.deliberation.picture import PictureWords, letter_of

_AMOUNTS: dict[str, dict[Amount, str]] = {
    "zh": {
        "nearly_all": "几乎所有人",
        "most": "大多数人",
        "over_half": "过半的人",
        "half": "约一半人",
        "under_half": "不到一半人",
        "few": "少数人",
    },
    "en": {
        "nearly_all": "Nearly all",
        "most": "Most",
        "over_half": "More than half",
        "half": "About half",
        "under_half": "Fewer than half",
        "few": "Few",
    },
}

PICTURE_WORDS = {
    "zh": PictureWords(),
    "en": PictureWords(
        title="Opinion map",
        description="A dot is people of like opinion: larger for more, closer for more alike.",
        group="Group {letter} · {size} people",
        left_out="{count} more people stand apart and are not drawn, to protect them",
    ),
}


def tell_group(account: GroupAccount, texts: dict[int, str], language: str) -> list[str]:
    """The sentences about one group; `texts` by position of the statement."""
    letter, share = letter_of(account.group), round(100 * account.share)
    if language == "zh":
        first = f"{letter} 组：{account.size} 人，占 {share}%。"
    else:
        first = f"Group {letter}: {account.size} people, {share} %."
    return [first, *(_tell(claim, texts[claim.statement], language) for claim in account.claims)]


def _tell(claim: Claim, text: str, language: str) -> str:
    amount = _AMOUNTS[language][claim.amount]
    others = claim.other_yes, claim.other_seen
    doubt = ("" if claim.sure else "（尚不确定）", "" if claim.sure else " (not yet certain)")
    if language == "zh":
        verb = "同意" if claim.agree else "反对"
        here = f"{amount}{verb}（{claim.seen} 人中 {claim.yes} 人）"
        if claim.kind == "distinct":
            tail = f"，其他组是 {others[1]} 人中 {others[0]} 人"
            return f"与众不同：{here}{tail}：“{text}”{doubt[0]}"
        return f"{'共识' if claim.kind == 'shared' else '内部有分歧'}：{here}：“{text}”{doubt[0]}"
    verb = "agree" if claim.agree else "disagree"
    here = f"{amount} {verb} ({claim.yes} of {claim.seen})"
    if claim.kind == "distinct":
        tail = f", elsewhere {others[0]} of {others[1]}"
        return f"Sets them apart: {here}{tail}: “{text}”{doubt[1]}"
    label = "Shared by all groups" if claim.kind == "shared" else "Divided among themselves"
    return f"{label}: {here}: “{text}”{doubt[1]}"
