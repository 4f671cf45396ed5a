#!/usr/bin/env python3
"""The upstream producer of the tests on Kafka survives what librdkafka's does not. On librdkafka's mock brokers."""

import ctypes

import kafka_clients
import kafka_workload
import paylog_process as paylog
from kafka_cluster import confluent_kafka, skip

OUT_OF_ORDER_SEQUENCE_NUMBER = 45


def die(producer):
    """A fatal error, as of a broker's answer, that no callback has told of yet."""
    handle = ctypes.c_void_p.from_address(id(producer) + object.__basicsize__)
    library = ctypes.CDLL("librdkafka.so.1")
    library.rd_kafka_test_fatal_error.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p]
    assert library.rd_kafka_test_fatal_error(handle, OUT_OF_ORDER_SEQUENCE_NUMBER, b"a test") == 0


def a_producer_that_dies_between_two_commands_is_made_anew():
    upstream = kafka_clients.Upstream("", **{"test.mock.num.brokers": 1})
    commands = [kafka_workload.Command(b"alice", None, b"{%d}" % number, kafka_workload.ok()) for number in range(4)]
    upstream.send(commands[0])
    upstream.finish()
    upstream.send(commands[1])
    die(upstream.producer)
    upstream.send(commands[2])
    upstream.send(commands[3])
    upstream.finish()
    assert upstream.deaths == 1, upstream.deaths
    acknowledged = [command.value for _, _, command in upstream.acknowledged]
    assert acknowledged == [command.value for command in commands], acknowledged
    repeated = [command.expected.duplicate for _, _, command in upstream.acknowledged]
    assert repeated == [False, None, None, False], repeated


if __name__ == "__main__":
    if confluent_kafka is None:
        skip("python3-confluent-kafka is not installed")
    paylog.run_all([a_producer_that_dies_between_two_commands_is_made_anew])
