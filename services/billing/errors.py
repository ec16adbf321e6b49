"""Reasons of billing: what programs decide by."""

from services.kit.errors import AlreadyExists


class PriceExists(AlreadyExists):
    """There is already an own price of this model from the same moment on."""

    reason = "PRICE_EXISTS"
