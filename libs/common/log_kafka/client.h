#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "paylog/base/result.h"
#include "paylog/log_kafka/configuration.h"
#include "paylog/log_kafka/handles.h"

namespace paylog::log_kafka {

// What clients say by the way: lost brokers, refused credentials. Remembers the last for the error
// of a call that then times out, and passes each on once in a while. Thread-safe.
class Troubles {
 public:
  explicit Troubles(std::function<void(const std::string&)> warn) : warn_(std::move(warn)) {}

  void Note(rd_kafka_resp_err_t code, const std::string& text);
  // The last refusal of credentials, or else the last trouble at all; empty without any.
  [[nodiscard]] std::string last() const;
  [[nodiscard]] bool refused() const;

 private:
  const std::function<void(const std::string&)> warn_;
  mutable std::mutex mutex_;
  std::string last_;
  bool refused_ = false;
  std::map<std::string, std::chrono::steady_clock::time_point> warned_;  // By text without digits.
};

// One librdkafka instance and what its callbacks write to. Moves freely; as thread-safe as the
// instance.
class ClientInstance {
 public:
  ClientInstance(ClientInstance&&) = default;
  // The old client ends before the state that its threads use.
  ClientInstance& operator=(ClientInstance&& other) noexcept {
    client_ = std::move(other.client_);
    state_ = std::move(other.state_);
    return *this;
  }
  ~ClientInstance() = default;

  // A request of the transaction protocol, or a produce request, met a time-out or a broken
  // connection. Such a request may have been taken, and a late copy of it may be on its way.
  [[nodiscard]] bool tainted() const { return state_->tainted; }
  void ClearTaint() { state_->tainted = false; }

  // The first message since ClearDelivery that was not delivered. Written by the thread that polls
  // or flushes.
  [[nodiscard]] rd_kafka_resp_err_t delivery_error() const { return state_->delivery_error; }
  void ClearDelivery() { state_->delivery_error = RD_KAFKA_RESP_ERR_NO_ERROR; }

  [[nodiscard]] rd_kafka_t* get() const { return client_.get(); }

  // Learns of all topics at once. Without, librdkafka asks for a topic it meets a second later.
  // Those who call it at the same time share one request: librdkafka 2.0.2 may leave a partition
  // with the wrong broker where two answers, an old and a new one, come at once.
  void LearnTopics(std::chrono::milliseconds patience);

  static base::Result<ClientInstance> New(const Options& options, ClientKind kind,
                                          const std::string& name, Troubles& troubles);

 private:
  struct State {
    Troubles& troubles;
    const bool closes_idle_connections;
    std::atomic<bool> tainted{false};
    rd_kafka_resp_err_t delivery_error = RD_KAFKA_RESP_ERR_NO_ERROR;
    std::mutex learning;
    std::chrono::steady_clock::time_point looked_at;  // Guarded by `learning`.
  };
  struct Callbacks;

  ClientInstance(std::unique_ptr<State> state, Client client)
      : state_(std::move(state)), client_(std::move(client)) {}

  std::unique_ptr<State> state_;
  Client client_;  // Last: its threads use the state.
};

}  // namespace paylog::log_kafka
