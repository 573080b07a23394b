"""The arithmetic of training: readable loops, and kernels that give the same bits."""
