"""The pages of a simulated provider. They look like nothing official, and say what they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from passerelle.protocols.oidc.simulator.realm import Holder

_STYLE = (
    "body{font:1.0625rem/1.5 system-ui,sans-serif;margin:0;background:#fff;color:#1b1b1b}"
    "main{max-width:44rem;margin:0 auto;padding:1rem}"
    ".says{background:#4a2b00;color:#fff;padding:.75rem 1rem;margin:0}"
    "ul{list-style:none;padding:0}li{margin:0 0 .5rem}"
    "button{font:inherit;width:100%;text-align:left;padding:.75rem 1rem;border:2px solid #4a2b00;background:#fff;"
    "color:inherit;border-radius:.375rem;cursor:pointer}"
    "button:focus-visible{outline:3px solid #0b57d0;outline-offset:2px}"
    "small{display:block;font-size:.9375rem;color:#404040}"
)


@dataclass(frozen=True, slots=True)
class Words:
    """What a simulator says: its banner, and the title and the sentence of the page where one chooses."""

    banner: str
    title: str
    invites: str


def choice_page(words: Words, holders: Sequence[Holder], query: str, service: str) -> str:
    """Return the page where one chooses an invented person."""
    good = "".join(_choice(one, query) for one in holders if not one.behaviour)
    bad = "".join(_choice(one, query) for one in holders if one.behaviour)
    return _page(
        words,
        words.title,
        f"<p>Le service «\u00a0{escape(service)}\u00a0» demande qui se connecte. {escape(words.invites)}</p>"
        f"<ul>{good}</ul><h2>Quand quelque chose ne va pas</h2><ul>{bad}</ul>",
    )


def told_page(words: Words, title: str, text: str) -> str:
    """Return a page that says one thing."""
    return _page(words, title, f"<p>{escape(text)}</p>")


def _choice(holder: Holder, query: str) -> str:
    return (
        f'<li><form method="post" action="?{escape(query)}">'
        f'<button name="holder" value="{escape(holder.subject)}">{escape(holder.name)} '
        f"<small>{escape(holder.says)}</small></button></form></li>"
    )


def _page(words: Words, title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} (simulateur)</title><style>{_STYLE}</style></head><body>"
        f'<header><p class="says"><strong>Simulateur.</strong> {escape(words.banner)}</p></header>'
        f"<main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
