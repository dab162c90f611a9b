"""Volunteers' hours and working members' reports: for the person, never a list of persons."""

from django.db import models
from django.db.models import F, Q

from gongzhi.affairs.resources.choices import (
    PostState,
    SignupChannel,
    SignupState,
    SlipState,
    StintState,
)


class VolunteerPost(models.Model):
    """What volunteers are wanted for; who organises it certifies the hours."""

    title = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    organiser = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    wanted = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)  # sign-ups that stand
    begins = models.DateField()
    ends = models.DateField()
    state = models.CharField(max_length=8, choices=PostState, default=PostState.OPEN)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("wanted")), name="post_never_overfull")
        ]
        indexes = [models.Index(fields=["state", "ends", "id"], name="post_open")]


class Signup(models.Model):
    """Somebody who wants to help at a post, without an account; they hold a private link."""

    post = models.ForeignKey(VolunteerPost, on_delete=models.PROTECT, related_name="signups")
    name_sealed = models.TextField()
    contact_sealed = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=SignupState, default=SignupState.STANDS)
    channel = models.CharField(max_length=8, choices=SignupChannel, default=SignupChannel.PAGE)
    signed_at = models.DateTimeField()
    link_version = models.PositiveSmallIntegerField(default=1)
    erased_at = models.DateTimeField(null=True)


class Stint(models.Model):
    """Hours one volunteer gave on one day; the volunteer holds a private link to it."""

    post = models.ForeignKey(VolunteerPost, on_delete=models.PROTECT, related_name="stints")
    signup = models.ForeignKey(Signup, null=True, on_delete=models.PROTECT, related_name="stints")
    name_sealed = models.TextField()
    day = models.DateField()
    minutes = models.PositiveIntegerField()
    claimed_minutes = models.PositiveIntegerField(null=True)  # what the volunteer says
    objection = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=StintState, default=StintState.CERTIFIED)
    certified_by_id = models.BigIntegerField()  # unit
    certified_at = models.DateTimeField()
    link_version = models.PositiveSmallIntegerField(default=1)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["signup", "day"], condition=Q(signup__isnull=False), name="stint_once_a_day"
            )
        ]


class ReportSlip(models.Model):
    """A working member's dual report of one quarter: hours and deeds, no mark and no rank."""

    employer = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    name_sealed = models.TextField()
    quarter = models.CharField(max_length=7)  # 2026-Q1
    minutes = models.PositiveIntegerField()
    deeds = models.TextField()
    remark = models.TextField(blank=True)  # the member's own words
    state = models.CharField(max_length=10, choices=SlipState, default=SlipState.DRAFTED)
    drafted_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    link_version = models.PositiveSmallIntegerField(default=1)
    erased_at = models.DateTimeField(null=True)
