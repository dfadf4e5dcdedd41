"""The style, the script and the icon, from memory."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from solvent.console import refusals
from solvent.console.site import Site

_A_YEAR_S = 365 * 24 * 3600


async def show(site: Site, request: Request) -> Response:
    """One static file; for ever the same under the version in its address."""
    asset = site.assets.get(request.path_params["name"])
    if asset is None:
        lang = site.lang(request)
        return site.refuse(request, lang, 404, refusals.missing("page", lang))
    tag = f'"{asset.version}"'
    lasting = f"public, max-age={_A_YEAR_S}, immutable" if request.query_params.get("v") == asset.version else "no-cache"
    headers = {"etag": tag, "cache-control": lasting}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(asset.body, headers=headers, media_type=asset.media_type)
