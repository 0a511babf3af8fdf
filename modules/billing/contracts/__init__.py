"""What clients of the billing module send and get, a file a noun."""
