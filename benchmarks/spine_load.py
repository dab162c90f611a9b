"""The callers of the spine's benchmark: a process of its own that posts and reads by Open311.

    python -m benchmarks.spine_load PLAN.json

The plan says port, key, places, services, how many requests of which kind and how many callers;
the answer on standard output is JSON: for each request its seconds and its status. Each caller
waits for its answer before it sends again, over one connection, as a city's portal does.
"""

import http.client
import json
import random
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

MATTERS = (
    "楼下垃圾桶好几天没有清运，天气热了味道很大，请尽快安排清走，谢谢。",
    "昨晚开始停水，到现在还没有恢复，家里有老人和孩子，请问什么时候能来水？",
    "小区东门口的路灯坏了三盏，晚上回家看不清路，前天有人摔了一跤。",
    "工地夜里十一点以后还在施工，噪音很大，影响孩子第二天上学，希望管一管。",
    "电动车停在楼道里充电，消防通道也堵了，物业说了几次没有用，很不安全。",
    "人行道的地砖松了好多块，下雨天一踩一身水，推婴儿车也过不去。",
)


def forms(plan: dict[str, Any], count: int, seed: int) -> list[str]:
    """Bodies to post: places by id, by point and by address in turn; two of three with contact."""
    chance = random.Random(seed)
    places, services = plan["places"], plan["services"]
    bodies = []
    for number in range(count):
        place = chance.choice(places)
        fields = {
            "api_key": plan["key"],
            "service_code": chance.choice(services),
            "description": f"{place['name']}{chance.choice(MATTERS)}编号{seed}-{number}。",
        }
        if number % 3 == 0:
            fields["address_id"] = str(place["id"])
        elif number % 3 == 1:
            fields |= {"lat": str(place["latitude"]), "long": str(place["longitude"])}
        else:
            fields["address_string"] = place["full_name"]
        if chance.random() < 0.67:
            fields |= {"last_name": "王", "phone": f"139{chance.randrange(10**8):08d}"}
        bodies.append(urlencode(fields))
    return bodies


class Caller(threading.Thread):
    """One caller: its requests in order, over one connection."""

    def __init__(self, port: int, method: str, path: str, bodies: list[str]) -> None:
        super().__init__()
        self.port, self.method, self.path, self.bodies = port, method, path, bodies
        self.took: list[tuple[float, int]] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        for body in self.bodies:
            began = time.perf_counter()
            try:
                if self.method == "POST":
                    connection.request("POST", self.path, body, headers)
                else:
                    connection.request("GET", self.path)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()
                status = 0
            self.took.append((time.perf_counter() - began, status))
        connection.close()


def run(plan: dict[str, Any]) -> dict[str, Any]:
    """Send everything; times and statuses, and how long all of it took."""
    callers = []
    for number in range(plan["callers"]):
        share = plan["count"] // plan["callers"]
        if plan["method"] == "POST":
            bodies = forms(plan, share, plan["seed"] + number)
        else:
            bodies = [""] * share
        callers.append(Caller(plan["port"], plan["method"], plan["path"], bodies))
    began = time.perf_counter()
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    took = [each for caller in callers for each in caller.took]
    return {"seconds": time.perf_counter() - began, "requests": took}


if __name__ == "__main__":
    print(json.dumps(run(json.loads(Path(sys.argv[1]).read_text()))))
