"""How a name is written to people: hospitals keep it in capitals, families do not."""


def as_people_write(name: str) -> str:
    """Return a name as people write it; one that somebody wrote with care, in both cases, keeps its letters."""
    told = " ".join(name.replace("'", "’").split())
    return told.title() if told.isupper() or told.islower() else told
