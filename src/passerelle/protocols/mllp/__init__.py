"""MLLP: the door is `api`, repeated here so that `mllp.frame` reads well."""

from passerelle.protocols.mllp.api import DEFAULT_MAX_BYTES, END, START, Deframer, FrameError, FrameFault, frame

__all__ = ["DEFAULT_MAX_BYTES", "END", "START", "Deframer", "FrameError", "FrameFault", "frame"]
