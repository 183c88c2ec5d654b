"""Establishments that send one message at a time and resend the same bytes until they are answered."""

import threading
import time

from passerelle.care.exchange.api import Connection, NoAnswer, WrongAnswer

_PATIENTS = 4
_TEMPLATE = (
    "MSH|^~\\&|FAUTES|CHU-X|PASSERELLE|GHT|20260302101500||ADT^A01^ADT_A01|{control_id}|D|2.5^FRA^2.11|||||FRA|"
    "UNICODE UTF-8|||2.11^IHE_FRANCE-2.11-PAM\r"
    "EVN||20260302101500||||20260302101500\r"
    "PID|1||{patient}^^^CHU-X&000897406&N^PI||ESSAI^CAMILLE^CAMILLE^^^^L||19800328|F||||||||||"
    "N{patient}^^^CHU-X&000897406&M^AN||||||||||||||PROV|20260302101500\r"
    "PV1|1|I|CHIR^101^1^CHU-X|R||||||||||||||||V{patient}^^^CHU-X&000897406&M^VN\r"
    "ZBE|{control_id}^CHU-X^000897406|20260302101500||INSERT|N||CHIR^^^^^CHU-X&000897406&N^UF^^^6268||HMS\r"
)


class Sender(threading.Thread):
    """`acknowledged` is the list of (patient, control id) that were accepted, in the order they were sent."""

    def __init__(self, name, port):
        super().__init__(name=name, daemon=True)
        self.acknowledged = []
        self.resent = 0
        self.refused = []
        self._port = port
        self._stop_asked = threading.Event()

    def stop(self):
        self._stop_asked.set()

    def run(self):
        rank = 0
        with Connection("127.0.0.1", self._port, timeout_s=20) as connection:
            while not self._stop_asked.is_set():
                rank += 1
                patient = f"{self.name}P{rank % _PATIENTS}"
                self._send(connection, patient, f"{self.name}M{rank:06d}")

    def _send(self, connection, patient, control_id):
        message = _TEMPLATE.format(control_id=control_id, patient=patient).encode()
        while True:
            try:
                answer = connection.send(message)
            except (NoAnswer, WrongAnswer):
                if self._stop_asked.is_set():
                    return
                self.resent += 1
                time.sleep(0.05)
                continue
            (self.acknowledged.append((patient, control_id)) if answer.is_accepted else self.refused.append(answer))
            return
