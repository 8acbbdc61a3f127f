"""The readers: each file gives one reading of the condition tree, and none imports another."""
