"""Whose certificates are believed: this system's authorities, wherever it keeps them."""

import ssl
from pathlib import Path
from typing import Final

from gnet_desktop.files import is_file

#: Where systems keep them in one file; Python itself looks at the place of the system it was built on.
STORES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # macOS, Alpine, BSD
)

MISSING: Final = (
    "Install this system's certificates (on Debian: sudo apt-get install ca-certificates), "
    "or name a file of them in SSL_CERT_FILE."
)


def context() -> ssl.SSLContext:
    """A context that checks the server, with the first store that holds anything."""
    made = ssl.create_default_context()
    if made.cert_store_stats()["x509_ca"] or _has_folder():
        return made
    for store in (*STORES, *_of_certifi()):
        if is_file(store):
            made.load_verify_locations(store)
            break
    return made


def _has_folder() -> bool:
    """Whether OpenSSL will find authorities one by one, which it only counts when it has used them."""
    folder = ssl.get_default_verify_paths().capath
    return bool(folder) and any(Path(folder).iterdir())


def _of_certifi() -> list[str]:
    """The list of a package that many others bring; it isn't required."""
    try:
        from certifi import where
    except ImportError:
        return []
    return [where()]
