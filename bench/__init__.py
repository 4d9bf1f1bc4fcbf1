"""What is claimed about speed and rates, runnable, beside its peers."""
