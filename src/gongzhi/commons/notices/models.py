"""Messages to units, requesters and people, and how each was delivered."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One message to one recipient. It holds names of facts, never a text or a contact."""

    recipient_kind = models.CharField(max_length=12)  # unit, requester, person
    recipient_id = models.BigIntegerField()
    template = models.CharField(max_length=48)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    facts = models.JSONField(default=dict)
    once_key = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["recipient_kind", "recipient_id", "-id"], name="notice_recipient")
        ]


class Channel(models.TextChoices):
    EMAIL = "email", _("电子邮件")
    WEBHOOK = "webhook", _("接口推送")
    SMS = "sms", _("短信")


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("待发送")
    SENT = "sent", _("已发送")
    GIVEN_UP = "given_up", _("未送达")


class Delivery(models.Model):
    """A notice on its way over one channel: tries, next try, outcome. No address is kept here."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    state = models.CharField(max_length=8, choices=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="delivered_once")]
        indexes = [
            models.Index(
                fields=["next_at"], name="delivery_due", condition=models.Q(state="queued")
            ),
            models.Index(
                fields=["notice"], name="delivery_given_up", condition=models.Q(state="given_up")
            ),
        ]


class PublicNotice(models.Model):
    """Something posted for everyone at a place, with a time in which to object."""

    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    unit_id = models.BigIntegerField()
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    title = models.CharField(max_length=120)
    text = models.TextField()
    posted_at = models.DateTimeField()
    objections_until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["place", "-posted_at"], name="public_notice_place"),
            models.Index(fields=["subject_kind", "subject_id"], name="public_notice_of"),
        ]


class PublicObjection(models.Model):
    """What somebody had against a public notice, and the answer to it."""

    notice = models.ForeignKey(PublicNotice, on_delete=models.CASCADE, related_name="objections")
    text = models.TextField()
    contact_sealed = models.TextField(blank=True)
    at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
