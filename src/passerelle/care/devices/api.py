"""The door of devices: measures of patients at home, alerts of their teams."""

from passerelle.care.devices.mqtt.benchmark import run as benchmark
from passerelle.care.devices.mqtt.demonstration import NotADemonstration, simulate
from passerelle.care.devices.mqtt.files import write_broker_files
from passerelle.care.devices.mqtt.listener import Address, Listener
from passerelle.care.devices.mqtt.simulator import SAYS_SO, Credential, Sender, draw, message_of
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.services.fleet import give_back, handle, pair, register_device
from passerelle.care.devices.services.following import follow
from passerelle.care.devices.services.taking import Arrival, Taken, take

__all__ = [
    "SAYS_SO",
    "Address",
    "Arrival",
    "Credential",
    "Listener",
    "NotADemonstration",
    "Sender",
    "Taken",
    "benchmark",
    "catalogue",
    "draw",
    "follow",
    "give_back",
    "handle",
    "message_of",
    "pair",
    "register_device",
    "simulate",
    "take",
    "write_broker_files",
]
