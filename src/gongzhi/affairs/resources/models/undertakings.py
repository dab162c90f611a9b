"""What grows out of claims: projects with milestones, and agreements between units."""

from django.db import models

from gongzhi.affairs.resources.choices import AgreementState, ProjectState


class Agreement(models.Model):
    """What a partner unit and a community's coordinating unit have agreed, for a time."""

    partner = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    title = models.CharField(max_length=80)
    text = models.TextField()
    state = models.CharField(max_length=8, choices=AgreementState, default=AgreementState.PROPOSED)
    begins = models.DateField()
    ends = models.DateField()
    proposed_by_id = models.BigIntegerField()  # unit
    signed_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField()


class Project(models.Model):
    """Agreed claims that are carried out together: milestones, budget, proof of the result."""

    title = models.CharField(max_length=80)
    lead = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    agreement = models.ForeignKey(
        Agreement, null=True, on_delete=models.PROTECT, related_name="projects"
    )
    budget = models.PositiveIntegerField(default=0)  # yuan
    state = models.CharField(max_length=10, choices=ProjectState, default=ProjectState.PLANNED)
    result = models.TextField(blank=True)
    planned_at = models.DateTimeField()
    touched_at = models.DateTimeField()


class Milestone(models.Model):
    """One step of a project, until when, and when it was reached."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(max_length=80)
    due = models.DateField()
    reached_at = models.DateTimeField(null=True)
