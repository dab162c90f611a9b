"""The table of urgency rules a district starts with; it may add, change and drop rules."""

from gongzhi.engines.triage.urgency import Level, UrgencyRule


def _listed(phrases: str) -> tuple[str, ...]:
    return tuple(phrases.split("、"))


DEFAULT_RULES: tuple[UrgencyRule, ...] = (
    UrgencyRule(
        code="danger_to_life",
        level=Level.EMERGENCY,
        supposed=Level.ATTENTION,
        chinese="危及生命",
        english="danger to life",
        phrases=_listed(
            "着火、起火、失火、火灾、爆炸、煤气泄漏、燃气泄漏、天然气泄漏、漏气、煤气味、"
            "燃气味、触电、电死、漏电、溺水、落水、被困、困在…电梯、电梯…困人、困人、"
            "电梯…坠落、电梯下坠、昏迷、晕倒、生命危险、轻生、自杀、跳楼、中毒、高空抛物、"
            "高空坠物、砸伤、砸到人、砸中、井盖…缺失、井盖…丢、井盖…不见、没有井盖、"
            "无井盖、持刀、家暴、打人、救命、伤亡、死亡、出人命、车祸、gas leak、on fire、"
            "trapped、electric shock、drowning"
        ),
    ),
    UrgencyRule(
        code="danger_to_property",
        level=Level.EMERGENCY,
        supposed=Level.ATTENTION,
        chinese="危及财产和建筑安全",
        english="danger to property or buildings",
        phrases=_listed(
            "坍塌、塌方、塌陷、倒塌、垮塌、滑坡、泥石流、决堤、房屋…倾斜、楼…倾斜、"
            "墙体…脱落、外墙…脱落、瓷砖…脱落、电线…垂落、电线…掉落、电线…断、"
            "电线…裸露、高压线…断、水淹、被淹、内涝、倒灌、爆管、水管…爆、树…倒、危房、"
            "燃气管…挖断、煤气管…挖断、collapse、flooding、landslide、burst pipe"
        ),
    ),
    UrgencyRule(
        code="water",
        level=Level.URGENT,
        chinese="停水或水质异常",
        english="water cut or bad",
        phrases=_listed(
            "停水、断水、没水用、没有水用、无水可用、无水用、没有自来水、没水、不来水、"
            "自来水…浑、自来水…发黄、自来水…异味、水质…发黄、no water、water outage"
        ),
    ),
    UrgencyRule(
        code="power",
        level=Level.URGENT,
        chinese="停电",
        english="power cut",
        phrases=_listed(
            "停电、断电、没电、没有电、跳闸、电压…低、电压不稳、power cut、no power、"
            "power outage、blackout"
        ),
    ),
    UrgencyRule(
        code="gas",
        level=Level.URGENT,
        chinese="停气",
        english="gas cut",
        phrases=_listed("停气、断气、没有燃气、没有煤气、没有天然气、燃气…停、天然气…停、no gas"),
    ),
    UrgencyRule(
        code="heat",
        level=Level.URGENT,
        chinese="供暖异常",
        english="heating down",
        phrases=_listed(
            "暖气不热、暖气…不热、没有暖气、没暖气、停暖、停止供暖、供暖…不足、不供暖、"
            "没有供暖、未供暖、供热…不足、停热、室温…低、no heating、heating is off"
        ),
    ),
    UrgencyRule(
        code="children",
        level=Level.ATTENTION,
        chinese="涉及儿童",
        english="children concerned",
        phrases=_listed(
            "小孩、孩子、儿童、婴儿、幼儿、小学生、学生…安全、未成年、宝宝、孕妇、children、"
            "infant、pupils"
        ),
    ),
    UrgencyRule(
        code="elderly",
        level=Level.ATTENTION,
        chinese="涉及老年人、残疾人或病人",
        english="elderly, disabled or ill people concerned",
        phrases=_listed(
            "老人、老年人、独居、空巢、残疾、轮椅、卧床、行动不便、盲人、重病、病人、"
            "elderly、wheelchair、disabled"
        ),
    ),
    UrgencyRule(
        code="repeated",
        level=Level.ATTENTION,
        chinese="多次反映未解决",
        english="reported before, not solved",
        phrases=_listed(
            "多次…反映、多次…投诉、多次…反应、反映多次、反映了多次、反映过多次、投诉多次、"
            "投诉了多次、多次打电话、多次拨打、一直没有解决、一直未解决、一直没人、"
            "一直没…解决、至今未、至今没、仍未解决、还没解决、没人管、无人管、无人处理、"
            "再次反映、再次投诉、又一次投诉、reported several times、reported repeatedly、"
            "still not fixed、again and again"
        ),
    ),
)
