"""What tests of the course share."""

import pytest


@pytest.fixture
def displayed(monkeypatch):
    """What is handed to IPython's display."""
    calls = []
    monkeypatch.setattr("IPython.display.display", lambda *args, **kwargs: calls.append((args, kwargs)))
    return calls
