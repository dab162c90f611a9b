"""Tables of surveys. No contact and no person: a response knows its stratum, not its household."""

from django.db import models

from gongzhi.insights.surveys.choices import (
    Allocation,
    Channel,
    NoteKind,
    Outcome,
    SurveyState,
)

_PLACE, _UNIT = "territory.Place", "organisations.Unit"


class Instrument(models.Model):
    """A questionnaire under one code, in one or more versions."""

    code = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=120)


class InstrumentVersion(models.Model):
    """What the questionnaire asks; never changed once it is there."""

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "number"], name="version_number_once"),
            models.UniqueConstraint(fields=["instrument", "digest"], name="version_content_once"),
        ]


class Survey(models.Model):
    """One wave of one questionnaire among the people of a place."""

    version = models.ForeignKey(InstrumentVersion, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    purpose = models.TextField(blank=True)
    place = models.ForeignKey(_PLACE, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(_UNIT, on_delete=models.PROTECT, related_name="+", null=True)
    earlier = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=SurveyState, default=SurveyState.DRAFTED)
    begins = models.DateField()
    ends = models.DateField()
    open_to_all = models.BooleanField(default=False)
    seed = models.PositiveIntegerField(null=True)
    allocation = models.CharField(max_length=12, choices=Allocation, blank=True)
    margins = models.JSONField(default=dict)  # question → answer → share of the population
    touched_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["state", "ends"], name="survey_in_field")]


class Stratum(models.Model):
    """A part of the population that is sampled on its own."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="strata")
    place = models.ForeignKey(_PLACE, on_delete=models.PROTECT, related_name="+")
    households = models.PositiveIntegerField()
    clusters = models.PositiveIntegerField()  # in the whole stratum
    size = models.PositiveIntegerField()  # households in the sample

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "place"], name="stratum_once"),
        ]


class SampleUnit(models.Model):
    """The k-th household of a building or estate: a slip with a code, and no name."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="sample")
    stratum = models.ForeignKey(Stratum, on_delete=models.PROTECT, related_name="sample")
    cluster = models.ForeignKey(_PLACE, on_delete=models.PROTECT, related_name="+")
    ordinal = models.PositiveIntegerField()
    weight = models.FloatField()
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.WAITING)
    code_index = models.CharField(max_length=64, unique=True)
    code_sealed = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["survey", "stratum", "outcome"], name="sample_progress")]


class Response(models.Model):
    """One set of answers. Free text lies apart; the day is kept, not the moment."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="responses")
    stratum = models.ForeignKey(Stratum, on_delete=models.PROTECT, null=True, related_name="+")
    cluster = models.ForeignKey(_PLACE, on_delete=models.PROTECT, null=True, related_name="+")
    place = models.ForeignKey(_PLACE, on_delete=models.PROTECT, null=True, related_name="+")
    weight = models.FloatField(default=1.0)
    channel = models.CharField(max_length=10, choices=Channel)
    key = models.CharField(max_length=64)
    answers = models.JSONField()
    received_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "key"], name="response_once"),
        ]


class FreeText(models.Model):
    """What somebody wrote in their own words, sealed, and erased on its own."""

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="texts")
    path = models.CharField(max_length=160)
    sealed = models.TextField()
    erased_at = models.DateTimeField(null=True)
    received_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["erased_at", "received_on"], name="text_to_erase")]


class FieldNote(models.Model):
    """Notes of an interview, a focus group or a walk, without names."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=12, choices=NoteKind)
    place = models.ForeignKey(_PLACE, on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField()
    text_sealed = models.TextField()
    checked = models.BooleanField(default=False)  # somebody read it for names
    erased_at = models.DateTimeField(null=True)


class Code(models.Model):
    """A line of the codebook."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="codes")
    name = models.CharField(max_length=40)
    meaning = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "name"], name="code_of_survey_once"),
        ]


class Quote(models.Model):
    """A passage of a note under a code; reports may cite it."""

    note = models.ForeignKey(FieldNote, on_delete=models.PROTECT, related_name="quotes")
    code = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="quotes")
    text_sealed = models.TextField()
