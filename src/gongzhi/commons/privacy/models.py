"""Keys of digests, and for how long each kind of personal data is kept."""

from django.db import models


class DigestKey(models.Model):
    """The secret of one subject's digests; erased together with the texts they stand for."""

    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    secret = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"], name="digest_key_per_subject"
            )
        ]


class RetentionPeriod(models.Model):
    """How many days one retention rule waits here; no row means the rule's own default."""

    rule = models.CharField(max_length=60, unique=True)
    days = models.PositiveIntegerField(null=True)
