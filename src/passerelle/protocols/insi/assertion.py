"""The SAML assertion that says for whom we ask, signed with the establishment's certificate when there is one."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from passerelle.protocols.insi.model import Operator
from passerelle.protocols.insi.names import SAML, SIGNATURE, tag

_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = f"{SIGNATURE}enveloped-signature"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_SUBJECT_NAME = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"


@dataclass(frozen=True, slots=True)
class Practice:
    """What the assertion says of the place of care: FINESS of the site, sector, speciality (physicians only)."""

    billing_identifier: str
    sector: str = ""
    speciality: str = ""
    name_qualifier: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """The certificate of the establishment (IGC-Santé, legal person) and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def subject(self) -> str:
        """Return the distinguished name of the certificate."""
        return self.certificate.subject.rfc4514_string()


def load_signer(certificate: Path, key: Path) -> Signer:
    """Return the signer of two PEM files.

    Raises:
        OSError: a file cannot be read.
        ValueError: not PEM, or the key is not RSA.
    """
    private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ValueError(key.name)  # noqa: TRY004 - the file is at fault, not the caller's types
    return Signer(x509.load_pem_x509_certificate(certificate.read_bytes()), private)


def assertion(practice: Practice, operator: Operator, *, assertion_id: str, at: datetime, signer: Signer | None) -> Any:
    """Return the `saml:Assertion`; unsigned without a signer, as in the published example with Pro Santé Connect."""
    root = etree.Element(
        tag(SAML, "Assertion"),
        {"ID": f"_{assertion_id}", "IssueInstant": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "Version": "2.0"},
        nsmap={"saml": SAML},
    )
    issuer = etree.SubElement(root, tag(SAML, "Issuer"), {"Format": _SUBJECT_NAME})
    issuer.text = signer.subject if signer else operator.identifier
    subject = etree.SubElement(root, tag(SAML, "Subject"))
    named = {"NameQualifier": practice.name_qualifier} if practice.name_qualifier else {}
    etree.SubElement(subject, tag(SAML, "NameID"), named).text = operator.identifier
    statement = etree.SubElement(root, tag(SAML, "AttributeStatement"))
    told = (
        ("identifiantFacturation", practice.billing_identifier),
        ("codeSpecialiteAMO", practice.speciality),
        ("secteurActivite", practice.sector),
    )
    for name, value in told:
        if value:
            attribute = etree.SubElement(statement, tag(SAML, "Attribute"), {"Name": name})
            etree.SubElement(attribute, tag(SAML, "AttributeValue")).text = value
    if signer is not None:
        _sign(root, signer)
    return root


def _sign(root: Any, signer: Signer) -> None:
    digest = base64.b64encode(hashlib.sha256(_canonical(root)).digest()).decode()
    signature = etree.SubElement(root, tag(SIGNATURE, "Signature"), nsmap={"ds": SIGNATURE})
    info = etree.SubElement(signature, tag(SIGNATURE, "SignedInfo"))
    etree.SubElement(info, tag(SIGNATURE, "CanonicalizationMethod"), {"Algorithm": _EXCLUSIVE})
    etree.SubElement(info, tag(SIGNATURE, "SignatureMethod"), {"Algorithm": _RSA_SHA256})
    reference = etree.SubElement(info, tag(SIGNATURE, "Reference"), {"URI": f"#{root.get('ID')}"})
    transforms = etree.SubElement(reference, tag(SIGNATURE, "Transforms"))
    for algorithm in (_ENVELOPED, _EXCLUSIVE):
        etree.SubElement(transforms, tag(SIGNATURE, "Transform"), {"Algorithm": algorithm})
    etree.SubElement(reference, tag(SIGNATURE, "DigestMethod"), {"Algorithm": _SHA256})
    etree.SubElement(reference, tag(SIGNATURE, "DigestValue")).text = digest
    signed = signer.key.sign(_canonical(info), padding.PKCS1v15(), hashes.SHA256())
    etree.SubElement(signature, tag(SIGNATURE, "SignatureValue")).text = base64.b64encode(signed).decode()
    held = etree.SubElement(etree.SubElement(signature, tag(SIGNATURE, "KeyInfo")), tag(SIGNATURE, "X509Data"))
    certificate = signer.certificate.public_bytes(serialization.Encoding.DER)
    etree.SubElement(held, tag(SIGNATURE, "X509Certificate")).text = base64.b64encode(certificate).decode()


def _canonical(element: Any) -> bytes:
    written: bytes = etree.tostring(element, method="c14n", exclusive=True)
    return written
