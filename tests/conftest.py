"""What every test shares: profiles of property tests, and real market data beside the checkout."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

SHARED = Path(__file__).resolve().parents[2] / "shared"

# How long an example takes says more about the load of the machine than about the code.
_ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("change", _ANY_SPEED, max_examples=60, derandomize="CI" in os.environ)
settings.register_profile("thorough", _ANY_SPEED, max_examples=2_000)
settings.load_profile("change")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded market data beside the checkout; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("needs the folder ../shared of recorded data beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def load_module() -> Callable[[Path, str], ModuleType]:
    """Loads a program of the tests by its path, under a name of its own."""

    def load(path: Path, name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module

    return load
