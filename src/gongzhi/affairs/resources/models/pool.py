"""Needs and offers: what is wanted, and what is there."""

from django.db import models
from django.db.models import F, Q

from gongzhi.affairs.resources.choices import (
    BookingRule,
    NeedState,
    OfferState,
    Sort,
    Urgency,
    Visibility,
)


class HelpCategory(models.Model):
    """A kind of help, with the measure in which it is counted: data of the district, not code."""

    code = models.CharField(max_length=40, unique=True)
    sort = models.CharField(max_length=8, choices=Sort)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    measure_zh = models.CharField(max_length=10)
    measure_en = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.name_zh


class PoolRevision(models.Model):
    """One row whose number grows with every change of the pool: plans remember it."""

    number = models.PositiveBigIntegerField(default=0)


class Need(models.Model):
    """Something a community wants for its people. `claimed` and `met` never exceed `quantity`."""

    title = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    category = models.ForeignKey(
        HelpCategory, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    community_id = models.BigIntegerField()
    publisher = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=NeedState)
    quantity = models.PositiveIntegerField()
    claimed = models.PositiveIntegerField(default=0)  # by claims that are alive or kept
    met = models.PositiveIntegerField(default=0)  # of it, done
    confirmed = models.PositiveIntegerField(default=0)  # of it, confirmed by who was served
    urgency = models.PositiveSmallIntegerField(choices=Urgency, default=Urgency.NORMAL)
    beneficiaries = models.PositiveIntegerField(default=0)
    whole = models.BooleanField(default=False)
    asks = models.JSONField(default=list)
    gives = models.JSONField(default=list)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PUBLIC)
    begins = models.DateField()
    ends = models.DateField()
    after = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="followers"
    )  # has to be met before
    source_kind = models.CharField(max_length=20, blank=True)
    source_id = models.BigIntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField()
    changed_in = models.PositiveBigIntegerField(default=0)  # revision of the pool
    import_key = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(claimed__lte=F("quantity")) & Q(met__lte=F("claimed")),
                name="need_counted_once",
            ),
            models.UniqueConstraint(
                fields=["source_kind", "source_id", "category"],
                condition=Q(source_id__isnull=False)
                & ~Q(source_kind="survey")  # many are asked, so many needs are heard
                & ~Q(state__in=["withdrawn", "refused", "expired"]),
                name="need_once_per_source",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "ends", "id"], name="need_open"),
            models.Index(fields=["community_id", "state", "ends"], name="need_here"),
            models.Index(fields=["category", "state"], name="need_of_category"),
            models.Index(fields=["changed_in"], name="need_changed"),
            models.Index(
                fields=["state", "community_id", "category", "ends", "quantity", "claimed"],
                name="need_gap",
            ),
        ]


class Wish(models.Model):
    """A micro-wish: a small need of one person, whose identity is kept apart and encrypted.

    `revealed_to` is the one claim whose unit may read it, once the community has said so.
    """

    need = models.OneToOneField(Need, on_delete=models.CASCADE, related_name="wish")
    cap = models.PositiveIntegerField()  # yuan
    consent_at = models.DateTimeField()
    name_sealed = models.TextField(blank=True)
    contact_sealed = models.TextField(blank=True)
    revealed_to_id = models.BigIntegerField(null=True)
    erased_at = models.DateTimeField(null=True)


class Offer(models.Model):
    """Something a unit can give. `used` never exceeds `total`, nor a day's use `per_day`."""

    title = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    unit = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    categories = models.ManyToManyField(HelpCategory, related_name="+")
    state = models.CharField(max_length=8, choices=OfferState, default=OfferState.OPEN)
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    area = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    reach = models.PositiveIntegerField(null=True)  # metres
    total = models.PositiveIntegerField()
    per_day = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)
    asks = models.JSONField(default=list)
    gives = models.JSONField(default=list)
    seats = models.PositiveIntegerField(null=True)  # of a room that can be booked
    booking_rule = models.CharField(
        max_length=8, choices=BookingRule, default=BookingRule.ASK
    )  # of a room
    begins = models.DateField()
    ends = models.DateField()
    opened_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField()
    changed_in = models.PositiveBigIntegerField(default=0)
    import_key = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(used__lte=F("total")), name="offer_counted_once")
        ]
        indexes = [
            models.Index(fields=["state", "ends", "id"], name="offer_open"),
            models.Index(fields=["changed_in"], name="offer_changed"),
        ]


class Slot(models.Model):
    """When an offer is there each week; an offer without slots is there every day."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="slots")
    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    opens = models.TimeField()
    closes = models.TimeField()


class OfferDay(models.Model):
    """How much of an offer one day takes."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer", "day"], name="offer_day_once")]


class LimitRule(models.Model):
    """A named limit of this affair ("claim.answer"): data, not code."""

    name = models.CharField(max_length=40, unique=True)
    amount = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=12)
