"""Which acknowledgement a sender asks for. Source: HL7 v2.5 chapter 2.9.2 and 2.9.3, tables 0008 and 0155."""

import enum

from passerelle.protocols import hl7v2


class Answer(enum.Enum):
    """What we think of a message, before the code of the sender's mode is chosen."""

    ACCEPT = "A"
    ERROR = "E"
    REJECT = "R"


_WANTED_BY = {
    "AL": frozenset(Answer),
    "SU": frozenset({Answer.ACCEPT}),
    "ER": frozenset({Answer.ERROR, Answer.REJECT}),
    "NE": frozenset[Answer](),
}


def answer_code(message: hl7v2.Message | None, answer: Answer) -> str:
    """Return the code for MSA-1; "" when the sender wants no answer of that kind.

    Original mode (MSH-15 and MSH-16 empty, or MSH-15 NE, which the standard calls equivalent): AA, AE, AR. Enhanced
    mode: the commit acknowledgement CA, CE, CR, as the application one comes later and by another way.
    """
    commit_wanted = message.get("MSH-15") if message else ""
    application_wanted = message.get("MSH-16") if message else ""
    if commit_wanted in {"", "NE"}:
        wanted = _WANTED_BY.get(application_wanted or "AL", frozenset(Answer))
        return f"A{answer.value}" if answer in wanted else ""
    wanted = _WANTED_BY.get(commit_wanted, frozenset(Answer))
    return f"C{answer.value}" if answer in wanted else ""
