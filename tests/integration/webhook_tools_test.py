#!/usr/bin/env python3
"""The tests' own verifier agrees with Standard Webhooks' vectors, and the receiver behaves as told."""

import base64
import http.client
import json
import random
import tempfile
import time
import urllib.parse

import kafka_checker as checker
import kafka_webhooks
import paylog_process as paylog
import standard_webhooks
import webhook_receiver

VECTORS = json.loads((paylog.ROOT / "tests" / "data" / "standard_webhooks.json").read_text("utf-8"))
VECTOR = VECTORS["sign"][0]
SECRET, PAYLOAD, NOW = VECTOR["secret"], VECTOR["payload"].encode(), VECTOR["timestamp"]
WRONG = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="


def headers(**changed):
    """The vector's, in which None takes one out."""
    good = {"webhook-id": VECTOR["id"], "webhook-timestamp": str(NOW), "webhook-signature": VECTOR["signature"]}
    good.update({"webhook-" + name: value for name, value in changed.items()})
    return {name: value for name, value in good.items() if value is not None}


def signed_at(timestamp):
    return headers(timestamp=str(timestamp),
                   signature=standard_webhooks.sign(SECRET, VECTOR["id"], timestamp, PAYLOAD))


def verified(secret=SECRET, given=None, payload=PAYLOAD, now=NOW):
    try:
        return standard_webhooks.verify(secret, headers() if given is None else given, payload, now) == VECTOR["id"]
    except standard_webhooks.VerificationError:
        return False


def signs_as_the_vectors_say():
    for vector in VECTORS["sign"]:
        assert vector["signature"] == standard_webhooks.sign(
            vector["secret"], vector["id"], vector["timestamp"], vector["payload"].encode())


# What each of the file's rules means here; a list where it has several cases.
RULES = {
    "valid signature": lambda: [verified()],
    "webhook-id header missing": lambda: [verified(given=headers(id=None))],
    "webhook-timestamp missing": lambda: [verified(given=headers(timestamp=None))],
    "webhook-signature missing": lambda: [verified(given=headers(signature=None))],
    "signature " + WRONG: lambda: [verified(given=headers(signature=WRONG))],
    "signature 'v1,' only": lambda: [verified(given=headers(signature="v1,"))],
    "timestamp older than 5 min (now-300 s counted as too old by the Go test)":
        lambda: [verified(given=signed_at(NOW - age)) for age in (300, 301, 1_000_000)],
    "timestamp more than 5 min ahead": lambda: [verified(given=signed_at(NOW + 301))],
    "list: wrong v1, v2, right v1, wrong v1 separated by spaces":
        lambda: [verified(given=headers(signature=" ".join((WRONG, "v2," + VECTOR["signature"][3:],
                                                            VECTOR["signature"], WRONG))))],
    "secret with and without the whsec_ prefix":
        lambda: [verified(SECRET), verified(SECRET.removeprefix("whsec_"))],
    "secret '' or 'whsec_'": lambda: [verified(""), verified("whsec_")],
}


def verifies_as_the_rules_say():
    for rule, wanted in VECTORS["verify_rules"]:
        found = RULES[rule]()
        assert found == [wanted] * len(found), (rule, found)


def refuses_whatever_is_not_the_same():
    assert verified(given=signed_at(NOW - 299)) and verified(given=signed_at(NOW + 300))
    assert verified(given={name.upper(): value for name, value in headers().items()})
    assert not verified(payload=PAYLOAD + b" ")
    assert not verified(given=headers(id=VECTOR["id"] + "x"))
    assert not verified(given=headers(timestamp=str(NOW + 1)))
    assert not verified(given=headers(timestamp=f" {NOW}"))
    assert not verified(given=headers(timestamp="soon"))
    assert not verified(given=headers(signature="v2," + VECTOR["signature"][3:]))
    assert not verified(given=headers(signature=VECTOR["signature"][3:]))
    for key in (b"", b"k" * 23, b"k" * 65, b"k" * 32):
        assert not verified("whsec_" + base64.b64encode(key).decode())


def post(receiver, body=b"{}", timeout=10):
    place = urllib.parse.urlsplit(receiver.url)
    connection = http.client.HTTPConnection(place.netloc, timeout=timeout)
    try:
        connection.request("POST", place.path, body, headers())
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read(200_000)
    finally:
        connection.close()


