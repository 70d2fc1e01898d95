"""How fast a day is rated: 1 million connections, 48 half-hours each, from Parquet.

Each engine reads the same 16 files (zstd; one row a connection: its month so far, its load,
its highest demand, and the day's half-hours as 48 columns, the layout that each of them
reads fastest), adds the day to the month, and leaves every head of the month so far in
memory, in whole paise: Uttar Pradesh's LMV-1.10B, prepaid, FPPAS of 10 %, duty of 5 %,
rebate of 2 %. The others have the order's arithmetic written out by hand, so they check the
rating as well as measure it. Each engine is a process of its own with two workers (threads;
for ours, a pool of two processes). All are warmed up, then take turns, one at a time, and
their medians count.

Figures (`--json FILE` writes them):
    connections            rows rated
    half_hours             readings they come from
    files_mb               size of the files
    exact                  1 where all engines agree on each head of each row, to the paisa
    rate_s                 ours: files read by pyarrow, `bijlighar.tariffs.rating.rate`
    scan_s                 the limit compared with: the same files read likewise, no more
    duckdb_s               DuckDB, one SQL statement of integers, into an Arrow table
    polars_s               Polars, its streaming engine, integer expressions
    rate_over_scan         rate_s / scan_s
    duckdb_over_rate       duckdb_s / rate_s
    polars_over_rate       polars_s / rate_s
    kernel_s               `rate` alone, from memory, with one thread
    ratebook_bills_per_s   only with Python 3.12 and later: bills by ratebook, from memory,
                           slabs and one fixed charge only, nothing rounded
    kernel_bills_per_s     connections / kernel_s
    kernel_over_ratebook   only with Python 3.12 and later: the ratio of these two
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import accumulate
from pathlib import Path

import numpy as np

CONNECTIONS = 1_000_000
QUICK_CONNECTIONS = 160_000
FILES = 16
WORKERS = 2
REPEATS = 9
SEED = 7

DAY = date(2026, 7, 24)
DAYS_IN_MONTH = 31
DAYS_BEFORE = 23
FPPAS_BASIS_POINTS = 1_000
STATE = (
    "connection_id",
    "energy_wh",
    "billed_days",
    "sanctioned_load_w",
    "max_demand_w",
)
"""The month before this day, one row a connection."""
BLOCKS = tuple(f"wh_{block:02d}" for block in range(48))
HEADS = ("energy", "fixed", "subsidy", "fppas", "duty", "rebate")
RESULT = ("connection_id", *HEADS, "total")
ENGINES = ("rate", "scan", "duckdb", "polars")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="160,000 connections")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.work:
        work(*chosen.work)
        return
    figures = measure(QUICK_CONNECTIONS if chosen.quick else CONNECTIONS)
    for name, value in figures.items():
        print(f"{name:<24}{value:>14,}")
    if chosen.json:
        held = {"name": "rate", "quick": chosen.quick, "figures": figures}
        chosen.json.write_text(json.dumps(held, indent=2) + "\n")


def measure(connections: int) -> dict[str, float]:
    folder = files_of(connections)
    with tempfile.TemporaryDirectory(prefix="bijlighar-rate-") as kept:
        seconds, kernel_s = take_turns(folder, Path(kept))
        exact = all_agree(Path(kept), connections)
    size = sum(path.stat().st_size for path in folder.iterdir())
    figures = {
        "connections": connections,
        "half_hours": connections * len(BLOCKS),
        "files_mb": round(size / 1e6, 1),
        "exact": int(exact),
        **{f"{engine}_s": round(seconds[engine], 3) for engine in ENGINES},
        "rate_over_scan": round(seconds["rate"] / seconds["scan"], 2),
        "duckdb_over_rate": round(seconds["duckdb"] / seconds["rate"], 2),
        "polars_over_rate": round(seconds["polars"] / seconds["rate"], 2),
        "kernel_s": round(kernel_s, 3),
        "kernel_bills_per_s": round(connections / kernel_s),
    }
    if per_s := ratebook_bills_per_s(folder):
        figures["ratebook_bills_per_s"] = round(per_s)
        figures["kernel_over_ratebook"] = round(connections / kernel_s / per_s)
    return figures


# The files.


def files_of(connections: int) -> Path:
    """The files for so many connections, made once and kept beside temporary files."""
    folder = Path(tempfile.gettempdir()) / f"bijlighar-rate-v1-{connections}"
    if not folder.exists():
        made = Path(tempfile.mkdtemp(prefix="bijlighar-rate-making-"))
        for number in range(FILES):
            write_file(made, number, connections // FILES)
        made.rename(folder)
    return folder


def write_file(folder: Path, number: int, rows: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = month_and_day(number, rows)
    fields = [
        pa.field(name, pa.from_numpy_dtype(column.dtype), nullable=False)
        for name, column in columns.items()
    ]
    arrays = [pa.array(column) for column in columns.values()]
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    pq.write_table(table, folder / f"{number:02d}.parquet", compression="zstd")


def month_and_day(number: int, rows: int) -> dict[str, np.ndarray]:
    """Homes of 1 to 25 kWh a day, most of it in the evening; a few began this month."""
    chance = np.random.default_rng((SEED, number))
    daily_wh = np.clip(chance.gamma(2.2, 3_200, rows), 1_000, 25_000)
    hour = np.arange(len(BLOCKS)) / 2
    shape = 0.6 + 0.5 * np.exp(-((hour - 7.5) ** 2) / 4)
    shape += 1.4 * np.exp(-((hour - 20) ** 2) / 6)
    noise = chance.gamma(4, 0.25, (rows, len(BLOCKS)))
    day = np.rint(daily_wh[:, None] * (shape / shape.sum()) * noise).astype(np.int32)
    began = chance.random(rows) < 0.03
    days = np.where(began, chance.integers(0, DAYS_BEFORE, rows), DAYS_BEFORE)
    month_wh = np.rint(daily_wh * days * chance.uniform(0.8, 1.2, rows))
    demand_w = 2 * day.max(axis=1) * chance.uniform(0.7, 1.6, rows) * (days > 0)
    load_w = 1_000 * chance.choice(5, rows, p=(0.25, 0.4, 0.2, 0.1, 0.05)) + 1_000
    state = (np.arange(rows) + number * rows + 1, month_wh, days, load_w, demand_w)
    columns = dict(zip(STATE, (column.astype(np.int64) for column in state), strict=True))
    return columns | {
        name: np.ascontiguousarray(day[:, block]) for block, name in enumerate(BLOCKS)
    }


# Taking turns.


def take_turns(folder: Path, kept: Path) -> tuple[dict[str, float], float]:
    """(median seconds of each engine, seconds of our rating alone); results are kept."""
    workers = {name: start(name, folder) for name in (*ENGINES, "kernel")}
    for process in workers.values():
        ask(process, "run")
    seconds: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(REPEATS):
        for name, process in workers.items():
            seconds[name].append(float(ask(process, "run")))
    for name in ("rate", "duckdb", "polars"):
        ask(workers[name], str(kept / f"{name}.npy"))
    for process in workers.values():
        process.communicate()
    medians = {name: statistics.median(several) for name, several in seconds.items()}
    return medians, medians.pop("kernel")


def start(engine: str, folder: Path) -> subprocess.Popen[str]:
    threads = {"POLARS_MAX_THREADS": str(WORKERS), "OMP_NUM_THREADS": str(WORKERS)}
    return subprocess.Popen(
        [sys.executable, __file__, "--work", engine, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **threads},
        text=True,
    )


def ask(process: subprocess.Popen[str], what: str) -> str:
    assert process.stdin and process.stdout
    process.stdin.write(what + "\n")
    process.stdin.flush()
    said = process.stdout.readline()
    assert said, "the engine's process ended"
    return said


def work(engine: str, folder: str) -> None:
    """Run one engine each time it is asked to; write its last result where it is told."""
    run, columns_of = MAKERS[engine](sorted(Path(folder).iterdir()))
    result: object = None
    for line in sys.stdin:
        what = line.strip()
        if what == "run":
            del result
            began = time.perf_counter()
            result = run()
            print(time.perf_counter() - began, flush=True)
        else:
            columns = columns_of(result)
            by_id = np.argsort(columns["connection_id"])
            np.save(what, np.stack([columns[name][by_id] for name in RESULT]))
            print("kept", flush=True)


def all_agree(kept: Path, connections: int) -> bool:
    ours, *others = (np.load(kept / f"{name}.npy") for name in ("rate", "duckdb", "polars"))
    whole = ours.shape == (len(RESULT), connections) and ours[-1].min() > 0
    return bool(whole) and all(np.array_equal(ours, other) for other in others)


Engine = tuple[Callable[[], object], Callable[..., dict[str, np.ndarray]]]
"""What is measured, and how its result becomes plain columns afterwards."""


# Ours.


def read(path: Path) -> dict[str, np.ndarray]:
    """The columns of one file, by one thread."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, memory_map=True, pre_buffer=False) as file:
        table = file.read(use_threads=False)
    return {name: table.column(name).to_numpy() for name in table.column_names}


