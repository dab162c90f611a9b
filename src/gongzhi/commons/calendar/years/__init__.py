"""The State Council's yearly lists of days off and swapped weekends, in the shape people share."""
