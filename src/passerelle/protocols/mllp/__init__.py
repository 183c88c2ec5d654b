from passerelle.protocols.mllp.api import *  # noqa: F403 (the package and its door are one: `mllp.frame(…)`)