def slices_of(columns: dict[str, np.ndarray]):
    """The month with this day in it, as rating takes it."""
    from bijlighar.tariffs.values import Slices

    day_wh = columns["energy_wh"].copy()
    highest_wh = columns[BLOCKS[0]].copy()
    for block in BLOCKS:
        np.add(day_wh, columns[block], out=day_wh)
        np.maximum(highest_wh, columns[block], out=highest_wh)
    rows = len(day_wh)
    nothing = np.zeros(rows, dtype=np.int64)
    days = np.full(rows, DAYS_IN_MONTH)
    return Slices(
        energy_wh=day_wh,
        selecting_wh=day_wh,
        windows_wh=np.empty((rows, 0), dtype=np.int64),
        billed_days=columns["billed_days"] + 1,
        days_in_month=days,
        slab_days=days,
        sanctioned_load_w=columns["sanctioned_load_w"],
        max_demand_w=np.maximum(columns["max_demand_w"], 2 * highest_wh.astype(np.int64)),
        demand_excused=nothing,
        fppas_basis_points=np.full(rows, FPPAS_BASIS_POINTS),
        fppas_carried_micropaise=nothing,
        is_prepaid=np.ones(rows, dtype=np.int64),
    )


def ours(paths: list[Path]) -> Engine:
    """A pool of processes of one thread each, which leave their rows in shared memory."""
    from multiprocessing import get_context
    from multiprocessing.shared_memory import SharedMemory

    firsts = first_rows(paths)
    rows = firsts.pop()
    held = SharedMemory(create=True, size=len(RESULT) * rows * np.dtype(np.int64).itemsize)
    atexit.register(held.unlink)
    pool = get_context("spawn").Pool(WORKERS, open_result, (held.name, rows))
    found = np.ndarray((len(RESULT), rows), np.int64, held.buf)
    parts = list(zip(paths, firsts, strict=True))

    def run() -> np.ndarray:
        pool.map(rate_file, parts, chunksize=1)
        return found

    return run, lambda result: dict(zip(RESULT, result, strict=True))


