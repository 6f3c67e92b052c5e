"""The network, its functions and its gradients, and the files that hold it."""