def receiver_answers_as_told():
    with webhook_receiver.Receiver() as receiver:
        assert post(receiver, PAYLOAD)[0] == 200
        for behaviour, status, retry_after in (("500", 500, None), ("410", 410, None), ("429:7", 429, "7")):
            receiver.behave(behaviour)
            found = post(receiver)
            assert (found[0], found[1].get("retry-after")) == (status, retry_after), found
        receiver.behave(lambda request: "ok" if request.body == b"good" else "503")
        assert [post(receiver, body)[0] for body in (b"good", b"bad")] == [200, 503]
        requests = receiver.wait_for(6)
        assert requests[0].body == PAYLOAD and requests[0].path == "/hook"
        assert receiver.ids() == [VECTOR["id"]] * 6
        requests[0].time = NOW
        assert requests[0].verify(SECRET) == VECTOR["id"]


def receiver_misbehaves_as_told():
    with webhook_receiver.Receiver("endless") as receiver:
        assert len(post(receiver)[2]) == 200_000
        receiver.behave("half-close")
        assert post(receiver)[2] == b"half of"  # Of the 100 bytes that its head promises.
        receiver.behave("stalled")
        try:
            found = post(receiver, timeout=0.3)
            raise AssertionError(f"a response: {found}")
        except TimeoutError:
            pass
        assert len(receiver.requests) == 3


def a_history(endpoint):
    """Two results of which the endpoint hears and one that is another's, all told and recorded."""
    record = lambda offset, value: checker.Record(offset, b"", json.dumps(value).encode(), {})
    balances = [{"account": name, "posted": 1} for name in ("mine", "another's")]
    results = [{"account": account, "command_id": f"c-{n}", "duplicate": False, "balances": balances[:n]}
               for n, account in enumerate(("another's", "mine", "another's"))]
    deliveries = []
    for n in (1, 2):
        webhook, payload = f"msg_{n}", json.dumps({"data": endpoint.visible(results[n])}).encode()
        deliveries.append({"type": "delivery_scheduled", "id": webhook, "result": {"partition": 0, "offset": n}})
        deliveries.append({"type": "delivery_attempted", "id": webhook, "state": "delivered"})
        endpoint.receiver.requests.append(request(endpoint, webhook, payload))
    number = lambda values: [[record(offset, value) for offset, value in enumerate(values)]]
    return {kafka_webhooks.RESULTS: number(results), kafka_webhooks.DELIVERIES: number(deliveries)}


def request(endpoint, webhook, payload):
    now = int(time.time())
    return webhook_receiver.Request("/hook", {
        "webhook-id": webhook, "webhook-timestamp": str(now),
        "webhook-signature": standard_webhooks.sign(endpoint.secret, webhook, now, payload)}, payload)


def the_judge_of_the_kill_test_has_teeth():
    def again(endpoint, _):
        endpoint.receiver.requests.append(endpoint.receiver.requests[0])

    def lost(endpoint, _):
        endpoint.receiver.requests.pop()

    def forged(endpoint, _):
        endpoint.receiver.requests[0].headers["webhook-signature"] = WRONG

    def another_body(endpoint, _):
        endpoint.receiver.requests.append(request(endpoint, "msg_1", b"{}"))

    def another_id(endpoint, _):
        endpoint.receiver.requests.append(request(endpoint, "msg_9", endpoint.receiver.requests[0].body))

    def a_foreign_balance(endpoint, history):
        whole = {"data": json.loads(history[kafka_webhooks.RESULTS][0][2].value)}
        endpoint.receiver.requests[1] = request(endpoint, "msg_2", json.dumps(whole).encode())

    def not_recorded(_, history):
        history[kafka_webhooks.DELIVERIES][0].pop()

    def recorded_twice(_, history):
        history[kafka_webhooks.DELIVERIES][0].append(history[kafka_webhooks.DELIVERIES][0][1])

    def scheduled_twice(_, history):
        history[kafka_webhooks.DELIVERIES][0].append(history[kafka_webhooks.DELIVERIES][0][0])

    def one_result_more(_, history):
        history[kafka_webhooks.RESULTS][0].append(history[kafka_webhooks.RESULTS][0][1]._replace(offset=3))

    for damage in (None, again, lost, forged, another_body, another_id, a_foreign_balance, not_recorded, recorded_twice,
                   scheduled_twice, one_result_more):
        with tempfile.TemporaryDirectory() as directory, kafka_webhooks.Endpoint(
                directory, random.Random(7), ["mine"]) as endpoint:
            history = a_history(endpoint)
            if damage:
                damage(endpoint, history)
            complaints = endpoint.check(history)
            assert bool(complaints) == (damage not in (None, again)), (damage, complaints)


if __name__ == "__main__":
    paylog.run_all([signs_as_the_vectors_say, verifies_as_the_rules_say, refuses_whatever_is_not_the_same,
                    receiver_answers_as_told, receiver_misbehaves_as_told,
                    the_judge_of_the_kill_test_has_teeth])
