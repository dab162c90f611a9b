"""Volunteers, slips, agreements, projects, corrections, imports and the map, page by page."""

import re
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from gongzhi.affairs.resources.claims import agree_claim, claim_need
from gongzhi.affairs.resources.models import (
    Agreement,
    Claim,
    Exclusion,
    Need,
    Offer,
    Project,
    ReportSlip,
    Signup,
    Stint,
    VolunteerPost,
)
from gongzhi.affairs.resources.results import report_done
from gongzhi.affairs.resources.slips import slip_link
from gongzhi.interfaces.pages.framing.plain_words import plain_words
from tests.affairs.resources.pools import SmallPool, build_pool
from tests.affairs.small_district import build
from tests.interfaces.pages.test_resources import as_, need, offer, sound

pytestmark = pytest.mark.database
TODAY = timezone.localdate


@pytest.fixture
def pool(db: None) -> SmallPool:
    return build_pool(build())


def day(after: int = 0) -> str:
    return (TODAY() + timedelta(days=after)).isoformat()


def post_of(pool: SmallPool) -> int:
    form = {
        "title": "周六清扫", "organiser": str(pool.unit("bank")), "wanted": "2", "text": "带手套",
        "place": str(pool.district.places["willow"].pk), "begins": day(), "ends": day(20),
    }  # fmt: skip
    sound(as_(pool.bank), "/posts/new")
    assert as_(pool.bank).post("/posts/new", form).status_code == 302
    return VolunteerPost.objects.get().pk


def test_a_volunteer_joins_without_account_objects_and_prints(pool: SmallPool) -> None:
    made, staff, anyone = post_of(pool), as_(pool.bank), Client()
    assert "周六清扫" in sound(anyone, "/posts")
    sound(anyone, f"/posts/{made}/join")
    answer = anyone.post(f"/posts/{made}/join", {"name": "小周", "contact": "13900000000"})
    own = answer.headers["Location"]
    assert "小周" not in sound(anyone, f"/posts/{made}")
    assert "13900000000" in sound(staff, f"/posts/{made}")
    signup = Signup.objects.get()
    hours = {"signup": str(signup.pk), "name": "", "day": day(), "hours": "1.5"}
    assert staff.post(f"/posts/{made}/certify", hours).status_code == 302
    stint = Stint.objects.get()
    assert "1 小时 30 分钟" in sound(anyone, own)
    sound(anyone, f"{own}/{stint.pk}")
    anyone.post(f"{own}/{stint.pk}", {"hours": "2", "reason": "少记了"})
    assert "本人说是 2 小时" in sound(staff, f"/posts/{made}")
    staff.post(f"/stints/{stint.pk}/correct", {"post": str(made)})
    paper = sound(anyone, f"{own}/certificate")
    assert "2 小时" in paper
    assert "柳岸银行网点" in paper
    assert own in sound(staff, f"/posts/{made}/link/signup/{signup.pk}")
    assert as_(pool.community).get(f"/posts/{made}/link/signup/{signup.pk}").status_code == 404
    anyone.post(f"{own}/leave")
    assert Signup.objects.get().name_sealed == ""
    for token in ("x", own.rsplit("/", 1)[1][:-2] + "AA"):
        assert anyone.get(f"/hours/{token}").status_code == 404


def test_sign_ups_are_slowed_down_and_refused_in_words(pool: SmallPool) -> None:
    made, anyone = post_of(pool), Client()
    for _ in range(2):
        anyone.post(f"/posts/{made}/join", {"name": "小周", "contact": ""})
    full = anyone.post(f"/posts/{made}/join", {"name": "小何", "contact": ""})
    assert "招满" in full.content.decode()
    asked = anyone.post(f"/posts/{made}/join", {"name": "小何", "contact": ""}).content.decode()
    assert "guard_answer" in asked
    assert Signup.objects.count() == 2


def test_a_slip_is_seen_by_the_member_first_and_then_by_the_employer(pool: SmallPool) -> None:
    staff, employer = as_(pool.community), as_(pool.bank)
    sound(staff, "/slips/new")
    form = {
        "name": "刘同志", "employer": str(pool.unit("bank")), "hours": "3",
        "place": str(pool.district.places["willow"].pk), "deeds": "清扫两次",
        "quarter": f"{TODAY().year}-Q{(TODAY().month - 1) // 3 + 1}",
    }  # fmt: skip
    assert staff.post("/slips/new", form).status_code == 302
    assert "刘同志" in sound(staff, "/slips")
    assert "刘同志" not in sound(employer, "/slips")
    own = f"/slips/{slip_link(ReportSlip.objects.get().pk)}"
    assert "清扫两次" in sound(Client(), own)
    Client().post(own, {"answer": "release", "remark": "谢谢"})
    assert "刘同志" in sound(employer, "/slips")
    assert "刘同志" not in sound(as_(pool.clinic), "/slips")
    again = Client().post(own, {"answer": "withhold", "remark": ""}, follow=True)
    assert "不能" in again.content.decode()
    assert ReportSlip.objects.get().state == "released"


