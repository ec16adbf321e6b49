"""What reads prompts, labels and policies: a function per RPC."""
