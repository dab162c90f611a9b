"""Studies that people write in the pages, the editions that were published, and complaints."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredStudy(models.Model):
    """A study; `revision` grows with every change of it or of its sections."""

    title = models.CharField(max_length=200)
    subtitle = models.CharField(max_length=200, blank=True)
    author = models.CharField(max_length=200, blank=True)
    dated = models.DateField(null=True)
    period = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    places = models.JSONField(default=list)
    indicators = models.JSONField(default=list)
    method = models.TextField(blank=True)
    questionnaire = models.TextField(blank=True)
    surveys = models.JSONField(default=list)  # titles
    known = models.JSONField(default=dict)  # numbers as a person last saw them, by query
    unit = models.ForeignKey(
        "organisations.Unit", null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)
    revision = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.title


class StoredSection(models.Model):
    """A chapter, or with a parent a part of one."""

    study = models.ForeignKey(StoredStudy, on_delete=models.PROTECT, related_name="sections")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveIntegerField()
    heading = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    reviewed = models.BooleanField(default=False)
    includes = models.JSONField(default=list)
    difficulty = models.CharField(max_length=30, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.heading


class Licence(models.TextChoices):
    """Under what a published report may be used."""

    OPEN = "cc-by-4.0", _("署名 4.0（CC BY 4.0）：注明出处即可使用、改编")
    AS_IS = "cc-by-nd-4.0", _("署名—禁止演绎 4.0（CC BY-ND 4.0）：注明出处，不得改动")
    READ = "read-only", _("仅供阅读：转载、改编请先联系发布单位")


class Edition(models.Model):
    """A report as it was published: never changed, at most withdrawn."""

    study = models.ForeignKey(StoredStudy, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=600, blank=True)
    headings = models.JSONField(default=list)
    period = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    licence = models.CharField(max_length=20, choices=Licence)
    conditions = models.CharField(max_length=600, blank=True)
    unit = models.ForeignKey(
        "organisations.Unit", null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(db_index=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-published_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["study", "number"], name="edition_number")]

    def __str__(self) -> str:
        return self.title


class EditionFile(models.Model):
    """One form of an edition, byte for byte, and its SHA-256."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=4)  # docx, html, pdf
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "kind"], name="edition_file")]


class Violation(models.Model):
    """What somebody says is wrong with a published report or its use; who they are isn't asked."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="violations")
    text = models.TextField()
    at = models.DateTimeField(db_index=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["answered_at", "-at"], name="violation_open_first")]
