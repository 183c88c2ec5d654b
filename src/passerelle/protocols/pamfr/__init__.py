from passerelle.protocols.pamfr.api import *  # noqa: F403 (the package and its door are one: `pamfr.read(…)`)
