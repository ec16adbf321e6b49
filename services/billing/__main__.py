"""The billing process."""

from services.billing.app import build
from services.billing.settings import BillingSettings
from services.kit.runtime import run

if __name__ == "__main__":
    run(build(BillingSettings()))