def test_an_agreement_is_proposed_signed_and_ended(pool: SmallPool) -> None:
    host, partner = as_(pool.community), as_(pool.bank)
    sound(host, "/agreements/new")
    form = {
        "title": "共建协议", "ours": str(pool.unit("party")), "theirs": str(pool.unit("bank")),
        "begins": day(), "ends": day(100), "text": "各做一半",
    }  # fmt: skip
    assert host.post("/agreements/new", form).status_code == 302
    made = Agreement.objects.get().pk
    assert "签署</button>" not in sound(host, f"/agreements/{made}")
    assert "签署</button>" in sound(partner, f"/agreements/{made}")
    partner.post(f"/agreements/{made}/sign")
    assert Agreement.objects.get().state == "signed"
    assert as_(pool.clinic).get(f"/agreements/{made}").status_code == 404
    assert "共建协议" not in re.sub(r"<nav.*?</nav>|<h\d.*?</h\d>|<title.*", "",
                                sound(as_(pool.clinic), "/agreements"), flags=re.S)  # fmt: skip
    partner.post(f"/agreements/{made}/end")
    assert Agreement.objects.get().state == "ended"


def agreed_claim(pool: SmallPool) -> Claim:
    made = claim_need(
        need_id=need(pool), unit_id=pool.unit("bank"), quantity=4, day=TODAY(), offer_id=None,
        by=pool.bank, at=timezone.now(),
    )  # fmt: skip
    agree_claim(claim_id=made, by=pool.community, at=timezone.now())
    return Claim.objects.get()


def test_a_project_goes_from_claims_to_both_ratings(pool: SmallPool) -> None:
    claim, host, lead = agreed_claim(pool), as_(pool.community), as_(pool.bank)
    sound(host, "/projects/new")
    form = {
        "title": "陪伴月", "claims": [str(claim.pk)], "lead": str(pool.unit("bank")),
        "budget": "500", "agreement": "", "milestones": "没有日期",
    }  # fmt: skip
    assert "第 1 行" in host.post("/projects/new", form).content.decode()
    form["milestones"] = f"{day(3)} 走访完"
    host.post("/projects/new", form)
    project = Project.objects.get()
    path = f"/projects/{project.pk}"
    host.post(f"{path}/start")
    step = project.milestones.get()
    lead.post(f"{path}/reached/{step.pk}")
    sound(lead, f"{path}/result")
    picture = BytesIO()
    Image.new("RGB", (40, 30), "green").save(picture, "PNG")
    proof = SimpleUploadedFile("proof.png", picture.getvalue(), "image/png")
    lead.post(f"{path}/result", {"result": "都陪到了", "attached": proof})
    report_done(claim_id=claim.pk, report="办完", by=pool.bank, at=timezone.now())
    host.post(f"{path}/confirm")
    assert Project.objects.get().state == "done"  # its claim is not confirmed yet
    host.post(f"/claims/{claim.pk}/confirm")
    host.post(f"{path}/confirm")
    assert Project.objects.get().state == "confirmed"
    host.post(f"{path}/rate", {"satisfied": "yes", "remark": ""})
    lead.post(f"{path}/rate", {"satisfied": "yes", "remark": ""})
    html = sound(host, path)
    assert "柳岸银行网点 → 柳岸社区党委" in html
    assert "柳岸社区党委 → 柳岸银行网点" in html
    assert "陪伴月" in sound(host, f"/needs/{claim.need_id}")
    assert "陪伴月" not in sound(Client(), f"/needs/{claim.need_id}")


def test_needs_and_offers_are_corrected_and_offers_ruled_out(pool: SmallPool) -> None:
    made, given, staff = need(pool), offer(pool), as_(pool.community)
    sound(staff, f"/needs/{made}/correct")
    form = {"title": "新题", "quantity": "3", "urgency": "2", "ends": day(9), "text": "更清楚"}
    assert staff.post(f"/needs/{made}/correct", form).status_code == 302
    assert "更清楚" in sound(Client(), f"/needs/{made}")
    sound(as_(pool.bank), f"/offers/{given}/correct")
    told = {"title": "新队", "total": "9", "ends": day(9), "text": ""}
    as_(pool.bank).post(f"/offers/{given}/correct", told)
    assert Offer.objects.get().total == 9
    assert as_(pool.bank).get(f"/needs/{made}/correct").status_code == 403
    assert as_(pool.clinic).get(f"/offers/{given}/correct").status_code == 403
    sound(staff, f"/needs/{made}/exclude")
    staff.post(f"/needs/{made}/exclude", {"offer": str(given), "reason": "要持证的"})
    assert "要持证的" in sound(staff, f"/needs/{made}")
    assert "要持证的" not in sound(Client(), f"/needs/{made}")
    staff.post(f"/needs/{made}/allow", {"offer": str(given)})
    assert not Exclusion.objects.exists()
    assert staff.post(f"/needs/{made}/allow", {"offer": "9" * 40}).status_code == 404


