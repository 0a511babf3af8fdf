"""Who there is, for other modules' joins: read only, and only what a user shows to others.

Row-level security still decides which of them a caller sees.
"""

from __future__ import annotations

from sqlalchemy import select

from modules.user.tables import profiles, users

people = (
    select(
        users.c.id,
        users.c.email,
        users.c.email_verified_at.is_not(None).label("email_verified"),
        profiles.c.name,
        profiles.c.image_url,
        profiles.c.bio,
        profiles.c.field,
        profiles.c.experience_level,
        profiles.c.interests,
        profiles.c.region,
        profiles.c.onboarding_completed_at.is_not(None).label("onboarded"),
        users.c.created_at,
    )
    .join_from(users, profiles, profiles.c.user_id == users.c.id)
    .where(users.c.deleted_at.is_(None))
    .subquery("people")
)