def first_rows(paths: list[Path]) -> list[int]:
    """Where the rows of each file begin in the result, and how many rows it has."""
    import pyarrow.parquet as pq

    counts = (pq.read_metadata(path).num_rows for path in paths)
    return [0, *accumulate(counts)]


def open_result(name: str, rows: int) -> None:
    """In a process of the pool: what `rate_file` needs each time."""
    global memory, result, schedule
    from multiprocessing.shared_memory import SharedMemory

    from bijlighar.tariffs.orders import schedule_for

    memory = SharedMemory(name=name)
    result = np.ndarray((len(RESULT), rows), np.int64, memory.buf)
    schedule = schedule_for("LMV-1.10B", DAY)


def rate_file(part: tuple[Path, int]) -> None:
    from bijlighar.tariffs.rating import rate

    path, first = part
    columns = read(path)
    rated = rate(schedule, slices_of(columns))
    rows = result[:, first : first + len(rated.total_paise)]
    rows[0], rows[-1] = columns["connection_id"], rated.total_paise
    for head, row in zip(HEADS, rows[1:-1], strict=True):
        row[:] = rated.paise[head]


def scan(paths: list[Path]) -> Engine:
    from concurrent.futures import ThreadPoolExecutor

    threads = ThreadPoolExecutor(WORKERS)
    return lambda: sum(threads.map(lambda path: len(read(path)), paths)), dict


def kernel(paths: list[Path]) -> Engine:
    from bijlighar.tariffs.orders import schedule_for
    from bijlighar.tariffs.rating import rate

    schedule = schedule_for("LMV-1.10B", DAY)
    several = [slices_of(read(path)) for path in paths]
    return lambda: [rate(schedule, slices) for slices in several], dict


# The others: the order's arithmetic by hand. Amounts are micropaise (1e-8 rupee), so 6.85
# rupees a kWh are 685,000 a Wh, and 110 rupees a kW are 110,000 a hundredth of a W. What is
# divided is rounded to the nearest, halves away from zero.

SQL = """
with used as (
    select connection_id,
           energy_wh + {day_wh} as wh,
           billed_days + 1 as days,
           greatest(100 * greatest(max_demand_w, 2 * {highest_wh}),
                    75 * sanctioned_load_w) as load_cw
      from read_parquet($paths)
), by_use as (
    select connection_id,
           685000 * wh as energy,
           nearest(110000 * load_cw * days, 31) as fixed,
           -(35000 * wh + 50000 * least(wh, 300000) + 50000 * least(wh, 150000)) as subsidy
      from used
), with_fppas as (
    select *, nearest(1000 * (energy + fixed + subsidy), 10000) as fppas from by_use
), with_shares as (
    select *,
           nearest(500 * (energy + fixed + subsidy + fppas), 10000) as duty,
           -nearest(200 * (energy + fixed + subsidy + fppas), 10000) as rebate
      from with_fppas
), in_paise as (
    select connection_id,
           nearest(energy, 1000000) as energy,
           nearest(fixed, 1000000) as fixed,
           nearest(subsidy, 1000000) as subsidy,
           nearest(fppas, 1000000) as fppas,
           nearest(duty, 1000000) as duty,
           nearest(rebate, 1000000) as rebate
      from with_shares
)
select *, energy + fixed + subsidy + fppas + duty + rebate as total from in_paise
"""


