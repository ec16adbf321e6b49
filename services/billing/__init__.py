"""Billing: what usage cost, and the ledger that proves it.

Owns the price book, usage records, the double-entry ledger and the daily sums of usage, all in
integer nano-dollars. It speaks `promptpilot.billing.v1.BillingService`, consumes execution's
UsageRecorded (booked exactly once) and identity's TenantCreated, and publishes UsageBooked,
PriceCreated and TenantProvisioned.
"""
