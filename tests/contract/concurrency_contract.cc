#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "log_contract.h"

namespace paylog::contract {
namespace {

constexpr int kWriters = 6;
constexpr int kTransactions = 40;

std::string Label(int writer, int transaction) {
  return std::to_string(writer) + ':' + std::to_string(transaction);
}

// Goal: what many threads write to the same partitions is all there, in each writer's order, once.
// Method: each transaction writes its label to both partitions, while readers follow the tail.
TEST_P(ConcurrencyContract, ManyWritersLoseNothing) {
  const std::string topic = MakeTopic("many", 2);
  std::vector<std::thread> threads;
  std::vector<std::vector<std::string>> followed(2);
  for (int p = 0; p < 2; ++p) {
    threads.emplace_back([&, p] {
      followed[static_cast<std::size_t>(p)] =
          ValuesOf(ReadCount(At(topic, p), static_cast<std::size_t>(kWriters) * kTransactions));
    });
  }
  for (int w = 0; w < kWriters; ++w) {
    threads.emplace_back([&, w] {
      const auto writer = NewWriter("w" + std::to_string(w));
      for (int t = 0; t < kTransactions; ++t) {
        Must(writer->Begin());
        Must(writer->Append(At(topic, 0), ValueRecord(Label(w, t))));
        Must(writer->Append(At(topic, 1), ValueRecord(Label(w, t))));
        Must(writer->CommitOffset(log::GroupMetadata::Standalone(Name("g" + std::to_string(w))),
                                  At(topic), base::Offset(t + 1)));
        Must(writer->Commit());
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const std::vector<std::string>& values : followed) {
    ASSERT_EQ(values.size(), static_cast<std::size_t>(kWriters) * kTransactions);
    std::map<int, int> next;
    for (const std::string& value : values) {
      const int writer = std::stoi(value);
      EXPECT_EQ(value, Label(writer, next[writer]++));
    }
  }
  for (int w = 0; w < kWriters; ++w) {
    ExpectCommitted("g" + std::to_string(w), At(topic), base::Offset(kTransactions));
  }
}

// Goal: readers of several partitions, each on a thread of its own, do not meet, whatever they
// share. Method: each reads its partition again and again, from its begin and from its middle.
TEST_P(ConcurrencyContract, ReadersOfOthersDoNotDisturb) {
  constexpr int kPartitions = 4;
  constexpr int kRounds = 10;
  constexpr std::size_t kRecords = 100;
  const std::string topic = MakeTopic("apart", kPartitions);
  std::vector<std::thread> threads;
  for (int p = 0; p < kPartitions; ++p) {
    std::vector<log::Record> records;
    for (std::size_t i = 0; i < kRecords; ++i) {
      records.push_back(ValueRecord(Label(p, static_cast<int>(i))));
    }
    Produce(At(topic, p), records);
  }
  for (int p = 0; p < kPartitions; ++p) {
    threads.emplace_back([&, p] {
      const std::vector<log::StoredRecord> all = ReadCount(At(topic, p), kRecords);
      ASSERT_EQ(all.size(), kRecords);
      auto reader = Must(log().NewReader(At(topic, p), log::Isolation::kReadCommitted));
      for (int round = 0; round < kRounds; ++round) {
        const std::size_t from = round % 2 == 0 ? 0 : kRecords / 2;
        Must(reader->Seek(all[from].offset));
        for (std::size_t i = from; i < kRecords;) {
          const log::PolledRecords polled = Must(reader->Poll({.wait = kPatience}));
          ASSERT_FALSE(polled.records.empty());
          for (const log::StoredRecord& record : polled.records) {
            ASSERT_EQ(record, all[i]);
            EXPECT_EQ(record.value, Label(p, static_cast<int>(i)));
            ++i;
          }
        }
        if (round % 3 == 0) {
          reader = Must(log().NewReader(At(topic, p), log::Isolation::kReadCommitted));
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

// Goal: a record that a reader has seen implies the rest of its transaction.
TEST_P(ConcurrencyContract, AReaderNeverSeesHalfATransaction) {
  const std::string topic = MakeTopic("halves", 2);
  std::thread writing([&] {
    const auto writer = NewWriter("w");
    for (int t = 0; t < kTransactions; ++t) {
      Must(writer->Begin());
      Must(writer->Append(At(topic, t % 2), ValueRecord(std::to_string(t))));
      Must(writer->Append(At(topic, 1 - t % 2), ValueRecord(std::to_string(t))));
      Must(writer->CommitOffset(log::GroupMetadata::Standalone(Name("g")), At(topic),
                                base::Offset(t + 1)));
      Must(writer->Commit());
    }
  });
  const auto reader = Must(log().NewReader(At(topic, 0), log::Isolation::kReadCommitted));
  const auto begun = std::chrono::steady_clock::now();
  int seen = 0;
  while (seen < kTransactions && std::chrono::steady_clock::now() - begun < kPatience) {
    for (const log::StoredRecord& record : Must(reader->Poll({.wait = kPatience})).records) {
      EXPECT_EQ(record.value, std::to_string(seen++));
    }
    // The stable offset is at least that of every transaction seen.
    EXPECT_GE(Must(log().CommittedOffset(Name("g"), At(topic))), base::Offset(seen));
    EXPECT_GE(ReadCount(At(topic, 1), static_cast<std::size_t>(seen)).size(),
              static_cast<std::size_t>(seen));
  }
  writing.join();
  EXPECT_EQ(seen, kTransactions);
}

// What owners of one id were told of their transactions.
struct Claims {
  std::mutex mutex;
  std::set<std::string> committed;
  std::set<std::string> unknown;
};

// An owner's three transactions, each of one record, until somebody else fences it. Kafka's
// coordinator answers a commit that meets the next owner's fence half-way with an
// UNKNOWN_SERVER_ERROR ("already a pending state PREPARE_EPOCH_FENCE"), which proves nothing.
void OwnUntilFenced(log::TransactionalWriter& writer, const log::TopicPartition& to,
                    const std::string& owner, Claims& claims) {
  for (int t = 0; t < 3; ++t) {
    const std::string value = owner + ':' + std::to_string(t);
    Must(writer.Begin());
    base::Result<void> done = writer.Append(to, ValueRecord(value));
    done = done ? writer.Commit() : done;
    const std::scoped_lock lock(claims.mutex);
    if (done) {
      claims.committed.insert(value);
      continue;
    }
    if (done.error().code == base::ErrorCode::kUnknownOutcome) {
      claims.unknown.insert(value);
    } else {
      EXPECT_EQ(done.error().code, base::ErrorCode::kFenced) << done.error().ToString();
    }
    return;
  }
}

// Goal: whatever the moment, only one owner of an id commits after the last Init: what an owner was
// told is committed is there once, and of what it was told is not, nothing.
TEST_P(ConcurrencyContract, OwnersOfOneIdFenceEachOther) {
  const log::TopicPartition to = At(MakeTopic("owners"));
  Claims claims;
  std::vector<std::thread> threads;
  for (int w = 0; w < 4; ++w) {
    threads.emplace_back([&, w] {
      for (int round = 0; round < 5; ++round) {
        OwnUntilFenced(*NewWriter("contested"), to, Label(w, round), claims);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_FALSE(claims.committed.empty());
  EXPECT_TRUE(claims.unknown.empty() || GetParam().fence_may_be_unclear);
  for (const std::string& value : ValuesOf(ReadToTheEnd(to))) {
    EXPECT_EQ(claims.committed.erase(value) + claims.unknown.erase(value), 1U) << value;
  }
  EXPECT_TRUE(claims.committed.empty()) << *claims.committed.begin();
}

// Goal: an owner that reads the log after its Init, as a take-over does, writes what comes next or
// nothing, whoever takes over beside it. Method: each owner counts on from what it read.
TEST_P(ConcurrencyContract, WhatAnOwnerReadAfterItsInitHoldsWhileItCommits) {
  const log::TopicPartition to = At(MakeTopic("counted"));
  std::vector<std::thread> threads;
  for (int w = 0; w < 4; ++w) {
    threads.emplace_back([&] {
      for (int round = 0; round < 8; ++round) {
        const auto writer = NewWriter("contested");
        std::size_t next = ReadToTheEnd(to).size();
        for (int t = 0; t < 4; ++t, ++next) {
          Must(writer->Begin());
          base::Result<void> done = writer->Append(to, ValueRecord(std::to_string(next)));
          done = done ? writer->Commit() : done;
          if (!done) {
            break;  // Whatever it was: the next round reads what came of it.
          }
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const std::vector<std::string> values = ValuesOf(ReadToTheEnd(to));
  EXPECT_GE(values.size(), 4U);
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(values[i], std::to_string(i));
  }
}

}  // namespace
}  // namespace paylog::contract
