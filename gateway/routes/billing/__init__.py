"""Usage, ledger and prices. All amounts are integer nano-dollars: 1 USD is 1,000,000,000."""
