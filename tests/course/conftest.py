"""What tests of the course share."""

import pytest

from gan_course import figures


@pytest.fixture
def displayed(monkeypatch):
    """What is handed to IPython's display."""
    calls = []
    monkeypatch.setattr(figures, "display", lambda *args, **kwargs: calls.append((args, kwargs)))
    return calls