def test_the_word_of_people_served_is_noted_from_the_page(pool: SmallPool) -> None:
    claim, staff = agreed_claim(pool), as_(pool.community)
    report_done(claim_id=claim.pk, report="办完", by=pool.bank, at=timezone.now())
    sound(staff, f"/claims/{claim.pk}/note")
    form = {"channel": "phone", "solved": "yes", "satisfied": "yes", "remark": ""}
    assert staff.post(f"/claims/{claim.pk}/note", form).status_code == 302
    assert "由工作人员记下" in sound(staff, f"/needs/{claim.need_id}")


HEAD = "需求,类别,社区,数量,到\n"


def upload(client: Client, text: bytes, do: str, **more: str) -> str:
    file = SimpleUploadedFile("list.csv", text, "text/csv")
    form = {"kind": "needs", "file": file, "do": do, **more}
    return client.post("/pool/import", form).content.decode()


def test_a_list_is_checked_imported_and_its_rejects_taken_along(pool: SmallPool) -> None:
    staff = as_(pool.community)
    sound(staff, "/pool/import")
    good = f"陪聊天,助老陪伴,北桥街道/柳岸社区,4,{day(9)}\n"
    bad = f"义诊,健康义诊,北桥街道/柳岸社区,-4,{day(9)}\n"
    other = f"刷墙,环境整治,北桥街道/梅溪社区,4,{day(9)}\n"
    rows = (HEAD + good + good + bad + other).encode()
    told = upload(staff, rows, "check")
    assert "不能为这个地点" in told
    assert "退回 2" in told
    assert not Need.objects.exists()
    upload(staff, rows, "store")
    assert not Need.objects.exists()
    upload(staff, rows, "store", skip_faulty="on")
    assert Need.objects.count() == 1
    assert "已有 2" in upload(staff, rows, "check")
    rejects = upload(staff, rows, "rejects")
    assert "义诊" in rejects
    assert "陪聊天" not in rejects


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe\x01", b"x" * 100, b"PK\x03\x04broken"])
def test_what_is_no_table_is_refused_in_words(pool: SmallPool, content: bytes) -> None:
    file = SimpleUploadedFile("list.xlsx", content)
    form = {"kind": "needs", "file": file, "do": "store"}
    answer = as_(pool.community).post("/pool/import", form)
    assert answer.status_code == 200
    assert "error" in answer.content.decode()
    assert not Need.objects.exists()


def test_who_may_not_gets_no_page_of_others(pool: SmallPool) -> None:
    for path in ("/pool/import", "/slips", "/slips/new", "/agreements", "/projects/new"):
        assert as_(pool.district.sanitation).get(path).status_code in {200, 403}
        assert Client().get(path).status_code == 302
    assert as_(pool.district.sanitation).get("/pool/import").status_code == 403


def test_the_map_says_in_words_what_its_tints_say(pool: SmallPool) -> None:
    home = pool.district.places["willow"]
    ring = [[110.0, 30.0], [110.1, 30.0], [110.1, 30.1], [110.0, 30.0]]
    home.boundary = {"type": "Polygon", "coordinates": [ring]}
    home.save()
    need(pool)
    html = sound(as_(pool.district.officer), f"/gap?place={home.pk}")
    assert "柳岸社区：1 个需求没有资源能服务；待办需求 1 个，差距 —" in html
    assert 'id="chosen"' in html
    assert 'id="chosen"' not in sound(as_(pool.district.officer), "/gap?place=x")


def test_feeds_stay_sound_whatever_people_wrote(pool: SmallPool) -> None:
    made = need(pool)
    evil = "需要\x0b]]>&lt;<b>\u2028\ufffe人"
    Need.objects.filter(pk=made).update(title=evil)
    feed = Client().get("/needs.atom")
    root = ElementTree.fromstring(feed.content)
    atom = "{http://www.w3.org/2005/Atom}"
    entry = root.find(f"{atom}entry")
    assert entry is not None
    assert entry.findtext(f"{atom}title") == plain_words(evil)
    assert entry.findtext(f"{atom}author/{atom}name")
    room = offer(pool, seats=20)
    Offer.objects.filter(pk=room).update(title="活动室\r\nBEGIN:VALARM\x01\x07;,\\")
    form = {"host": str(pool.unit("bank")), "purpose": "开会", "headcount": "3",
            "begins": f"{day(1)}T10:00", "ends": f"{day(1)}T11:00"}  # fmt: skip
    assert as_(pool.bank).post(f"/rooms/{room}", form).status_code == 302
    lines = Client().get(f"/rooms/{room}.ics").content.decode().split("\r\n")
    assert not any(line.startswith("BEGIN:VALARM") for line in lines)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", "".join(lines))
    assert max(len(line.encode()) for line in lines) <= 75
    for hostile in ("/needs.atom?category=%00&place='", "/needs?after=" + "9" * 40):
        assert Client().get(hostile).status_code == 200


def test_an_upload_of_fifty_megabytes_is_refused_with_the_limit(pool: SmallPool) -> None:
    told = upload(as_(pool.community), HEAD.encode() + b" " * 50_000_000, "store")
    assert "20 MB" in told
    assert not Need.objects.exists()
