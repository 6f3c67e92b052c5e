"""What one lesson alone computes: a file has the name of its page, or begins with it."""
