"""A user as the API shows it."""

from __future__ import annotations

from modules.user.contracts import User
from modules.user.domain import onboarding
from modules.user.repositories.users import Account


def shown(account: Account) -> User:
    return User(
        id=account.id,
        email=account.email,
        email_verified=account.email_verified,
        name=account.name,
        image_url=account.image_url,
        bio=account.bio,
        field=account.field,
        experience_level=account.experience_level,
        interests=account.interests,
        region=account.region,
        onboarding=onboarding(completed=account.onboarded, interests=account.interests),
        created_at=account.created_at,
    )
