"""A workbook that somebody used to send around, taken as the outline of a form."""

from gongzhi.commons.tables.reading import parse_table
from gongzhi.insights.forms.asking import MOST_FIELDS, NewField
from gongzhi.insights.forms.known import source_for


def fields_of_template(data: bytes, *, name: str) -> tuple[NewField, ...]:
    """The columns of a table as fields, each bound to what is known where its name says so.

    Raises `CannotRead` for a file that is no table.
    """
    table = parse_table(data, name=name)
    return tuple(
        NewField(column[:100], source_for(column)) for column in table.columns[:MOST_FIELDS]
    )
