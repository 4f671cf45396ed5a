"""An endpoint of webhooks for the kill test, and what its receiver must have been told when all is over."""

import collections
import json
import pathlib

import standard_webhooks
import webhook_receiver
from kafka_cluster import wait_until
from webhook_shop import secret_of

RESULTS, DELIVERIES = TOPICS = ("payments.results", "notifier.deliveries")
# A delivery whose second attempt fails, too, is tried again after five minutes.
TOLD_SECONDS = 420


def events(history):
    """Partition and event, of all deliveries."""
    for partition, records in enumerate(history[DELIVERIES]):
        for record in records:
            yield partition, json.loads(record.value)


class Endpoint:
    """A receiver, and the file that names it; it hears of some accounts only."""

    def __init__(self, directory, chance, accounts):
        self.accounts = set(accounts)
        self.secret = secret_of(chance)
        secret = pathlib.Path(directory, "endpoint.secret")
        secret.touch(mode=0o600)
        secret.write_text(self.secret)
        self.receiver = webhook_receiver.Receiver()
        self.file = pathlib.Path(directory, "endpoints.json")
        self.file.write_text(json.dumps([{"name": "shop", "url": self.receiver.url, "secret_file": secret.name,
                                          "allow_insecure": True, "accounts": sorted(self.accounts)}]))

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.receiver.close()

    def visible(self, result):
        """The result as this endpoint sees it; None: it does not hear of it."""
        balances = [balance for balance in result["balances"] if balance["account"] in self.accounts]
        concerns = result["account"] in self.accounts or balances
        return {**result, "balances": balances} if concerns and not result["duplicate"] else None

    def expected(self, results):
        """What is to be told, by the place of the result."""
        told = {}
        for partition, records in enumerate(results):
            for record in records:
                if (seen := self.visible(json.loads(record.value))) is not None:
                    told[(partition, record.offset)] = seen
        return told

    def wait_until_told(self, read):
        """Until all results have been told, and that is recorded; how many. `read` reads TOPICS anew."""
        count = len(self.expected(read()[RESULTS]))
        wait_until(lambda: len(set(self.receiver.ids())) >= count, TOLD_SECONDS, f"{count} webhooks")
        wait_until(lambda: sum(event.get("state") == "delivered" for _, event in events(read())) >= count, TOLD_SECONDS,
                   f"{count} webhooks are recorded as delivered")
        return count

    def check(self, history):
        """Complaints, after wait_until_told."""
        expected = self.expected(history[RESULTS])
        complaints = []
        payloads = {}
        for request in list(self.receiver.requests):
            try:
                request.verify(self.secret)
            except standard_webhooks.VerificationError as error:
                complaints.append(f"{request.id}: {error}")
            if payloads.setdefault(request.id, request.body) != request.body:
                complaints.append(f"{request.id} came with two bodies")
        scheduled, delivered = {}, collections.Counter()
        for partition, event in events(history):
            if event["type"] == "delivery_scheduled":
                place = (event["result"]["partition"], event["result"]["offset"])
                if place in scheduled or place[0] != partition:
                    complaints.append(f"{place} is scheduled twice, or in partition {partition}")
                scheduled[place] = event["id"]
            elif event.get("state") == "delivered":
                delivered[event["id"]] += 1
        if set(scheduled) != set(expected):
            complaints.append(f"scheduled and expected differ: {sorted(set(scheduled) ^ set(expected))[:5]}")
        for place, webhook in scheduled.items():
            body = payloads.get(webhook)
            if body is None or json.loads(body)["data"] != expected.get(place):
                complaints.append(f"{webhook} of {place}: received {body}, expected {expected.get(place)}")
        if set(payloads) != set(scheduled.values()):
            complaints.append("an id came that no record knows")
        more = {webhook: count for webhook, count in delivered.items() if count != 1}
        if more or set(delivered) != set(payloads):
            complaints.append(f"recorded as delivered: {more}, {len(delivered)} of {len(payloads)}")
        return complaints
