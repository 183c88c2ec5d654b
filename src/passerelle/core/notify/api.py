"""The door of messages to people."""

from passerelle.core.notify.book import register_templates
from passerelle.core.notify.listening import Heard, Reply, on_answer
from passerelle.core.notify.outgoing import Enqueued, Followed, Outgoing
from passerelle.core.notify.rules.lexicon import health_words_in
from passerelle.core.notify.rules.numbers import NotANumber, NotMobile, ending_of, mobile_number, normal_number
from passerelle.core.notify.rules.templates import TemplateRefused
from passerelle.core.notify.selectors.figures import ChannelFigures, figures
from passerelle.core.notify.selectors.following import followed, has_stopped, stopped_among
from passerelle.core.notify.services.enqueuing import cancel, enqueue
from passerelle.core.notify.services.stopping import lift_stop, stop

__all__ = [
    "ChannelFigures",
    "Enqueued",
    "Followed",
    "Heard",
    "NotANumber",
    "NotMobile",
    "Outgoing",
    "Reply",
    "TemplateRefused",
    "cancel",
    "ending_of",
    "enqueue",
    "figures",
    "followed",
    "has_stopped",
    "health_words_in",
    "lift_stop",
    "mobile_number",
    "normal_number",
    "on_answer",
    "register_templates",
    "stop",
    "stopped_among",
]
