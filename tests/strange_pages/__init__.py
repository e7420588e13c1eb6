"""Photos of pages of handwritten digits, drawn by a program that shares nothing with what the networks learnt from."""
