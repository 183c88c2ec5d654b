from passerelle.protocols.fhir.api import *  # noqa: F403 (the package and its door are one: `fhir.patient(…)`)
