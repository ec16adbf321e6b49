"""What tests stand on: real parts, builders, a clock that holds still, and fakes of what we do not own."""
