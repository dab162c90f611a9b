"""Decisions of any assembly; each becomes tasks."""

from django.db import models


class Decision(models.Model):
    """What was decided, by which rule and count, about which subject."""

    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    text = models.TextField()
    rule = models.CharField(max_length=160)
    figures = models.JSONField(default=dict)
    taken_at = models.DateTimeField()
