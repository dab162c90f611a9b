"""Addresses of surveys: `survey/` for whoever answers, `surveys/` for staff."""

from django.urls import path

from gongzhi.interfaces.pages.surveys import (
    answering,
    designing,
    fieldwork,
    margins,
    notes,
    results,
)

urlpatterns = [
    path("survey/", answering.entrance, name="survey_entrance"),
    path("survey/offline.js", answering.offline_worker, name="survey_worker"),
    path("survey/send", answering.send, name="survey_send"),
    path("survey/thanks", answering.thanks, name="survey_thanks"),
    path("survey/<int:survey_id>", answering.fill, name="survey_fill"),
    path("survey/<int:survey_id>/whole", answering.whole, name="survey_whole"),
    path("surveys", designing.listed, name="surveys"),
    path("surveys/import", designing.take_in, name="survey_import"),
    path("surveys/new", designing.new, name="survey_new"),
    path("surveys/versions/<int:version_id>", designing.version, name="survey_version"),
    path("surveys/versions/<int:version_id>/file", designing.file, name="survey_file"),
    path("surveys/<int:survey_id>", fieldwork.survey, name="survey"),
    path("surveys/<int:survey_id>/sample", fieldwork.sample, name="survey_sample"),
    path("surveys/<int:survey_id>/slips/<int:place_id>", fieldwork.slips, name="survey_slips"),
    path("surveys/<int:survey_id>/outcome/<int:unit_id>", fieldwork.outcome, name="survey_outcome"),
    path("surveys/<int:survey_id>/enter", answering.enter, name="survey_enter"),
    path("surveys/<int:survey_id>/margins", margins.margins, name="survey_margins"),
    path("surveys/<int:survey_id>/margins.csv", margins.table, name="survey_margins_table"),
    path("surveys/<int:survey_id>/results", results.results, name="survey_results"),
    path("surveys/<int:survey_id>/words/<str:question>", results.words, name="survey_words"),
    path("surveys/<int:survey_id>/answers.<slug:kind>", results.answers, name="survey_answers"),
    path("surveys/<int:survey_id>/notes", notes.listed, name="survey_notes"),
    path("surveys/notes/<int:note_id>/<slug:name>", notes.step, name="survey_note_step"),
    path("surveys/<int:survey_id>/<slug:name>", fieldwork.step, name="survey_step"),
]
