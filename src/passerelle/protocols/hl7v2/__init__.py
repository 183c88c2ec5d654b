from passerelle.protocols.hl7v2.api import *  # noqa: F403 (the package and its door are one: `hl7v2.parse(…)`)
