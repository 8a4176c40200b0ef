"""Whole requests through Django's own handler: proposals against the bare search, pages against bare pages."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from statistics import median

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from bench.pairs import clocked, paired, table
from bench.stage import Stage, on

HOURS = "openinghours|specialopening|closure|shift|leave|outage|room|device"
CALENDAR = re.compile(rf'FROM "?(plans_occupancy|plans_visittype|clinic_({HOURS}))')


def proposals(databases: dict[str, str], rounds: int) -> None:
    """Time the page with proposals for a series of six against the bare search."""
    name, url = next(iter(databases.items()))
    with on(url) as stage:
        product = asker(stage.desk, stage.url("series_book", stage.to_book.pk))
        asked = queries_of(product)
        pair = paired(product, asker(bare(), stage.floor_url()), rounds)
        searching = sum(bool(CALENDAR.search(sql)) for sql in asked)
        row = [pair.product, pair.floor, pair.ratio, "<= 3", len(asked), searching, kib(product())]
    head = ["product ms", "floor ms", "ratio", "goal", "queries", "of them calendar", "KiB gzipped"]
    table(f"Proposals for six sessions at {name}, whole request", head, [row])


def growth(databases: dict[str, str], rounds: int) -> None:
    """Time the same pages in histories of different length; they take turns, and each turn has a ratio of its own."""
    names = list(databases)
    turns: dict[str, list[list[float]]] = {}
    for number in range(max(rounds // 3, 3)):
        order = names[number % len(names) :] + names[: number % len(names)]
        took = {name: _turn(databases[name]) for name in order}
        for page in took[names[0]]:
            turns.setdefault(page, []).append([took[name][page] for name in names])
    rows = [
        [page, *(median(times[index] / times[0] for times in found) for index in range(len(names)))]
        for page, found in turns.items()
    ]
    table("Growth (goal: 1M / 10k <= 1.2)", ["page", *(f"{name} / {names[0]}" for name in names)], rows)


def _turn(url: str) -> dict[str, float]:
    """Return the best of four times of each page: what disturbs on a shared machine only ever adds."""
    with on(url) as stage:
        runs = _growing(stage)
        return {page: min(clocked(run, number) for number in range(0, 12, 3)) for page, run in runs.items()}


def _growing(stage: Stage) -> dict[str, Callable[[], bytes]]:
    found = {page: asker(client, address) for page, (client, address) in stage.pages().items()}
    found["proposals"] = asker(stage.desk, stage.url("series_book", stage.to_book.pk))
    found["bare search"] = asker(bare(), stage.floor_url())
    return found


def pages(databases: dict[str, str], rounds: int) -> None:
    """Time pages against a bare page of the same size."""
    name, url = next(iter(databases.items()))
    rows = []
    with on(url) as stage:
        floor = bare()
        for page, (client, address) in stage.pages().items():
            product = asker(client, address)
            asked, html = queries_of(product), product()
            same = asker(floor, f"/floor/page/{stage.clinic.pk}/{stage.today}/{len(html)}/")
            pair = paired(product, same, rounds)
            of_size = len(same()) / len(html)
            rows.append([page, pair.product, pair.floor, pair.ratio, len(asked), kib(html), of_size])
    head = [
        "page",
        "product ms",
        "bare ms",
        "ratio (<= 2)",
        "queries (<= 12, day 15)",
        "KiB gzipped (<= 20)",
        "bytes",
    ]
    table(f"Pages at {name}", head, rows)


def bare() -> Client:
    """Return a browser whose handler has no middleware."""
    client = Client(SERVER_NAME="localhost")
    with override_settings(MIDDLEWARE=[]):
        client.handler.load_middleware()
    return client


def asker(client: Client, url: str) -> Callable[[], bytes]:
    """Return what asks for a page that must come."""

    def ask() -> bytes:
        answer = client.get(url)
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status_code}")
        return answer.content

    return ask


def queries_of(run: Callable[[], object]) -> list[str]:
    """Return what one run asks of the database, once everything is warm."""
    run()
    with CaptureQueriesContext(connection) as asked:
        run()
    return [one["sql"] for one in asked.captured_queries]


def kib(html: bytes) -> float:
    """Return the size of a page as it goes over the wire."""
    return len(gzip.compress(html)) / 1024
