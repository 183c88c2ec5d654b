"""What a simulator of a provider is made of."""

from passerelle.protocols.oidc.simulator.page import Words
from passerelle.protocols.oidc.simulator.realm import BEHAVIOURS, EC, RSA, Manner
from passerelle.protocols.oidc.simulator.server import Shape, Simulator

__all__ = ["BEHAVIOURS", "EC", "RSA", "Manner", "Shape", "Simulator", "Words"]
