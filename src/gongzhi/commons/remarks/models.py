"""Remarks: a page, some words, a time. Nothing about who said it."""

from django.db import models


class Remark(models.Model):
    page = models.CharField(max_length=200)
    text = models.TextField()
    at = models.DateTimeField(db_index=True)
    reply = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.page
