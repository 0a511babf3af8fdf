"""One small protocol for language models, and its two implementations."""
