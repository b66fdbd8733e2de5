"""The checks of notebook 02."""

__all__ = []