def duckdb(paths: list[Path]) -> Engine:
    import duckdb as engine

    held = engine.connect(config={"threads": WORKERS})
    held.execute("set preserve_insertion_order = false")
    held.execute(
        "create macro nearest(amount, over) as"
        " sign(amount)::bigint * ((abs(amount) + over // 2) // over)"
    )
    blocks = {
        "day_wh": "(" + " + ".join(BLOCKS) + ")",
        "highest_wh": "greatest(" + ", ".join(BLOCKS) + ")",
    }
    statement, files = SQL.format(**blocks), {"paths": [str(path) for path in paths]}

    def columns_of(table) -> dict[str, np.ndarray]:
        return {name: table.column(name).to_numpy() for name in RESULT}

    return lambda: held.sql(statement, params=files).to_arrow_table(), columns_of


def polars(paths: list[Path]) -> Engine:
    import polars as engine

    column, day_wh = engine.col, engine.sum_horizontal(BLOCKS).cast(engine.Int64)
    highest_wh = engine.max_horizontal(BLOCKS).cast(engine.Int64)

    def nearest(amount: engine.Expr, over: int) -> engine.Expr:
        return amount.sign() * ((amount.abs() + over // 2) // over)

    demand_w = engine.max_horizontal(column("max_demand_w"), 2 * highest_wh)
    load_cw = engine.max_horizontal(100 * demand_w, 75 * column("sanctioned_load_w"))
    wh, days = column("wh"), column("billed_days") + 1
    below_300, below_150 = (
        engine.min_horizontal(wh, limit) for limit in (300_000, 150_000)
    )
    base = column("energy") + column("fixed") + column("subsidy")
    due = base + column("fppas")
    query = (
        engine.scan_parquet(paths)
        .select(
            "connection_id", wh=column("energy_wh") + day_wh, days=days, load_cw=load_cw
        )
        .select(
            "connection_id",
            energy=685_000 * wh,
            fixed=nearest(110_000 * column("load_cw") * column("days"), 31),
            subsidy=-(35_000 * wh + 50_000 * below_300 + 50_000 * below_150),
        )
        .with_columns(fppas=nearest(1_000 * base, 10_000))
        .with_columns(duty=nearest(500 * due, 10_000), rebate=-nearest(200 * due, 10_000))
        .select("connection_id", *(nearest(column(head), 1_000_000) for head in HEADS))
        .with_columns(total=engine.sum_horizontal(HEADS))
    )

    def columns_of(frame: engine.DataFrame) -> dict[str, np.ndarray]:
        return {name: frame[name].to_numpy() for name in RESULT}

    return lambda: query.collect(engine="streaming"), columns_of


MAKERS = {"rate": ours, "scan": scan, "kernel": kernel, "duckdb": duckdb, "polars": polars}


def ratebook_bills_per_s(folder: Path) -> float:
    """Bills a second by ratebook, from a month's total; 0 where it cannot be installed."""
    try:
        import ratebook as engine
    except ImportError:
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        print(f"ratebook is left out: it wants Python 3.12 or later, and this is {here}")
        return 0
    tiers = tuple(
        engine.EnergyTier(rate=Decimal(rate), max=most)
        for rate, most in (("5.50", Decimal(150)), ("6.00", Decimal(300)), ("6.50", None))
    )
    always = ((0,) * 24,) * 12
    tariff = engine.Tariff(
        energy=engine.EnergyRateStructure((engine.EnergyPeriod(tiers),)),
        schedule=engine.Schedule(weekday=always, weekend=always),
        fixed_charges=(engine.FixedCharge(Decimal(110)),),
    )
    window = engine.BillingWindow(DAY.replace(day=1), DAYS_IN_MONTH)
    month_wh = read(min(folder.iterdir()))["energy_wh"][:20_000].tolist()
    usages = [engine.Usage.aggregate(Decimal(wh) / 1_000) for wh in month_wh]
    began = time.perf_counter()
    bills = [engine.estimate_bill(tariff, usage, window) for usage in usages]
    seconds = time.perf_counter() - began
    assert all(bill.ok for bill in bills)
    return len(bills) / seconds


if __name__ == "__main__":
    main()
