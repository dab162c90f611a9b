"""The days and hours that a district has entered; what it has not entered ships with the code."""

from django.db import models


class SpecialDay(models.Model):
    """A holiday, or a weekend day swapped into work."""

    day = models.DateField(unique=True)
    year = models.PositiveSmallIntegerField(db_index=True)  # the list it came with
    name = models.CharField(max_length=40)
    is_off = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class OfficeHoursEntry(models.Model):
    """When one unit, or every unit without hours of its own, is open."""

    unit = models.ForeignKey(
        "organisations.Unit", null=True, on_delete=models.CASCADE, related_name="+"
    )
    position = models.PositiveSmallIntegerField()
    spans = models.JSONField()  # ["08:30-12:00", "13:30-17:30"]
    weekdays = models.JSONField()  # [0, 1, 2, 3, 4]: Monday to Friday
    season_begins = models.CharField(max_length=5)  # 06-01
    season_ends = models.CharField(max_length=5)
    keeps_holidays = models.BooleanField(default=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ["position", "id"]


class CalendarRevision(models.Model):
    """One row whose number grows with every change, so that each process knows it is behind."""

    number = models.PositiveBigIntegerField(default=0)
