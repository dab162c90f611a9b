"""Invented requests that the small district's rules can't read, and what they are about."""

import random
from datetime import timedelta
from pathlib import Path

from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.suggesting import model_file
from gongzhi.commons.trained_models.files import write_model
from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.training import train
from tests.affairs.small_district import MONDAY, SmallDistrict

PHRASES = {
    "environment.waste": ["纸箱堆在楼道", "剩饭倒在草坪", "菜叶满地", "堆物没人收"],
    "utilities.water": ["龙头滴个不停", "水表走得太快", "水压不足", "阀门锈住了"],
    "order": ["半夜唱歌", "音响太吵", "深夜装修", "喧哗到天亮"],
}
FILLERS = ["请尽快看看", "我们都很着急", "已经很久了", "昨天又这样", "问过两次", "邻居也说", "谢谢"]


def examples(count: int = 120) -> tuple[list[Message], list[str]]:
    """Texts and the matters they are about."""
    draw = random.Random(5)
    labels = [sorted(PHRASES)[at % 3] for at in range(count)]
    texts = ["，".join(draw.sample(PHRASES[x], 2) + draw.sample(FILLERS, 3)) for x in labels]
    return [Message(body=text) for text in texts], labels


def put_model(names: dict[str, str] | None = None) -> Path:
    """Train on the examples, under other names for the labels if wanted, and put it in place."""
    messages, labels = examples()
    model = train(messages, [(names or {}).get(label, label) for label in labels])
    arrays, record = model.parts()
    model_file().parent.mkdir(exist_ok=True)
    write_model(model_file(), arrays=arrays, record=record)
    return model_file()


def decided(
    district: SmallDistrict,
    count: int = 300,
    *,
    by_whom: str = "person",
    state: State = State.CLOSED,
    wrong: bool = False,
) -> list[int]:
    """Tickets whose matter was decided, each its own words; `wrong`: at random."""
    messages, labels = examples(count)
    if wrong:
        random.Random(1).shuffle(labels)
    garden = district.places["garden"]
    rows = Ticket.objects.bulk_create(
        Ticket(
            channel="page",
            title=message.body[:20],
            text=message.body,
            text_key="0" * 32,
            category_code=label,
            category_by=by_whom,
            state=state,
            place=garden,
            place_path=garden.path,
            received_at=MONDAY + timedelta(minutes=at),
            touched_at=MONDAY,
        )
        for at, (message, label) in enumerate(zip(messages, labels, strict=True))
    )
    return [row.pk for row in rows]
