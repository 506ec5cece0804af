"""The ways the square says no, in the words of a Mastodon server.

https://docs.joinmastodon.org/entities/Error/
"""


class Problem(Exception):  # noqa: N818 - the errors are its cases, below
    """An answer that is an error: its status and the sentence in its body."""

    def __init__(self, status: int, error: str, description: str | None = None) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.description = description

    @property
    def body(self) -> dict[str, str]:
        if self.description is None:
            return {"error": self.error}
        return {"error": self.error, "error_description": self.description}


def record_not_found() -> Problem:
    """For an object that is not there, or that this reader may not see."""
    return Problem(404, "Record not found")


def not_found() -> Problem:
    """For an address that cannot exist: no such route, or an id that is none."""
    return Problem(404, "Not Found")


def invalid(reason: str) -> Problem:
    """What was asked breaks a rule."""
    return Problem(422, f"Validation failed: {reason}")


def bad_token() -> Problem:
    """Nobody is known by this token."""
    return Problem(401, "The access token is invalid")
