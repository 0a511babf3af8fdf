"""What is written in the mails about a tenant's usage."""

from __future__ import annotations

from typing import Final

from core.mail import Mail
from modules.billing.contracts.usage import UsageAlert
from modules.billing.repositories.alerts import Admin

_TEXT: Final = """Hello,

the tenant "{tenant}" at Interna has used {used:,} of the {allowed:,} {metric} that its plan is meant for in the month
from {start:%d %B %Y} to {end:%d %B %Y}: {percent}% or more.

Nothing stops for it. You can see the usage by day, type and user at {origin}, and choose another plan there.

You get this mail because you are an admin of the tenant, once a month and level at most.
"""


def letter(admin: Admin, alert: UsageAlert, *, origin: str, key: str) -> Mail:
    """Not a word in it is a user's own, but for the slug, which is short of letters to say much with."""
    text = _TEXT.format(
        tenant=admin.tenant,
        used=alert.used,
        allowed=alert.allowed,
        metric=alert.metric,
        start=alert.period_start,
        end=alert.period_end,
        percent=alert.percent,
        origin=origin,
    )
    subject = f"{alert.percent}% of your plan's {alert.metric} are used"
    return Mail(to=admin.email, subject=subject, text=text, key=key)
