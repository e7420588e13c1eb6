"""The one error type for what a person can mend."""


class LekhError(Exception):
    """What went wrong, and the one thing to do about it. Never carries file contents.

    Args:
        problem: a sentence without its full stop, e.g. ``"This file is not an image"``.
        remedy: a sentence without its full stop, e.g. ``"Upload a photo as JPEG, PNG or HEIC"``.
    """

    def __init__(self, problem: str, remedy: str):
        super().__init__(f"{problem}. {remedy}.")
        self.problem = problem
        self.remedy = remedy

    def __reduce__(self):
        return type(self), (self.problem, self.remedy)
