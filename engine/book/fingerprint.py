"""Fingerprints: what tells one version of a book from another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

SHOWN_CHARACTERS = 12
"""How much of a hash is shown: enough to tell the versions of a book apart."""


def compute_fingerprint(files: Mapping[str, bytes]) -> str:
    """A short hash of a book's files: it changes with any character of any of them.

    Args:
        files: Content of each file by name.
    """
    digest = hashlib.sha256()
    for name in sorted(files):
        content = hashlib.sha256(files[name]).hexdigest()
        digest.update(f"{name}\0{content}\n".encode())
    return digest.hexdigest()[:SHOWN_CHARACTERS]
