#include "paylog/notifier/sink/http_sender.h"

#include <csignal>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "paylog/base/check.h"
#include "paylog/notifier/sink/attempt_queue.h"
#include "paylog/notifier/sink/http_transfer.h"

namespace paylog::notifier {
namespace {

using base::Error;
using base::ErrorCode;
using std::chrono::steady_clock;

// How often the waiting attempts are looked at for one that has waited for too long.
constexpr int kPollMilliseconds = 1'000;

AttemptOutcome NotSent(const std::string& why) {
  return {.status = 0, .error = "not sent: " + why, .retry_after = std::nullopt};
}

// libcurl is told to leave signals alone (CURLOPT_NOSIGNAL), so a receiver that closes while TLS
// writes would end the process by SIGPIPE; and the program's signals are for its other threads.
void BlockSignals() {
  sigset_t all;
  CHECK(sigfillset(&all) == 0 && pthread_sigmask(SIG_BLOCK, &all, nullptr) == 0);
}

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

base::Result<void> CheckOptions(const HttpSenderOptions& options) {
  if (options.connect_timeout.count() < 1 || options.total_timeout.count() < 1 ||
      options.connections_max < 1 || options.connections_per_endpoint_max < 1 ||
      options.head_bytes_max < 1) {
    return Error{.code = ErrorCode::kInvalidArgument,
                 .context = "time-outs and limits of webhooks must be above 0"};
  }
  if (!options.ca_file.empty() && !std::ifstream(options.ca_file).good()) {
    return Error{.code = ErrorCode::kInvalidArgument,
                 .context = options.ca_file + ": the file of trusted certificates cannot be read"};
  }
  return {};
}

base::Result<void> CheckCurl() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return Error{.code = ErrorCode::kUnavailable, .context = "libcurl does not start"};
  }
  const curl_version_info_data* const version = curl_version_info(CURLVERSION_NOW);
  if ((version->features & CURL_VERSION_ASYNCHDNS) == 0 ||
      (version->features & CURL_VERSION_SSL) == 0) {
    return Error{.code = ErrorCode::kUnavailable,
                 .context = "this libcurl lacks TLS, or resolves no names in the background"};
  }
  return {};
}

}  // namespace

// The thread, and what only it touches.
class HttpSender::Loop {
 public:
  explicit Loop(HttpSenderOptions options);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void Send(Attempt attempt, Done done);

 private:
  void Run();
  // Moves what was sent to the queue; false: it is time to end.
  bool TakeSent();
  void Begin(QueuedAttempt attempt);
  void GiveUpExpired();
  // Whether there was one.
  bool FinishEnded();
  // Calls Done.
  void Finish(std::unique_ptr<HttpTransfer> transfer, AttemptOutcome outcome);
  std::unique_ptr<HttpTransfer> Remove(CURL* handle);
  void CutOff();

  const HttpSenderOptions options_;
  const std::unique_ptr<CURLM, FreeMulti> multi_;
  AttemptQueue queue_;
  std::map<CURL*, std::unique_ptr<HttpTransfer>> transfers_;

  std::mutex mutex_;
  std::vector<QueuedAttempt> sent_;  // Guarded by mutex_.
  bool stop_ = false;                // Guarded by mutex_.

  std::jthread thread_;  // Last: it uses the others.
};

HttpSender::Loop::Loop(HttpSenderOptions options)
    : options_(std::move(options)),
      multi_(curl_multi_init()),
      queue_({.under_way_max = options_.connections_max,
              .under_way_per_endpoint_max = options_.connections_per_endpoint_max}) {
  CHECK(multi_ != nullptr);
  // Idle connections go before a new one is made, so that no more are ever open.
  const auto connections = static_cast<long>(options_.connections_max);
  CHECK(curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, connections) == CURLM_OK);
  CHECK(curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, connections) == CURLM_OK);
  thread_ = std::jthread([this] { Run(); });
}

HttpSender::Loop::~Loop() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  CHECK(curl_multi_wakeup(multi_.get()) == CURLM_OK);
  thread_.join();
}

