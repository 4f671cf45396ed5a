#include "paylog/simulation/simulated_sender.h"

#include <utility>

#include "paylog/notifier/sink/webhook_signature.h"

namespace paylog::simulation {

SimulatedSender::SimulatedSender(Receivers& receivers, Owner owner)
    : receivers_(receivers), owner_(std::move(owner)) {}

SimulatedSender::~SimulatedSender() {
  receivers_.HangUp(this, /*told=*/!owner_.dead());
}

void SimulatedSender::Send(notifier::Attempt attempt, Done done) {
  notifier::WebhookHeaders headers =
      notifier::SignWebhook(attempt.endpoint->secrets, attempt.id, attempt.time, attempt.payload);
  WebhookAttempt seen{.process = owner_.process,
                      .started = owner_.started,
                      .partition = owner_.partition,
                      .assigned = owner_.assigned(),
                      .epoch = owner_.epoch(),
                      .endpoint = attempt.endpoint->name,
                      .id = std::move(headers.id),
                      .payload = std::move(attempt.payload),
                      .timestamp = std::move(headers.timestamp),
                      .signature = std::move(headers.signature),
                      .time = attempt.time.value(),
                      .begun = receivers_.NextMoment(),
                      .answer = std::nullopt};
  if (owner_.interleave()) {
    receivers_.Take(this, std::move(seen), std::move(done));
  }
}

}  // namespace paylog::simulation
