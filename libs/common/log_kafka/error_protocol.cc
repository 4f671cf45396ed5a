#include "paylog/log_kafka/error_protocol.h"

#include <string>

namespace paylog::log_kafka {

using base::Error;
using base::ErrorCode;

namespace {

ErrorCode CodeFor(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return ErrorCode::kNotFound;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
      return ErrorCode::kAlreadyExists;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return ErrorCode::kMessageTooLarge;
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR__NO_OFFSET:
      return ErrorCode::kOffsetOutOfRange;
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
      return ErrorCode::kCorrupt;
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PROTOCOL:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_INVALID_REQUEST:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
      return ErrorCode::kInvalidArgument;
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT:
      return ErrorCode::kTimedOut;
    default:
      return ErrorCode::kUnavailable;
  }
}

}  // namespace

Fault FaultOf(const rd_kafka_error_t* error) {
  return {.code = rd_kafka_error_code(error),
          .fatal = rd_kafka_error_is_fatal(error) != 0,
          .retriable = rd_kafka_error_is_retriable(error) != 0,
          .requires_abort = rd_kafka_error_txn_requires_abort(error) != 0};
}

Verdict Judge(Call call, const Fault& fault) {
  if (IsRefusal(fault.code)) {
    return Verdict::kFatal;
  }
  // librdkafka would have us abort after some fenced requests, and only then finds out that it is
  // dead.
  if (fault.fatal || IsFenced(fault.code) || IsForgotten(fault.code)) {
    return Verdict::kRecreate;
  }
  switch (call) {
    case Call::kBegin:
      // _CONFLICT, an earlier call that still has to be resumed, says that it is retriable; a loop
      // over Begin would never end.
      return Verdict::kRecreate;
    case Call::kSendOffsets:
      if (fault.requires_abort) {
        return Verdict::kAbortAndRewind;
      }
      return fault.retriable ? Verdict::kRetrySameCall : Verdict::kRecreate;
    case Call::kCommit:
      // By now everything was delivered, so an abort that librdkafka asks for answers a failed
      // EndTxn, of which nobody knows whether it took.
      if (fault.requires_abort) {
        return Verdict::kRecreate;
      }
      return fault.retriable ? Verdict::kRetrySameCall : Verdict::kRecreate;
    case Call::kInit:
    case Call::kAbort:
      return fault.retriable ? Verdict::kRetrySameCall : Verdict::kRecreate;
  }
  return Verdict::kRecreate;
}

bool IsRefusal(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
    case RD_KAFKA_RESP_ERR_SECURITY_DISABLED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
      return true;
    default:
      return false;
  }
}

bool IsFenced(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

bool IsForgotten(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING ||
         code == RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID;
}

bool IsGenerationOver(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
         code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
         code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID ||
         code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
}

Error ErrorOf(rd_kafka_resp_err_t code, std::string_view what, std::string_view reason) {
  const std::string_view why = reason.empty() ? rd_kafka_err2str(code) : reason;
  Error error{.code = IsRefusal(code) ? ErrorCode::kRefused : CodeFor(code),
              .context = std::string(what) + ": " + std::string(why) + " (" +
                         rd_kafka_err2name(code) + ')'};
  error.fatal = IsRefusal(code);
  error.retriable =
      !error.fatal && (error.code == ErrorCode::kTimedOut || error.code == ErrorCode::kUnavailable);
  return error;
}

}  // namespace paylog::log_kafka
