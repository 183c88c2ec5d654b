"""The door of devices: measures of patients at home, alerts of their teams."""

from passerelle.care.devices.mqtt.benchmark import run as benchmark
from passerelle.care.devices.mqtt.demonstration import NotADemonstration, simulate
from passerelle.care.devices.mqtt.files import write_broker_files
from passerelle.care.devices.mqtt.listener import Address, Listener
from passerelle.care.devices.mqtt.simulator import SAYS_SO, draw, message_of
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.payload import as_message
from passerelle.care.devices.rules.words import Closing, Handling, Rule, Severity
from passerelle.care.devices.selectors.curves import Curve, Curves, curves
from passerelle.care.devices.selectors.guarding import files_of
from passerelle.care.devices.selectors.patient import Todo, todo
from passerelle.care.devices.selectors.worklist import AlertRow, MonitoredRow, monitored, open_alerts
from passerelle.care.devices.services.alerts import close_alert, take_alert
from passerelle.care.devices.services.entering import enter_measure
from passerelle.care.devices.services.fleet import give_back, handle, pair, place_device, register_device
from passerelle.care.devices.services.following import follow
from passerelle.care.devices.services.monitoring import (
    Prescription,
    Wanted,
    begin_monitoring,
    end_monitoring,
    set_threshold,
)
from passerelle.care.devices.services.recipients import add_recipient
from passerelle.care.devices.services.refusals import CodeUnknown, DevicesRefusal
from passerelle.care.devices.services.sharing import accept_share, open_share
from passerelle.care.devices.services.taking import Arrival, Taken, take

__all__ = [
    "SAYS_SO",
    "Address",
    "AlertRow",
    "Arrival",
    "Closing",
    "CodeUnknown",
    "Curve",
    "Curves",
    "DevicesRefusal",
    "Handling",
    "Listener",
    "MonitoredRow",
    "NotADemonstration",
    "Prescription",
    "Rule",
    "Severity",
    "Taken",
    "Todo",
    "Wanted",
    "accept_share",
    "add_recipient",
    "as_message",
    "begin_monitoring",
    "benchmark",
    "catalogue",
    "close_alert",
    "curves",
    "draw",
    "end_monitoring",
    "enter_measure",
    "files_of",
    "follow",
    "give_back",
    "handle",
    "message_of",
    "monitored",
    "open_alerts",
    "open_share",
    "pair",
    "place_device",
    "register_device",
    "set_threshold",
    "simulate",
    "take",
    "take_alert",
    "todo",
    "write_broker_files",
]
