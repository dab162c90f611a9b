"""The records behind each indicator: one row for each unit of its denominator.

Each function is the one definition of its indicator. It takes a `Reading` and gives a table with
the columns of `rows.COLUMNS`; summed, the rows are the indicator, and listed, they explain it.
"""
