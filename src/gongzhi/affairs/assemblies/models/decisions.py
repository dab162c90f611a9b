"""Decisions of any assembly, and the voices of those who rate what came of them."""

from django.db import models

from gongzhi.affairs.assemblies.choices import DecisionState


class Decision(models.Model):
    """What was decided about a subject (a topic, a meeting, a vote, a round), and by which rule.

    Its tasks point here by kind and id. `due_at` is when the last of them is due.
    """

    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    community_id = models.BigIntegerField(null=True)
    unit = models.ForeignKey(
        "organisations.Unit", null=True, on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=80)
    text = models.TextField()
    rule = models.CharField(max_length=160)
    figures = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=DecisionState, default=DecisionState.TAKEN)
    due_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)  # when everyone could read it
    result = models.TextField(blank=True)
    result_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)  # why it was revoked
    touched_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="decision_of"),
            models.Index(fields=["community_id", "state", "-id"], name="decision_here"),
            models.Index(fields=["state", "due_at"], name="decision_due"),
        ]

    def __str__(self) -> str:
        return self.title


class Voice(models.Model):
    """The right to rate one decision once, held by a private link; it says nothing of its holder.

    `key` is a digest of the link, keyed by the installation.
    """

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="voices")
    key = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "key"], name="voice_once")]
