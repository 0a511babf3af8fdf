"""What clients of the authorization module say and get, a file a noun."""
