"""Eight keep-alive clients in a process of their own, bounded in time, loopback only.

Run as ``python -m tests.benchmarks.clients PORT PATH SECONDS ROUND RATE``; the parts and the tokens come on
standard input. With a rate, each request has its time to be sent, and counts from then on: what a slow reply
holds up is slow too. A rate of 0 is as fast as they can.
"""

import http.client
import json
import sys
import threading
import time
from statistics import quantiles

CLIENTS = 8
HOST = "grader.example.org"


def main(  # noqa: PLR0917 - the command line's arguments in their order.
    port: int,
    path: str,
    seconds: float,
    number: int,
    rate: float,
    parts: list[str],
    tokens: list[str],
) -> None:
    """Print how many a second were answered 201, how many were not, and the milliseconds of 99 in 100."""
    created, others = [0] * CLIENTS, [0] * CLIENTS
    took: list[float] = []
    begun = time.monotonic()
    end = begun + seconds

    def run(client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        mine = tokens[client::CLIENTS]
        sent = 0
        due = begun + client / rate if rate else time.monotonic()
        while due < end:
            time.sleep(max(due - time.monotonic(), 0))
            token, part = mine[sent % len(mine)], parts[(sent // len(mine) + number) % len(parts)]
            sent += 1
            body = json.dumps({"part": part, "answer": f"0.{number}{client}{sent:06}"})
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
            connection.request("POST", path, body, {**headers, "Host": HOST})
            reply = connection.getresponse()
            reply.read()
            (created if reply.status == http.client.CREATED else others)[client] += 1
            now = time.monotonic()
            took.append(now - due)
            due = due + CLIENTS / rate if rate else now

    threads = [threading.Thread(target=run, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {
        "per_second": sum(created) / (time.monotonic() - begun),
        "others": sum(others),
        "slow_ms": quantiles(took, n=100)[-1] * 1000,
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(
        int(sys.argv[1]),
        sys.argv[2],
        float(sys.argv[3]),
        int(sys.argv[4]),
        float(sys.argv[5]),
        *json.load(sys.stdin),
    )
