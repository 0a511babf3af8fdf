"""The documentation page: one answer, complete, well formed, and closed to the outside."""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
from collections.abc import AsyncIterator
from html import unescape
from html.parser import HTMLParser

import httpx
import pytest

from app.asgi import Registered, create_app
from app.openapi.markup import code, inline

pytestmark = pytest.mark.anyio

EMPTY = {"meta", "link", "wbr", "br", "img", "hr", "input"}


class Outline(HTMLParser):
    """What is in a page; refuses tags that are closed in another order than they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in EMPTY:
            self.open.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        elif "href" in given or "src" in given:
            self.loaded.append(given.get("href") or given["src"])
        assert "style" not in given, "the policy refuses style attributes"
        assert not [name for name in given if name.startswith("on")], "the policy refuses inline handlers"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.getpos())


@pytest.fixture(scope="module")
async def reader(registered: Registered, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(registered.parent, registered)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]  # Litestar's ASGI is narrower
    async with httpx.AsyncClient(transport=transport, base_url="http://interna.test") as client:
        yield client


@pytest.fixture
async def page(reader: httpx.AsyncClient) -> httpx.Response:
    answer = await reader.get("/schema")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer


async def test_the_page_is_well_formed_and_every_link_inside_it_leads_somewhere(page: httpx.Response) -> None:
    outline = Outline()
    outline.feed(page.text)
    assert not outline.open
    assert len(outline.ids) == len(set(outline.ids))
    inside = {link[1:] for link in outline.links if link.startswith("#")}
    assert inside <= set(outline.ids)
    assert [link for link in outline.links if not link.startswith("#")] == ["/schema/openapi.json"]


async def test_the_page_loads_nothing_from_anywhere(page: httpx.Response) -> None:
    outline = Outline()
    outline.feed(page.text)
    assert all(source.startswith("data:") for source in outline.loaded)
    assert "@import" not in page.text
    assert "url(" not in page.text


async def test_the_policy_allows_the_page_s_own_style_and_script_and_nothing_else(page: httpx.Response) -> None:
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    for tag in ("style", "script"):
        (source,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert policy[f"{tag}-src"] == f"'sha256-{digest}'"


async def test_every_operation_is_on_the_page_with_its_problems_and_a_curl_line(
    reader: httpx.AsyncClient, page: httpx.Response
) -> None:
    document = (await reader.get("/schema/openapi.json")).json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            article = page.text.split(f'<article id="{operation["operationId"]}">')[1].split("</article>")[0]
            (first, *_) = re.findall(r'<pre class="curl"[^>]*><code>(.*?)</code></pre>', article, re.DOTALL)
            words = shlex.split(unescape(re.sub(r"<[^>]+>", "", first)))
            assert words[0] == "curl", path
            assert method == "get" or words[words.index("-X") + 1] == method.upper()
            assert not re.search(r"[{}]", next(word for word in words if word.startswith("http")))
            for response in operation["responses"].values():
                for content in response.get("content", {}).values():
                    assert all(f'href="#problem-{name}"' in article for name in content.get("examples", {}))


async def test_what_a_client_has_already_is_not_sent_again_and_keeps_its_policy(
    reader: httpx.AsyncClient, page: httpx.Response
) -> None:
    again = await reader.get("/schema", headers={"if-none-match": page.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    # A 304 updates the headers of the stored page (RFC 9111, section 4.3.4).
    assert again.headers["content-security-policy"] == page.headers["content-security-policy"]
    assert (await reader.get("/schema", headers={"if-none-match": '"another"'})).status_code == 200


def test_whatever_a_note_or_an_example_says_is_escaped() -> None:
    assert inline("`<b>` & **<i>**") == "<code>&lt;b&gt;</code> &amp; <strong>&lt;i&gt;</strong>"
    assert "<script>" not in code('{"name": "<script>alert(1)</script>"}')
