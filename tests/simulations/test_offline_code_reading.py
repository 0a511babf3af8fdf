"""What a persona without a language model says about code: only what is in it."""

from __future__ import annotations

import itertools

from tests.simulations.asking import BAKERY, COLLEAGUE, LANGUAGES, ROLES, reply
from tests.simulations.briefs import at

ORDERS_PY = """import requests

API_KEY = "sk-12345678"


def load_orders(day):
    answer = requests.get(f"https://shop.example/orders?day={day}")
    print(answer.text)
    return answer.json()


def total_price(items):
    total = 0
    for item in items:
        total += item["price"]
    return total
"""
ORDER_LIST_TSX = """export function OrderList({ orders }: { orders: Order[] }) {
  return <ul>{orders.map((o) => <li key={o.id}><img src={o.photo} />{o.name}</li>)}</ul>;
}

test("shows every order", () => {
  expect(render(<OrderList orders={two} />).getAllByRole("listitem")).toHaveLength(2);
});
"""


def test_feedback_on_code_speaks_about_what_is_in_it() -> None:
    for language, who in itertools.product(LANGUAGES, ROLES):
        of = at(8, BAKERY, language=language)
        said = reply("What do you think of my code?", of=of, who=who, code=ORDERS_PY)
        assert "load_orders" in said
        assert "total_price" in said
        assert str(len(ORDERS_PY.splitlines())) in said
        assert "3" in said
        assert ("secret" if language == "en" else "سر") in said
        assert ("tests are missing" if language == "en" else "الاختبارات غائبة") in said.lower()
        other = reply("What do you think of my code?", of=of, who=who, code=ORDER_LIST_TSX)
        assert "OrderList" in other
        assert ("alternative text" if language == "en" else "نص بديل") in other
        assert "secret" not in other
        assert "tests are missing" not in other.lower()


def test_code_is_held_against_the_requirement_that_its_names_belong_to() -> None:
    said = reply(
        "Please review this", of=at(4, BAKERY), who=COLLEAGUE, code="def pay_by_card(amount):\n    return amount\n"
    )
    assert "pay by card" in said
