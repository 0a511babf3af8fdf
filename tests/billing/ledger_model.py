"""What a ledger must do, without a database: lists, and sums over them."""

from __future__ import annotations

from dataclasses import dataclass, field

REFUND_DAYS = 7.0


@dataclass
class Grant:
    """`expires` in days from now; at 0 its time is over."""

    number: int
    expires: float | None
    remaining: int = 0

    @property
    def turn(self) -> tuple[bool, float, int]:
        """What expires first is spent first, then what is oldest."""
        return self.expires is None, self.expires or 0, self.number


@dataclass
class Spent:
    amount: int
    taken: list[tuple[Grant, int]]
    refunded: int = 0


@dataclass
class Model:
    grants: list[Grant] = field(default_factory=list)
    entries: list[tuple[str, int]] = field(default_factory=list)
    held: int = 0

    @property
    def balance(self) -> int:
        return sum(amount for _, amount in self.entries)

    @property
    def free(self) -> int:
        return self.balance - self.held

    @property
    def remaining(self) -> list[int]:
        return [grant.remaining for grant in self.grants]

    def grant(self, amount: int, expires: float | None, kind: str = "grant") -> None:
        self.grants.append(Grant(len(self.grants), expires, amount))
        self.entries.append((kind, amount))

    def spend(self, amount: int) -> Spent:
        spent = Spent(amount, [])
        left = amount
        for grant in sorted(self.grants, key=lambda grant: grant.turn):
            part = min(left, grant.remaining)
            if part:
                grant.remaining -= part
                spent.taken.append((grant, part))
                left -= part
        assert left == 0
        self.entries.append(("spend", -amount))
        return spent

    def refund(self, spent: Spent, amount: int) -> None:
        """Credit by credit, from the end."""
        credits = [grant for grant, part in spent.taken for _ in range(part)]
        credits = credits[: len(credits) - spent.refunded]
        homeless = 0
        for grant in reversed(credits[len(credits) - amount :]):
            if grant.expires is not None and grant.expires <= 0:
                homeless += 1
            else:
                grant.remaining += 1
        if homeless:
            self.grants.append(Grant(len(self.grants), REFUND_DAYS, homeless))
        spent.refunded += amount
        self.entries.append(("refund", amount))

    def expire(self) -> None:
        pinned = self.held
        for grant in sorted(self.grants, key=lambda grant: grant.turn):
            kept = min(pinned, grant.remaining)
            pinned -= kept
            lost = grant.remaining - kept
            if lost and grant.expires is not None and grant.expires <= 0:
                grant.remaining = kept
                self.entries.append(("expiry", -lost))

    def pass_days(self, days: int) -> None:
        for grant in self.grants:
            if grant.expires is not None:
                grant.expires -= days
