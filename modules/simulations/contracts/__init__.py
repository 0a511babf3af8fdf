"""What clients of the simulations module send and get, a file a noun."""
