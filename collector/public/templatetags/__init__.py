"""What the templates of the public page use."""
