from passerelle.protocols.ins.api import *  # noqa: F403 (the package and its door are one: `ins.check_key(…)`)
