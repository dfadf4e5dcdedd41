from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree as ET

from solvent.catalogue.load import Catalogue
from solvent.console.examples import SEED, find
from solvent.console.sitemap import KEPT_FOR
from tests.conftest import FixedClock
from tests.unit.console.conftest import Visitor

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def addresses(visitor: Visitor) -> dict[str, str | None]:
    answer = visitor.get("/e/sitemap.xml")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/xml")
    root = ET.fromstring(answer.body)
    assert root.tag == f"{SITEMAP}urlset"
    return {url.findtext(f"{SITEMAP}loc") or "": url.findtext(f"{SITEMAP}lastmod") for url in root}


def test_rules_cases_and_pastes_that_are_listed_and_explained_are_mapped(visitor: Visitor, catalogue: Catalogue) -> None:
    path = visitor.filed(SEED.text)
    unknown = visitor.filed(find("unknown").text)
    found = addresses(visitor)
    base = "http://localhost:8401"
    assert f"{base}/e" in found
    assert {f"{base}/e/rules/{rule}" for rule in catalogue.rules} <= set(found)
    assert found[f"{base}{path}"] == "2026-11-25T12:00:00Z"
    assert f"{base}{unknown}" not in found
    assert len([address for address in found if address.startswith(f"{base}/e/cases/")]) == 1
    assert len(found) == len(catalogue.rules) + 4


def test_strangers_see_the_map_of_their_own_desk(visitor: Visitor, stranger_at_the_desk: Visitor, catalogue: Catalogue) -> None:
    visitor.filed(SEED.text)
    listed = stranger_at_the_desk.post("/e", {"raw": SEED.text, "listed": "yes"}).headers["location"].partition("?")[0]
    unlisted = stranger_at_the_desk.filed(SEED.text)
    found = addresses(stranger_at_the_desk)
    assert f"https://errors.example.org{listed}" in found
    assert f"https://errors.example.org{unlisted}" not in found
    assert len(found) == len(catalogue.rules) + 4


def test_a_long_list_is_mapped_page_by_page(visitor: Visitor, catalogue: Catalogue) -> None:
    for _ in range(105):
        visitor.filed(SEED.text)
    assert len(addresses(visitor)) == len(catalogue.rules) + 3 + 105


def test_it_is_made_once_a_minute_however_often_it_is_asked_for(visitor: Visitor, clock: FixedClock) -> None:
    first = visitor.filed(SEED.text)
    assert f"http://localhost:8401{first}" in addresses(visitor)
    second = visitor.filed(SEED.text)
    clock.instant += KEPT_FOR - timedelta(seconds=1)
    assert f"http://localhost:8401{second}" not in addresses(visitor)
    clock.instant += timedelta(seconds=1)
    assert f"http://localhost:8401{second}" in addresses(visitor)


def test_one_under_a_name_that_its_reader_wrote_is_kept_for_no_other(visitor: Visitor, stranger_at_the_desk: Visitor) -> None:
    assert visitor.get("/e/sitemap.xml").headers["cache-control"] == "private, max-age=3600"
    assert stranger_at_the_desk.get("/e/sitemap.xml").headers["cache-control"] == "max-age=3600"
