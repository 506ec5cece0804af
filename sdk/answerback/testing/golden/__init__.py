"""Golden pairs on disk, and real payloads with personal data replaced."""
