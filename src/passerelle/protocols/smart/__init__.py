from passerelle.protocols.smart.api import *  # noqa: F403 (the package and its door are one: `smart.grants_of(…)`)
