"""Bookings of rooms."""

from django.db import models

from gongzhi.affairs.resources.choices import BookingState
from gongzhi.affairs.resources.models.pool import Offer


class Booking(models.Model):
    """One room, one stretch of one day, one host; two never overlap."""

    room = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="bookings")
    host = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=80)
    headcount = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=BookingState, default=BookingState.BOOKED)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    booked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["room", "begins"], name="booking_of_room")]
