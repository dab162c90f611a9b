"""What is boiling up, as it was gathered last: numbers, tickets, and where the words stand."""

from django.db import models

from gongzhi.affairs.tickets.models.ticket import Ticket


class HotIssue(models.Model):
    """A matter of which several tickets speak. It holds none of their words, and no person."""

    rank = models.PositiveSmallIntegerField()
    heat = models.FloatField()  # messages + √supporters + surprise
    messages = models.PositiveIntegerField()  # distinct texts
    supporters = models.PositiveIntegerField()
    busiest_week = models.PositiveIntegerField()
    surprise = models.FloatField()
    this_week = models.PositiveIntegerField()
    usual_week = models.FloatField()
    rising = models.BooleanField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    place_id = models.BigIntegerField(null=True)  # the community of most of its tickets
    listed_since = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["rank"], name="hot_issue_rank")]


class HotIssueTicket(models.Model):
    """A ticket that speaks of it; `words` are positions in its text, erased with the text."""

    issue = models.ForeignKey(
        HotIssue, on_delete=models.CASCADE, related_name="members", db_index=False
    )
    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="hot_issue")
    central = models.BooleanField(default=False)  # its title says most of the matter
    words = models.JSONField(default=list)  # [field, start, end] of the place, then of phrases

    class Meta:
        indexes = [models.Index(fields=["issue", "ticket"], name="hot_issue_tickets")]
