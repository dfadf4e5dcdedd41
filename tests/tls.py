"""A certificate for `localhost` that nobody trusts, and its key. It proves nothing to anybody: it was made for these tests."""

from __future__ import annotations

import ssl
from pathlib import Path

KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjflkC8s3CMmTwPiz
rwyk+SH9p9snBEdTQRQN80oMmg+hRANCAAT7ZBrKsq4IYIiAl3ub685txWinZNFy
b3c68UjJ4QQmiarQunVZT2VStK9EMfQBL7iENYEcz/pAwIxwUQEtpsO4
-----END PRIVATE KEY-----
"""
CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUWt5erX4InfhyXhCLguRCdXHoTlYwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyODIxNTMyMFoYDzIxMjYxMTA0
MjE1MzIwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAT7ZBrKsq4IYIiAl3ub685txWinZNFyb3c68UjJ4QQmiarQunVZT2VS
tK9EMfQBL7iENYEcz/pAwIxwUQEtpsO4o2kwZzAdBgNVHQ4EFgQUtzZtdb5MIL8l
6RVPkU6KZiGXZ5YwHwYDVR0jBBgwFoAUtzZtdb5MIL8l6RVPkU6KZiGXZ5YwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIgUDBngJvlys0lZQlj3BwrOYeJDs2zNPO8mBMdvffS0E4CIQCs9s7SWtgK
9HsCTBLDjOAsjvnM76M6QpFOJcvxY6OLqg==
-----END CERTIFICATE-----
"""


def server(folder: Path) -> ssl.SSLContext:
    """What a server that has the certificate speaks TLS with; its files lie in `folder`."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    key.write_text(KEY, encoding="ascii")
    certificate.write_text(CERTIFICATE, encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def trusting() -> ssl.SSLContext:
    """What a client that trusts the certificate speaks TLS with."""
    return ssl.create_default_context(cadata=CERTIFICATE)
