"""Which column of a file means what, remembered by name for next month's file."""

from django.db import models


class ColumnMapping(models.Model):
    """A saved mapping: field of ours to column of theirs."""

    purpose = models.CharField(max_length=40)  # what is imported: "tickets"
    name = models.CharField(max_length=80)
    columns = models.JSONField(default=dict)  # {"text": "留言详情"}
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "name"], name="mapping_name_in_purpose")
        ]
