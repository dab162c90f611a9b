"""What can be wrong with a table, said in both languages."""


class CannotRead(ValueError):
    """A file can't be read as a table; says where, what is wrong, and how to mend it.

    `code` is stable for tests and interfaces; `chinese` and `english` are whole sentences.
    """

    def __init__(self, code: str, *, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} {english}")
        self.code = code
        self.chinese = chinese
        self.english = english

    def message(self, language: str) -> str:
        """Return the sentence in the language of the reader ("zh…" or anything else)."""
        return self.chinese if language.startswith("zh") else self.english
