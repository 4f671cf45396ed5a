#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What is fuzzed. A target takes any bytes, and ends the process (CHECK, a sanitizer) where a
// promise is broken. The fuzzers call it with what libFuzzer makes up, regressions_test with all
// seeds and all inputs that once broke something. Used by one thread at a time.
namespace paylog::fuzz {

using Bytes = std::span<const std::uint8_t>;

// Commands from outside, through codec and validator.
void FuzzOneCommand(Bytes input);
// Records of our own formats: journal, messages, inbox, results, balances, ids, settings.
void FuzzOneRecords(Bytes input);
// Our JSON reading against a grammar of its own and nlohmann's parser.
void FuzzOneJson(Bytes input);
// The formats within a snapshot file, each by itself. The first byte says which.
void FuzzOneSnapshotFormats(Bytes input);
// A snapshot file, damaged. The input is patches.h's.
void FuzzOneSnapshotFile(Bytes input);
// A snapshot file whose parts are changed, with checksums that fit. The input is patches.h's.
void FuzzOneSnapshotForged(Bytes input);
// The formats within the embedded log's files, each by itself. The first byte says which.
void FuzzOneLogFormats(Bytes input);
// The embedded log's files, damaged. The input is patches.h's.
void FuzzOneLogFiles(Bytes input);
// The embedded log with changed rows, with checksums that fit. The input is patches.h's.
void FuzzOneLogForged(Bytes input);
// What an operator writes: command line, log address, librdkafka's properties. Lines of text.
void FuzzOneConfiguration(Bytes input);
// Lines of input, from a file and from a pipe.
void FuzzOneLines(Bytes input);
// What an operator writes for webhooks: the endpoint file, URLs, secrets.
void FuzzOneEndpoints(Bytes input);
// What a receiver of webhooks answers, over a real connection.
void FuzzOneWebhookReply(Bytes input);
// What a client of the owner's socket asks, over a real log.
void FuzzOneSocket(Bytes input);

// Seeds that are no golden examples, for the targets that need some of their own.
std::vector<std::string> RecordsSeeds();
std::vector<std::string> SnapshotFormatsSeeds();
std::vector<std::string> LogFormatsSeeds();
std::vector<std::string> PatchesSeeds();
std::vector<std::string> EndpointsSeeds();
std::vector<std::string> WebhookReplySeeds();
std::vector<std::string> SocketSeeds();

struct Target {
  std::string_view name;  // Of the fuzzer and its directories: "log_files".
  void (*run)(Bytes input);
  // Where an input that is worth keeping begins; nullptr: the golden examples suffice.
  std::vector<std::string> (*seeds)();
};
std::span<const Target> Targets();

inline std::string_view TextOf(Bytes input) {
  return {reinterpret_cast<const char*>(input.data()), input.size()};
}
inline Bytes BytesOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace paylog::fuzz
