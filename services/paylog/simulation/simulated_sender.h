#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "paylog/notifier/core/sender.h"
#include "paylog/simulation/receivers.h"

namespace paylog::simulation {

// The HTTP of one partition of a notifier process, to simulated receivers.
class SimulatedSender final : public notifier::Sender {
 public:
  struct Owner {
    std::string process;  // One life of it.
    Moment started = 0;
    std::int32_t partition = 0;
    std::function<Moment()> assigned;     // When the group gave it the partition last.
    std::function<std::int64_t()> epoch;  // With which it owns the partition, as it believes.
    // Lets others work, as a call to the log does. False: the process was killed.
    std::function<bool()> interleave;
    std::function<bool()> dead;
  };

  // `receivers` must outlive the sender.
  SimulatedSender(Receivers& receivers, Owner owner);
  ~SimulatedSender() override;
  SimulatedSender(const SimulatedSender&) = delete;
  SimulatedSender& operator=(const SimulatedSender&) = delete;

  void Send(notifier::Attempt attempt, Done done) override;

 private:
  Receivers& receivers_;
  const Owner owner_;
};

}  // namespace paylog::simulation
