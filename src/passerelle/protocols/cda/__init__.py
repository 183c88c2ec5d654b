from passerelle.protocols.cda.api import *  # noqa: F403 (the package and its door are one: `cda.read(…)`)
