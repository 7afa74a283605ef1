"""One line per check: what is claimed, and whether it holds."""


class Report:
    """Collects outcomes; a check that raises has failed, and the next one runs."""

    def __init__(self):
        self.failed = 0
        self.passed = 0

    def check(self, claim, proof):
        """Runs `proof`; what it returns must be true."""
        try:
            seen = proof()
            held = seen is True or (isinstance(seen, tuple) and seen[0] is True)
            said = "" if held else f": {seen!r}"
        except Exception as error:  # Whatever a client makes of an answer is what this is about.
            held, said = False, f": {type(error).__name__}: {error}"
        self.passed += held
        self.failed += not held
        print(f"{'ok    ' if held else 'FAILED'}  {claim}{said}", flush=True)

    def equal(self, claim, proof, expected):
        """Runs `proof`; what it returns must equal `expected`."""

        def compared():
            seen = proof()
            return True if seen == expected else (False, seen, "expected", expected)

        self.check(claim, compared)


def raised(kind, call):
    """The exception of type `kind` that `call` raises."""
    try:
        answer = call()
    except kind as error:
        return error
    raise AssertionError(f"it answered {answer!r}")
