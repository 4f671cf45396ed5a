#include "paylog/base/murmur2.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace paylog::base {
namespace {

// tests/data/kafka_murmur2.csv: source,key,murmur2,partition_of_100. A key may hold commas, so the
// row is split from both ends. Some sources clear the sign bit; Kafka does, before the modulo.
TEST(Murmur2, AgreesWithKafkasClients) {
  std::ifstream file(std::string(PAYLOG_SOURCE_DIR) + "/tests/data/kafka_murmur2.csv");
  ASSERT_TRUE(file.is_open());
  int rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const std::size_t key_begin = line.find(',') + 1;
    const std::size_t last = line.rfind(',');
    const std::string partition = line.substr(last + 1);
    std::string hash;
    std::string key;
    if (!partition.empty() && line[last - 1] == ',') {
      key = line.substr(key_begin, last - 1 - key_begin);
      EXPECT_EQ(PartitionOf(key, 100).value(), std::stoi(partition)) << line;
    } else {
      const std::size_t end = partition.empty() ? last : line.size();
      const std::size_t begin = line.rfind(',', end - 1);
      hash = line.substr(begin + 1, end - begin - 1);
      key = line.substr(key_begin, begin - key_begin);
      EXPECT_EQ(Murmur2(key) & 0x7fffffff, std::stoul(hash) & 0x7fffffff) << line;
    }
    ++rows;
  }
  EXPECT_EQ(rows, 32);
}

}  // namespace
}  // namespace paylog::base
