"""The event kinds of surveys: what happened, never what was answered."""

from gongzhi.commons.ledger.kinds import declare

VERSION_ADDED = declare(
    "instrument.version_added", "a version of a questionnaire was taken in", "number", "digest"
)
SURVEY_DRAFTED = declare(
    "survey.drafted", "a survey is prepared", "instrument", "number", "begins", "ends", "earlier"
)
SAMPLE_DRAWN = declare(
    "survey.sample_drawn",
    "a sample of households was drawn",
    "seed",
    "allocation",
    "strata",
    "clusters",
    "households",
)
SURVEY_OPENED = declare("survey.opened", "answers can be given", "until", "open_to_all")
SURVEY_CLOSED = declare("survey.closed", "no more answers are taken", "responses")
MARGINS_SET = declare("survey.margins_set", "known shares of the population were set", "questions")
CODES_PRINTED = declare("survey.codes_printed", "slips with codes were printed", "place", "slips")
OUTCOME_NOTED = declare(
    "survey.outcome_noted", "what became of households of the sample", "place", "outcome"
)
ANSWERS_EXPORTED = declare("survey.answers_exported", "coded answers were exported", "responses")
TEXTS_READ = declare("survey.texts_read", "answers in words were read", "question")

RESPONSE_RECEIVED = declare(
    "response.received", "somebody answered a survey", "survey", "channel", "digest"
)
RESPONSES_IMPORTED = declare(
    "survey.responses_imported", "answers collected elsewhere were taken in", "responses"
)
TEXTS_ERASED = declare("response.texts_erased", "answers in words were erased")

NOTE_TAKEN = declare("field_note.taken", "an interview or talk was noted", "survey", "kind")
NOTE_CHECKED = declare("field_note.checked", "somebody read the note for names", "survey")
NOTE_QUOTED = declare("field_note.quoted", "a passage may be cited in reports", "survey")
NOTE_ERASED = declare("field_note.erased", "the words of a note and its quotes were erased")
