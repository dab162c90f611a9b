"""What forms write into the ledger."""

from gongzhi.commons.ledger.kinds import declare

ASKED = declare(
    "form.asked",
    "communities are asked to fill a form",
    "units",
    "fields",
    "bound",
    "minutes",
    "expires",
    "state",
)
APPROVED = declare("form.approved", "a form outside the work list was approved")
REFUSED = declare("form.refused", "a form outside the work list was refused")
CLOSED = declare("form.closed", "a form is asked for no more")

FILLED = declare(
    "form.filled",
    "a community filled a form: how many fields, how many of them from what was known",
    "asked",
    "filled",
    "overridden",
)
