"""Devices that have logged in before: what somebody else does wrong must not lock their owner out.

A cookie holds a random id, and for each of the last addresses that were logged in with a tag that only we can make
(OWASP, "Device cookies"). Nothing is stored: whoever types an address shows with the tag that this browser has known
its password before, and is counted by the device instead of by account and network address.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import Final

from core.keys import key_for

_REMEMBERED: Final = 5
_TAG_BYTES: Final = 12
_SEPARATOR: Final = "."


class KnownDevices:
    """Makes and reads the cookie of known devices."""

    def __init__(self, secret_key: str, *, production: bool) -> None:
        self._key = key_for("device", secret_key)
        self.cookie = "__Host-interna_device" if production else "interna_device"

    def id_for(self, mark: str, email: str) -> str | None:
        """The device's id, if it has logged in with this address before."""
        device, *tags = mark.split(_SEPARATOR)[: _REMEMBERED + 1]
        known = any(hmac.compare_digest(tag.encode(), self._tag(device, email).encode()) for tag in tags)
        return device if known else None

    def remember(self, mark: str, email: str) -> str:
        """The cookie after a log-in: an id that the client made up itself is replaced."""
        device, *tags = mark.split(_SEPARATOR)[: _REMEMBERED + 1]
        if self.id_for(mark, email) is None and not self._is_ours(device):
            device, tags = self._new_id(), []
        tag = self._tag(device, email)
        kept = [known for known in tags if known != tag][: _REMEMBERED - 1]
        return _SEPARATOR.join([device, tag, *kept])

    def _new_id(self) -> str:
        random = secrets.token_urlsafe(16)
        return f"{random}~{self._sign('id ' + random)}"

    def _is_ours(self, device: str) -> bool:
        random, _, signature = device.partition("~")
        return hmac.compare_digest(signature.encode(), self._sign("id " + random).encode())

    def _tag(self, device: str, email: str) -> str:
        return self._sign(f"{device} {email.lower()}")

    def _sign(self, text: str) -> str:
        digest = hmac.digest(self._key, text.encode("utf-8", "surrogateescape"), "sha256")[:_TAG_BYTES]
        return base64.urlsafe_b64encode(digest).decode()
