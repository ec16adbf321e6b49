"""What tests stand on: real parts, builders, a still clock, and fakes of what we do not own."""
