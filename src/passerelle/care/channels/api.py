"""The door of channels: what other packages and the command line may import."""

from passerelle.care.channels.memory import Declarations, Unreadable, current, forget, gathered, last_known
from passerelle.care.channels.rules.applying import MappingFailed, apply_mapping
from passerelle.care.channels.rules.declared import (
    Channel,
    Contract,
    Destination,
    Profile,
    Retry,
    Silence,
    Source,
    Transport,
)
from passerelle.care.channels.rules.reading.nodes import Fault
from passerelle.care.channels.rules.steps import Step
from passerelle.care.channels.selectors.declarations import (
    active_channels,
    channel,
    channel_of,
    destination,
    destinations,
)
from passerelle.care.channels.services.keys import NoSuchChannel, NoSuchKey, channel_of_key, issue_key, revoke_keys
from passerelle.care.channels.services.loading import TERRITORY, DeclarationsRefused, LoadReport, load_folder
from passerelle.care.channels.trials import (
    Trial,
    TrialChange,
    TrialDestination,
    TrialEffect,
    TrialFinding,
    TrialImpossible,
    TrialResult,
    TrialRows,
    register_trials,
)

__all__ = [
    "TERRITORY",
    "Channel",
    "Contract",
    "Declarations",
    "DeclarationsRefused",
    "Destination",
    "Fault",
    "LoadReport",
    "MappingFailed",
    "NoSuchChannel",
    "NoSuchKey",
    "Profile",
    "Retry",
    "Silence",
    "Source",
    "Step",
    "Transport",
    "Trial",
    "TrialChange",
    "TrialDestination",
    "TrialEffect",
    "TrialFinding",
    "TrialImpossible",
    "TrialResult",
    "TrialRows",
    "Unreadable",
    "active_channels",
    "apply_mapping",
    "channel",
    "channel_of",
    "channel_of_key",
    "current",
    "destination",
    "destinations",
    "forget",
    "gathered",
    "issue_key",
    "last_known",
    "load_folder",
    "register_trials",
    "revoke_keys",
]
