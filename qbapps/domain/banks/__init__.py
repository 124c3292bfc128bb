"""What is true of bank connections: the law of consents, and the states a connection goes through."""
