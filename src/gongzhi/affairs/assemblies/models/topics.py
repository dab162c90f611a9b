"""Topics: the question, who takes part, what they say, and how they vote on what others say."""

from django.db import models
from django.db.models import Q

from gongzhi.affairs.assemblies.choices import (
    Capacity,
    EntryState,
    RejectionReason,
    StatementState,
    TopicSource,
    TopicState,
    VoteValue,
)


class Topic(models.Model):
    """A public matter put to deliberation at a place.

    `capacities`: in which capacities people may join; `by_invitation`: only by a private link that
    was handed out. `voted` grows with every vote: drawings of the opinion map remember it.
    """

    title = models.CharField(max_length=60)
    question = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    community_id = models.BigIntegerField(null=True)
    unit = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=12, choices=TopicSource)
    source_kind = models.CharField(max_length=20, blank=True)
    source_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=12, choices=TopicState)
    capacities = models.JSONField(default=list)
    by_invitation = models.BooleanField(default=False)
    voted = models.PositiveBigIntegerField(default=0)
    link_version = models.PositiveSmallIntegerField(default=1)  # of who proposed it
    contact_sealed = models.TextField(blank=True, default="")  # to tell who proposed it, only that
    language = models.CharField(max_length=8, blank=True, default="")  # in which to tell them
    reason = models.CharField(max_length=300, blank=True)  # why it was withdrawn or not taken up
    proposed_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)  # until when voices are wanted
    noticed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_kind", "source_id"],
                condition=Q(source_id__isnull=False) & ~Q(state="withdrawn"),
                name="topic_once_per_source",
            )
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="topic_state"),
            models.Index(fields=["community_id", "state", "-id"], name="topic_here"),
        ]

    def __str__(self) -> str:
        return self.title


class RosterEntry(models.Model):
    """One seat on a topic's roster: a capacity and a private link, and nothing about the person.

    `says_sealed` is what somebody wrote so that the capacity could be confirmed ("3 号楼业主"); it
    is erased as soon as staff have answered.
    """

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="roster")
    number = models.PositiveIntegerField()  # within the topic; it stands on slips of paper
    capacity = models.CharField(max_length=8, choices=Capacity)
    unit = models.ForeignKey(
        "organisations.Unit", null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, choices=EntryState)
    paper = models.BooleanField(default=False)  # votes on paper, which staff enter
    says_sealed = models.TextField(blank=True)
    link_version = models.PositiveSmallIntegerField(default=1)
    joined_on = models.DateField(null=True)  # a day is enough: times would tell who sat where

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "number"], name="seat_number"),
        ]
        indexes = [models.Index(fields=["topic", "state", "id"], name="seat_of_topic")]


class Material(models.Model):
    """One version of something to read before taking part; files are attached to the version."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="materials")
    title = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    change = models.CharField(max_length=200, blank=True)  # what this version changed, and why
    at = models.DateTimeField()
    unit_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "title", "version"], name="material_version")
        ]


class Statement(models.Model):
    """One sentence others can agree or disagree with; a seed has no author.

    `text` is what is shown; `original` is what the author wrote, where staff mended it.
    """

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="statements")
    number = models.PositiveIntegerField()  # within the topic: the comment-id of an export
    author = models.ForeignKey(
        RosterEntry, null=True, on_delete=models.SET_NULL, related_name="statements"
    )
    text = models.CharField(max_length=140)
    original = models.CharField(max_length=140, blank=True)
    sameness = models.CharField(max_length=64)  # digest of the words alone
    state = models.CharField(max_length=10, choices=StatementState)
    reason = models.CharField(max_length=12, choices=RejectionReason, blank=True)
    remark = models.CharField(max_length=200, blank=True)  # to the author
    submitted_at = models.DateTimeField()
    moderated_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "number"], name="statement_number"),
            models.UniqueConstraint(
                fields=["topic", "sameness"],
                condition=~Q(state="rejected"),
                name="statement_said_once",
            ),
        ]
        indexes = [models.Index(fields=["topic", "state", "id"], name="statement_of_topic")]


class Vote(models.Model):
    """What one seat holds of one statement now; a new vote takes the place of the old one.

    No time, only the day. `turn` is the topic's `voted` at the last change.
    """

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="votes", db_index=False)
    statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, related_name="votes", db_index=False
    )
    seat = models.ForeignKey(RosterEntry, on_delete=models.CASCADE, related_name="votes")
    value = models.SmallIntegerField(choices=VoteValue)
    on = models.DateField()
    turn = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "seat"], name="vote_once"),
            models.CheckConstraint(condition=Q(value__in=[-1, 0, 1]), name="vote_value"),
        ]
        indexes = [models.Index(fields=["topic", "turn"], name="vote_turn")]


class Drawing(models.Model):
    """The last opinion map of a topic as it may be shown: aggregates of at least five people."""

    topic = models.OneToOneField(Topic, on_delete=models.CASCADE, related_name="drawing")
    turn = models.PositiveBigIntegerField()  # the topic's `voted` it was drawn from
    shown = models.PositiveIntegerField()  # statements that were accepted then
    drawn_at = models.DateTimeField()
    facts = models.JSONField()
    picture_zh = models.TextField(blank=True)
    picture_en = models.TextField(blank=True)
