"""Verifies webhooks as Standard Webhooks 1.0.0 says. Written from the specification's rules, with nothing of
paylog's, in the standard library alone; a receiver may copy it."""

import base64
import binascii
import hashlib
import hmac
import re

TOLERANCE_SECONDS = 300
SECRET_PREFIX = "whsec_"


class VerificationError(Exception):
    """Why a webhook is not to be believed."""


def key_of(secret):
    """The HMAC key of a secret, with or without its prefix."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationError("the secret is not base64") from error
    if not 24 <= len(key) <= 64:
        raise VerificationError(f"the secret has {len(key)} bytes, not 24 to 64")
    return key


def sign(secret, webhook_id, timestamp, payload):
    """One signature, as it stands in the list. `payload` is bytes."""
    signed = webhook_id.encode() + b"." + str(timestamp).encode() + b"." + payload
    mac = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode()


def verify(secret, headers, payload, now, tolerance=TOLERANCE_SECONDS):
    """Returns the webhook-id, or raises VerificationError. `headers`: a mapping, in any case; `payload`: the
    bytes as they came; `now`: seconds since 1970."""
    lower = {name.lower(): value for name, value in headers.items()}
    values = [lower.get(name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")]
    if not all(values):
        raise VerificationError("webhook-id, webhook-timestamp or webhook-signature is missing")
    webhook_id, timestamp, signatures = values
    if not re.fullmatch(r"[0-9]{1,15}", timestamp):
        raise VerificationError("webhook-timestamp is no number of seconds")
    age = now - int(timestamp)
    if age >= tolerance:
        raise VerificationError(f"webhook-timestamp is {age} s old")
    if age < -tolerance:
        raise VerificationError(f"webhook-timestamp is {-age} s ahead")
    expected = sign(secret, webhook_id, timestamp, payload).encode()
    # Each is compared in the same time, whether it fits or not; other versions are not ours to judge.
    matches = [hmac.compare_digest(expected, signature.encode()) for signature in signatures.split(" ")]
    if not any(matches):
        raise VerificationError("no signature fits")
    return webhook_id
