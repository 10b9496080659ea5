"""Eight keep-alive clients in a process of their own, bounded in time, loopback only.

Run as ``python -m tests.benchmarks.clients PORT PATH SECONDS ROUND``; the parts and the tokens come on
standard input.
"""

import http.client
import json
import sys
import threading
import time

CLIENTS = 8
HOST = "grader.example.org"


def main(  # noqa: PLR0917 - the command line's arguments in their order.
    port: int, path: str, seconds: float, number: int, parts: list[str], tokens: list[str]
) -> None:
    """Print how many requests a second were answered 201, and how many were not."""
    created, others = [0] * CLIENTS, [0] * CLIENTS
    end = time.monotonic() + seconds

    def run(client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        mine = tokens[client::CLIENTS]
        sent = 0
        while time.monotonic() < end:
            token, part = mine[sent % len(mine)], parts[(sent // len(mine) + number) % len(parts)]
            sent += 1
            body = json.dumps({"part": part, "answer": f"0.{number}{client}{sent:06}"})
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
            connection.request("POST", path, body, {**headers, "Host": HOST})
            reply = connection.getresponse()
            reply.read()
            (created if reply.status == http.client.CREATED else others)[client] += 1

    threads = [threading.Thread(target=run, args=(client,)) for client in range(CLIENTS)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    json.dump({"per_second": sum(created) / took, "others": sum(others)}, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), *json.load(sys.stdin))
