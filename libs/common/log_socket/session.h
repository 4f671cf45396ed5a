#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "paylog/log/cut.h"
#include "paylog/log/log.h"
#include "paylog/log_socket/messages.h"

namespace paylog::log_socket {

// The log as it stands between two commits, now.
using CutFunction = std::function<base::Result<log::LogCut>()>;

// Names of topics.
using TopicNames = std::set<std::string, std::less<>>;

// What one connection may do, without the connection: it answers requests, whatever bytes they are,
// and changes the log through a Producer only, and only the topics `writable`: records for another
// are kRefused. Used by one thread; what it is made with must outlive it.
class Session {
 public:
  Session(log::Log& log, const CutFunction& cut, const TopicNames& writable)
      : log_(log), cut_(cut), writable_(writable) {}

  struct Answer {
    std::string frame;
    bool last = false;  // The request was malformed: nothing that follows can be trusted.
  };
  Answer AnswerTo(std::string_view request);

 private:
  // Each gives the answer's frame.
  base::Result<std::string> Do(const ListTopics& request);
  base::Result<std::string> Do(const Poll& poll);
  base::Result<std::string> Do(const AskRange& ask);
  base::Result<std::string> Do(const AskCommitted& ask);
  base::Result<std::string> Do(Produce& produce);
  base::Result<std::string> Do(const Flush& request);
  base::Result<std::string> Do(const AskCut& request);
  base::Result<log::PolledRecords> PollOnce(const Poll& poll);
  base::Result<log::Reader*> ReaderOf(const log::TopicPartition& from, log::Isolation isolation);

  log::Log& log_;
  const CutFunction& cut_;
  const TopicNames& writable_;
  std::map<std::pair<log::TopicPartition, log::Isolation>, std::unique_ptr<log::Reader>> readers_;
  std::unique_ptr<log::Producer> producer_;
};

}  // namespace paylog::log_socket
