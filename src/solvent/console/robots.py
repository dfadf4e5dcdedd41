"""`/robots.txt`: what search engines may read. Of the office nothing; of the public desk the pages, save those that act."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from solvent.console.site import Site

_PUBLIC = ("User-agent: *", "Disallow: /api/", "Disallow: /e/*/delete", "Allow: /e")
_NOTHING = ("User-agent: *", "Disallow: /")


async def show(site: Site, _: Request) -> Response:
    """The file, which names the map of the site where it has an address for strangers."""
    lines = [*(_PUBLIC if site.desk.public else _NOTHING)]
    if site.desk.public and site.public_url is not None:
        lines.append(f"Sitemap: {site.public_url}/e/sitemap.xml")
    return PlainTextResponse("\n".join((*lines, "")), headers={"cache-control": "max-age=3600"})
