"""What this server computes: processes, and the jobs that run them."""
