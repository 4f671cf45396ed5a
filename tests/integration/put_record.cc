#include <iostream>
#include <iterator>
#include <string>

#include "paylog/base/clock.h"
#include "paylog/service/open_log.h"

// put_record ADDRESS TOPIC [HEADER=VALUE...]: standard input becomes a record without a key in
// partition 0, as a producer that is not ours might write it: `paylog submit` would refuse it.
int main(int argc, char** argv) {
  using paylog::log::Record;
  if (argc < 3) {
    return 2;
  }
  const paylog::base::SystemClock clock;
  auto opened =
      paylog::service::OpenExistingLog({.address = argv[1]}, clock, [](const std::string&) {});
  if (!opened) {
    std::cerr << opened.error().ToString() << '\n';
    return 3;
  }
  Record record{.key = std::nullopt,
                .value = std::string(std::istreambuf_iterator<char>(std::cin), {}),
                .headers = {},
                .timestamp = clock.Now()};
  for (int i = 3; i < argc; ++i) {
    const std::string text = argv[i];
    const std::size_t equals = text.find('=');
    record.headers.Add(text.substr(0, equals), text.substr(equals + 1));
  }
  const auto producer = opened->log->NewProducer();
  if (!producer || !(*producer)->Send({argv[2], paylog::base::PartitionId(0)}, record) ||
      !(*producer)->Flush()) {
    return 3;
  }
  return 0;
}
