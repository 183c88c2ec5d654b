"""Frame HL7 v2 messages on a stream (minimal lower layer protocol)."""

from __future__ import annotations

from passerelle.protocols.mllp.framing import DEFAULT_MAX_BYTES, END, START, Deframer, FrameError, FrameFault, frame

__all__ = ["DEFAULT_MAX_BYTES", "END", "START", "Deframer", "FrameError", "FrameFault", "frame"]
