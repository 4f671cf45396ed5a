#pragma once

#include <string_view>

#include <librdkafka/rdkafka.h>

#include "paylog/base/error.h"

// What an error of librdkafka means for us. Pure functions.
namespace paylog::log_kafka {

// The calls of a transaction whose errors are judged.
enum class Call { kInit, kBegin, kSendOffsets, kCommit, kAbort };

// What follows from an error: exactly one of these.
enum class Verdict {
  kRetrySameCall,   // The same call with the same arguments; nothing else is allowed.
  kAbortAndRewind,  // The transaction is lost, the writer is not.
  kRecreate,        // The writer is of no more use, and its last commit may be of unknown outcome.
  kFatal,           // Rights or versions that no repetition mends.
};

// An error of librdkafka as plain values.
struct Fault {
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  bool fatal = false;  // In librdkafka's sense: the instance is dead.
  bool retriable = false;
  bool requires_abort = false;
};
Fault FaultOf(const rd_kafka_error_t* error);

// An error that none of the flags describes means that nobody knows: kRecreate.
Verdict Judge(Call call, const Fault& fault);

// Credentials or rights were refused, or versions do not fit: repeating changes nothing.
bool IsRefusal(rd_kafka_resp_err_t code);
// A newer owner of the transactional id has raised the epoch.
bool IsFenced(rd_kafka_resp_err_t code);
// The broker no longer knows the transactional id or its producer: it has expired. librdkafka would
// get another one by itself, and nobody would compare the log with the state.
bool IsForgotten(rd_kafka_resp_err_t code);
// The group has gone on to another generation, or this member is no longer one.
bool IsGenerationOver(rd_kafka_resp_err_t code);

// The error of a call outside transactions, by its code: fatal for refusals, retriable for what
// time may cure. `what` says what was tried, `reason` what librdkafka says; its own text where
// empty.
base::Error ErrorOf(rd_kafka_resp_err_t code, std::string_view what, std::string_view reason = {});

}  // namespace paylog::log_kafka
