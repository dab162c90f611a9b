"""Files that belong to a subject; the bytes lie beside the database, by their content."""

from django.db import models


class Attachment(models.Model):
    """One file of one subject. Several rows may point at the same content."""

    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    content = models.CharField(max_length=64, db_index=True)  # SHA-256 of the stored bytes
    media_type = models.CharField(max_length=80)
    name = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    added_at = models.DateTimeField()
    unit_id = models.BigIntegerField(null=True)  # whose person added it; null: a resident

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="attachment_of")]
