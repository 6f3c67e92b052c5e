"""Where a figure was measured: every benchmark prints it beside the figure."""

import os
import platform

import torch


def describe() -> str:
    """Cores, processor, threads and versions, in a line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    threads = torch.get_num_threads()
    return f"{cores} cores ({processor()}), torch {torch.__version__} with {threads} thread{'s' if threads > 1 else ''}"


def processor() -> str:
    """The processor's name where Linux tells it, else its architecture."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            return next(line.split(":")[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
