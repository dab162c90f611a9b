"""Addresses of studies and of the library."""

from django.urls import path

from gongzhi.interfaces.pages.reports import library, sections, studies

urlpatterns = [
    path("studies", studies.listed, name="studies"),
    path("studies/new", studies.new, name="study_new"),
    path("studies/<int:study_id>", studies.study, name="study"),
    path("studies/<int:study_id>/head", studies.head, name="study_head"),
    path("studies/<int:study_id>/accept", studies.accept, name="study_accept"),
    path("studies/<int:study_id>/preview", studies.preview, name="study_preview"),
    path("studies/<int:study_id>/publish", studies.publish, name="study_publish"),
    path("studies/<int:study_id>/report.<slug:kind>", studies.download, name="study_file"),
    path("studies/sections/<int:section_id>", sections.section, name="section"),
    path("studies/sections/<int:section_id>/review", sections.review, name="section_review"),
    path("studies/sections/<int:section_id>/part", sections.part, name="section_part"),
    path("library", library.listed, name="library"),
    path("library.atom", library.feed, name="library_feed"),
    path("library/violations", library.violations, name="violations"),
    path("library/violations/<str:token>", library.violation, name="violation"),
    path("library/<int:edition_id>", library.edition, name="edition"),
    path("library/<int:edition_id>/read", library.read, name="edition_read"),
    path("library/<int:edition_id>/report.<slug:kind>", library.download, name="edition_file"),
    path("library/<int:edition_id>/withdraw", library.withdraw, name="edition_withdraw"),
    path("library/<int:edition_id>/violation", library.report, name="violation_new"),
]
