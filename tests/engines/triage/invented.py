"""Invented messages on three matters, for tests: a few phrases each, put together at random."""

import random

from gongzhi.engines.triage.texts import Message

PHRASES = {
    "照明": ["路灯不亮", "夜里很黑", "灯杆倾斜", "楼道感应灯坏了", "照明线路老化"],
    "停车": ["车位不够", "车辆乱停", "停车收费高", "占用车位", "地锁挡道"],
    "噪音": ["半夜施工", "广场舞扰民", "音响太吵", "装修噪音大", "酒吧喧哗"],
}
FILLERS = ["请尽快处理", "我们小区", "希望有关部门", "已经很久了", "感谢", "居民意见很大"]


def invented(count: int, *, seed: int = 1) -> tuple[list[Message], list[str]]:
    """Return messages and their labels."""
    draw = random.Random(seed)
    messages, labels = [], []
    for _ in range(count):
        label = draw.choice(sorted(PHRASES))
        parts = draw.sample(PHRASES[label], 2) + draw.sample(FILLERS, 3)
        draw.shuffle(parts)
        subject = draw.choice(PHRASES[label]) if draw.random() < 0.3 else ""
        messages.append(Message(subject=subject, body="，".join(parts)))
        labels.append(label)
    return messages, labels
