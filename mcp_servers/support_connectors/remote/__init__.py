"""What the backends of systems on the network share: guarded HTTP, failures in words, plain text, markers, cursors."""
