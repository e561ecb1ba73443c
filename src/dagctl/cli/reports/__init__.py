"""What several commands say of their results and failures, as text and as the JSON envelope."""