void HttpSender::Loop::Send(Attempt attempt, Done done) {
  {
    const std::scoped_lock lock(mutex_);
    sent_.push_back({.attempt = std::move(attempt), .done = std::move(done)});
  }
  CHECK(curl_multi_wakeup(multi_.get()) == CURLM_OK);
}

void HttpSender::Loop::Run() {
  BlockSignals();
  while (TakeSent()) {
    GiveUpExpired();
    while (auto attempt = queue_.Next()) {
      Begin(*std::move(attempt));
    }
    int running = 0;
    CHECK(curl_multi_perform(multi_.get(), &running) == CURLM_OK);
    // What has ended makes room for what waits.
    if (!FinishEnded()) {
      CHECK(curl_multi_poll(multi_.get(), nullptr, 0, kPollMilliseconds, nullptr) == CURLM_OK);
    }
  }
  CutOff();
}

bool HttpSender::Loop::TakeSent() {
  std::vector<QueuedAttempt> sent;
  {
    const std::scoped_lock lock(mutex_);
    sent.swap(sent_);
    if (stop_) {
      sent_.swap(sent);
      return false;
    }
  }
  const auto give_up = steady_clock::now() + options_.total_timeout;
  for (QueuedAttempt& attempt : sent) {
    queue_.Push(std::move(attempt), give_up);
  }
  return true;
}

void HttpSender::Loop::Begin(QueuedAttempt attempt) {
  auto transfer = std::make_unique<HttpTransfer>(std::move(attempt), options_);
  CURL* const handle = transfer->handle();
  CHECK(curl_multi_add_handle(multi_.get(), handle) == CURLM_OK);
  transfers_.emplace(handle, std::move(transfer));
}

void HttpSender::Loop::GiveUpExpired() {
  for (QueuedAttempt& attempt : queue_.TakeExpired(steady_clock::now())) {
    attempt.done(NotSent("others to the same endpoint were under way for too long"));
  }
}

bool HttpSender::Loop::FinishEnded() {
  bool any = false;
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
    CHECK(message->msg == CURLMSG_DONE);
    // The message is gone with the handle.
    CURL* const handle = message->easy_handle;
    AttemptOutcome outcome = HttpTransfer::Of(handle)->OutcomeOf(message->data.result);
    Finish(Remove(handle), std::move(outcome));
    any = true;
  }
  return any;
}

std::unique_ptr<HttpTransfer> HttpSender::Loop::Remove(CURL* handle) {
  CHECK(curl_multi_remove_handle(multi_.get(), handle) == CURLM_OK);
  auto node = transfers_.extract(handle);
  CHECK(!node.empty());
  return std::move(node.mapped());
}

void HttpSender::Loop::Finish(std::unique_ptr<HttpTransfer> transfer, AttemptOutcome outcome) {
  queue_.Ended(transfer->endpoint_name());
  transfer->Finish(std::move(outcome));
}

void HttpSender::Loop::CutOff() {
  while (!transfers_.empty()) {
    Finish(Remove(transfers_.begin()->first),
           {.status = 0, .error = "cut off: the sender stops", .retry_after = {}});
  }
  for (QueuedAttempt& attempt : queue_.TakeAll()) {
    attempt.done(NotSent("the sender stops"));
  }
  const std::scoped_lock lock(mutex_);
  for (QueuedAttempt& attempt : sent_) {
    attempt.done(NotSent("the sender stops"));
  }
  sent_.clear();
}

HttpSender::HttpSender(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
HttpSender::~HttpSender() = default;

base::Result<std::unique_ptr<HttpSender>> HttpSender::Start(const HttpSenderOptions& options) {
  PAYLOG_TRY(CheckOptions(options));
  PAYLOG_TRY(CheckCurl());
  return std::unique_ptr<HttpSender>(new HttpSender(std::make_unique<Loop>(options)));
}

void HttpSender::Send(Attempt attempt, Done done) {
  loop_->Send(std::move(attempt), std::move(done));
}

}  // namespace paylog::notifier
