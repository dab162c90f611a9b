"""The ticket: the working record of one request."""

from django.db import models
from django.db.models import Case, F, Q, Value, When

from gongzhi.affairs.tickets.choices import (
    OPEN_STATES,
    Channel,
    RequestKind,
    State,
    Urgency,
)

# A number and not a truth value: a bare truth value in WHERE keeps SQLite from using its index.
_OPEN = Case(
    When(state__in=[state.value for state in OPEN_STATES], then=Value(1)), default=Value(0)
)

# Contact comes first while nobody made it; never later than the due date itself.
_NEXT_DUE = Case(
    When(contacted_at__isnull=True, contact_due_at__lt=F("due_at"), then=F("contact_due_at")),
    default=F("due_at"),
)


class Ticket(models.Model):
    """One request. Its number is its day and its id, so nothing has to be counted or locked."""

    channel = models.CharField(max_length=8, choices=Channel)
    kind = models.CharField(max_length=12, choices=RequestKind, default=RequestKind.HELP)
    title = models.CharField(max_length=120)
    text = models.TextField()
    text_key = models.CharField(max_length=32)  # erased with the text: then its digest says nothing
    attributes = models.JSONField(default=dict)
    # When it came in, if everyone may read it; null otherwise. One index answers both questions.
    public_at = models.DateTimeField(null=True)

    category_code = models.CharField(max_length=80, blank=True)
    category_by = models.CharField(max_length=10, blank=True)  # requester, rule, model, person
    triage = models.JSONField(default=dict)  # suggestions with probabilities and evidence spans
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.NORMAL)

    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    subdistrict_id = models.BigIntegerField(null=True)
    community_id = models.BigIntegerField(null=True)
    address = models.CharField(max_length=160, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    is_open = models.GeneratedField(
        expression=_OPEN, output_field=models.SmallIntegerField(), db_persist=True
    )
    first_owner = models.ForeignKey(
        "organisations.Unit",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    lead_unit = models.ForeignKey(
        "organisations.Unit",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    objection_used = models.BooleanField(default=False)
    assessed = models.BooleanField(default=True)  # false once an exclusion is approved
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", db_index=False
    )
    split_from = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="split", db_index=False
    )

    received_at = models.DateTimeField()
    clock_from = models.DateTimeField(null=True)  # from when limits count
    contact_due_at = models.DateTimeField(null=True)
    contacted_at = models.DateTimeField(null=True)
    limit_amount = models.PositiveSmallIntegerField(null=True)
    limit_unit = models.CharField(max_length=12, blank=True)
    due_at = models.DateTimeField(null=True)
    next_due_at = models.GeneratedField(
        expression=_NEXT_DUE, output_field=models.DateTimeField(null=True), db_persist=True
    )
    closed_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField()

    # What a retried submission or a re-imported row is recognised by.
    idempotency_key = models.CharField(max_length=64, null=True, unique=True)
    link_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["is_open", "next_due_at"], name="ticket_due"),
            models.Index(fields=["community_id", "is_open", "next_due_at"], name="ticket_due_here"),
            models.Index(
                fields=["subdistrict_id", "is_open", "next_due_at"], name="ticket_due_street"
            ),
            models.Index(fields=["lead_unit", "is_open", "next_due_at"], name="ticket_due_ours"),
            models.Index(fields=["community_id", "id"], name="ticket_here"),
            models.Index(fields=["lead_unit", "id"], name="ticket_ours"),
            models.Index(fields=["received_at"], name="ticket_received"),
            models.Index(
                fields=["public_at"], name="ticket_public", condition=Q(public_at__isnull=False)
            ),
            models.Index(
                fields=["merged_into"], name="ticket_merged", condition=Q(merged_into__isnull=False)
            ),
        ]


class Requester(models.Model):
    """How to reach whoever asked; encrypted, and absent where nobody gave a contact."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="requester")
    name_sealed = models.TextField(blank=True)
    phone_sealed = models.TextField(blank=True)
    phone_index = models.CharField(max_length=64, blank=True)
    email_sealed = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["phone_index"], name="requester_phone", condition=~Q(phone_index="")
            ),
            # Retention looks at what is still kept, oldest first, and never at what is erased.
            models.Index(
                fields=["ticket"], name="requester_kept", condition=Q(erased_at__isnull=True)
            ),
        ]


class Merge(models.Model):
    """One ticket joined to another on the same matter; undoing it gives the state back."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merges")
    into = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    state_before = models.CharField(max_length=12, choices=State)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(undone_at__isnull=True), name="merged_once"
            )
        ]
