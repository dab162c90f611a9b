"""Meetings: standing ones with members and rules as data, each sitting, what it resolved."""

from django.db import models

from gongzhi.affairs.assemblies.meeting_choices import (
    ApprovalOf,
    MeetingKind,
    MeetingState,
    Presence,
    Reason,
)


class StandingMeeting(models.Model):
    """A meeting that comes back: who belongs to it, who presides, by which rules it decides.

    The shares are fractions as text ("1/2"); `inclusive` says whether just that share is enough.
    `entitled` counts residents' representatives; of a joint meeting the member units are entitled.
    """

    kind = models.CharField(max_length=16, choices=MeetingKind)
    name = models.CharField(max_length=80)
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    chair = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    every_months = models.PositiveSmallIntegerField(null=True)
    entitled = models.PositiveIntegerField(null=True)
    attendance_share = models.CharField(max_length=9, default="1/2")
    attendance_inclusive = models.BooleanField(default=False)
    approval_share = models.CharField(max_length=9, default="1/2")
    approval_inclusive = models.BooleanField(default=False)
    approval_of = models.CharField(max_length=8, choices=ApprovalOf, default=ApprovalOf.PRESENT)
    basis = models.CharField(max_length=160)
    callers = models.CharField(max_length=160, blank=True)  # who may have it called, in words
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField()


class StandingMember(models.Model):
    """A unit that belongs to a standing meeting."""

    standing = models.ForeignKey(StandingMeeting, on_delete=models.CASCADE, related_name="members")
    unit = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["standing", "unit"], name="member_of_standing"),
        ]


class Meeting(models.Model):
    """One sitting."""

    kind = models.CharField(max_length=16, choices=MeetingKind)
    standing = models.ForeignKey(
        StandingMeeting, null=True, on_delete=models.PROTECT, related_name="meetings"
    )
    title = models.CharField(max_length=120)
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    convener = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    chair = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    source_kind = models.CharField(max_length=20, blank=True)  # as a whistle that called for it
    source_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=MeetingState, default=MeetingState.DRAFTED)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    venue = models.CharField(max_length=120, blank=True)
    moves = models.PositiveSmallIntegerField(default=0)  # the SEQUENCE of its calendar entry
    present = models.PositiveIntegerField(null=True)  # representatives who came
    minutes = models.TextField(blank=True)
    reason = models.CharField(max_length=300, blank=True)  # of a cancellation
    drafted_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["place_path", "-begins_at"], name="meeting_place"),
            models.Index(fields=["-begins_at"], name="meeting_begins"),
            models.Index(fields=["standing", "-begins_at"], name="meeting_of_standing"),
            models.Index(fields=["source_kind", "source_id"], name="meeting_source"),
        ]


class Attendance(models.Model):
    """A unit that is asked to a meeting, and whether it came."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    unit = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    presence = models.CharField(max_length=8, choices=Presence, default=Presence.INVITED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "unit"], name="unit_at_meeting"),
        ]
        indexes = [models.Index(fields=["unit", "meeting"], name="meetings_of_unit")]


class AgendaItem(models.Model):
    """One point of the agenda; `subject` is the matter it is about, where it has one."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=160)
    why = models.CharField(max_length=16, choices=Reason, default=Reason.OWN)
    subject_kind = models.CharField(max_length=20, blank=True)
    subject_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "position"], name="point_of_meeting"),
        ]


class Resolution(models.Model):
    """What a meeting resolved on one point, with the count where there was a vote."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="resolutions")
    point = models.ForeignKey(
        AgendaItem, null=True, on_delete=models.PROTECT, related_name="resolutions"
    )
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    passed = models.BooleanField()
    figures = models.JSONField(null=True)  # of the count; none where nobody voted
    decision_id = models.BigIntegerField(null=True)  # none where it was not carried

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "position"], name="resolution_of_meeting"),
        ]


class CalendarLink(models.Model):
    """Which version of a unit's private calendar address counts."""

    unit = models.OneToOneField("organisations.Unit", on_delete=models.CASCADE, related_name="+")
    version = models.PositiveSmallIntegerField(default=1)
