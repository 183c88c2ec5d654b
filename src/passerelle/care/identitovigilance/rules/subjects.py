"""Under which name a piece of work is taken."""


def subject_of_pair(pair_id: object) -> str:
    """Return the name under which a pair is claimed."""
    return f"pair:{pair_id}"
