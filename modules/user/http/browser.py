"""What a browser sends along and takes home: where it is, and the two cookies of a log-in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from litestar import Request, Response
from litestar.datastructures import Cookie

from core.http.addresses import ClientAddresses
from core.http.caller import Sessions, cookie
from modules.user.contracts import LoggedIn
from modules.user.devices import KnownDevices
from modules.user.domain import Device

_A_YEAR: Final = 365 * 24 * 3600


class Browser:
    """Reads devices out of requests and writes cookies into answers."""

    def __init__(self, tokens: Sessions, devices: KnownDevices, addresses: ClientAddresses) -> None:
        self._tokens = tokens
        self._devices = devices
        self._addresses = addresses

    def device(self, request: Request[Any, Any, Any]) -> Device:
        agent = request.headers.get("user-agent")
        cookies = "; ".join(request.headers.getall("cookie", []))  # HTTP/2 may split them (RFC 9113, 8.2.3)
        return Device(
            user_agent=agent[:500] if agent else None,
            ip=self._addresses.of(request.scope),
            mark=cookie(cookies, self._devices.cookie),
            token=cookie(cookies, self._tokens.cookie),
        )

    def logged_in(self, entered: LoggedIn, device: Device, *, status: int) -> Response[LoggedIn]:
        return Response(entered, status_code=status, cookies=self.cookies(entered, device))

    def cookies(self, entered: LoggedIn, device: Device) -> list[Cookie]:
        """The session, and the mark of a device that has logged in."""
        mark = self._devices.remember(device.mark, entered.user.email)
        return [self.session(entered.token, entered.expires_at), safe_cookie(self._devices.cookie, mark, _A_YEAR)]

    def session(self, token: str, expires_at: datetime) -> Cookie:
        return safe_cookie(self._tokens.cookie, token, round((expires_at - datetime.now(UTC)).total_seconds()))

    def no_session(self) -> Cookie:
        """Takes the session's cookie away."""
        return safe_cookie(self._tokens.cookie, "", 0)


def safe_cookie(name: str, value: str, max_age: int) -> Cookie:
    """A cookie that no script reads and no other site's form brings along; `max_age` in seconds, 0 takes it away."""
    lax: Any = "Lax"  # as RFC 6265bis spells it; Litestar's type knows it in small letters only
    return Cookie(key=name, value=value, max_age=max_age, path="/", httponly=True, secure=True, samesite=lax)
