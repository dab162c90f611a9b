"""Bookings of rooms."""

from django.db import models

from gongzhi.affairs.resources.choices import BookingState
from gongzhi.affairs.resources.models.pool import Offer


class Booking(models.Model):
    """One room, one stretch of one day, one host; two that stand never overlap.

    Without a host it is a resident's own, who holds a private link; name and contact are sealed.
    """

    room = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="bookings")
    host = models.ForeignKey(
        "organisations.Unit", null=True, on_delete=models.PROTECT, related_name="+"
    )
    name_sealed = models.TextField(blank=True)
    contact_sealed = models.TextField(blank=True)
    purpose = models.CharField(max_length=80, blank=True)
    headcount = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=BookingState, default=BookingState.BOOKED)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    booked_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True)  # when an unanswered wish lapses
    link_version = models.PositiveSmallIntegerField(default=1)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["room", "begins"], name="booking_of_room"),
            models.Index(fields=["state", "answer_by"], name="booking_lapse"),
        ]
