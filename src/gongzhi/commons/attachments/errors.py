"""Why a file is not taken."""


class CannotAttach(ValueError):
    """A file that is not taken, or a subject that takes none; says how to mend it."""
