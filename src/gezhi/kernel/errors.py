"""The one way in which Gezhi says no: a public code with the facts that explain it."""


class Refused(Exception):  # noqa: N818 - the word of the house: a refusal is an answer, not a fault
    """A request that is understood and not carried out.

    `code` is public API and has a sentence in every language; `facts` fill that sentence.
    `status` is what HTTP shows: 409 against the present state, 422 malformed input, 403 not allowed, 404 not visible.

    >>> Refused("case-moved", last=5).facts["last"]
    5
    """

    def __init__(self, code: str, *, status: int = 409, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.facts = facts

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in sorted(self.facts.items()))
        return f"{self.code} ({facts})" if facts else self.code
