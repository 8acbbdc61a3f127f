"""Reading a knowledge base: YAML with line numbers, and the condition notation."""
