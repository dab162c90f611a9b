"""The append-only record, and the list of events whose consequences are still due."""

from django.db import models


class Event(models.Model):
    """What happened to one subject. Never changed, never deleted; chained by hash per subject."""

    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=48)
    at = models.DateTimeField()
    unit_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    place_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "sequence"], name="event_in_chain"
            )
        ]
        indexes = [models.Index(fields=["kind", "at"], name="event_kind_at")]


class OutboxEntry(models.Model):
    """An event whose follow-ups have not run yet; it names the event and nothing else."""

    event = models.OneToOneField(Event, on_delete=models.DO_NOTHING, db_constraint=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)  # null: as soon as possible
    error = models.CharField(max_length=300, blank=True)


class Mark(models.Model):
    """How far something that runs again and again has come: a schedule, a job in chunks."""

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()
    value = models.JSONField(default=dict)


class Seal(models.Model):
    """The heads of the chains that grew since the seal before, signed; seals form a chain too."""

    number = models.PositiveIntegerField(unique=True)
    made_at = models.DateTimeField()
    up_to = models.BigIntegerField()  # the last event that this seal covers, by its row id
    chains = models.PositiveIntegerField()
    body = models.BinaryField()  # the heads, as in an exported seal, compressed
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    key = models.CharField(max_length=64)  # the public key, hexadecimal
    signature = models.CharField(max_length=128)
