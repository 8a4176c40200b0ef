"""Many at once: real threads, each with a connection of its own, let go at the same moment."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def rush(workers: int, do: Callable[[int], T]) -> list[T | Exception]:
    """Call `do` with 0, 1, 2 … in as many threads; returns what each returned, or raised."""
    results: list[T | Exception] = [RuntimeError("this worker never ended")] * workers
    gate = Barrier(workers)

    def work(number: int) -> None:
        gate.wait()
        try:
            results[number] = do(number)
        except Exception as raised:  # noqa: BLE001 - the test looks at what it was
            results[number] = raised
        finally:
            connections.close_all()

    threads = [Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
