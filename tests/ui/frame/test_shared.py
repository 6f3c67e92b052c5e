"""One object for all, made once however many ask at the same time."""

import threading
import time

from ui.frame.shared import Shared


def test_all_who_ask_at_once_get_the_same_made_once() -> None:
    made: list[object] = []

    @Shared
    def one() -> object:
        time.sleep(0.05)  # long enough that all have asked
        made.append(object())
        return made[-1]

    got: list[object] = []
    threads = [threading.Thread(target=lambda: got.append(one())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(made) == 1
    assert got == made * 8
    one.clear()
    assert one() is not got[0]
