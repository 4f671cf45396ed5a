#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "paylog/base/hash.h"
#include "paylog/base/strong_type.h"

namespace paylog::audit {

// What one source published to one partition, in the order in which it lies there. A source
// publishes in the order in which it works, so what it must have published is nearly always the
// next of these: nothing is looked up, and memory is read as it lies. Where the order is another,
// a record is found by its id all the same. Memory: 56 bytes a record, and 40 more once ids are
// looked up.
class PublishedRecords {
 public:
  struct Record {
    base::Hash256 digest;  // Over all that is compared, the id too.
    base::Offset offset;
    std::uint64_t id_hash = 0;
    bool accounted_for = false;
  };

  // Returns the offset of the same record, where it has been added before.
  std::optional<base::Offset> Add(std::string_view id, base::Offset offset,
                                  const base::Hash256& digest);

  // The record with this digest, which is accounted for now. Failing that, one of this id that says
  // something else; failing that, nullptr. Valid until the next Add.
  const Record* Take(std::string_view id, const base::Hash256& digest);

  [[nodiscard]] bool Contains(std::string_view id);

  // The first that nobody took; nullptr where there is none.
  [[nodiscard]] const Record* FirstLeft() const;

 private:
  Record* Find(std::string_view id, const base::Hash256& digest);
  void BuildIndex();

  std::vector<Record> records_;
  std::size_t next_ = 0;  // All before it are accounted for.
  // While ids only grow, none can have come before.
  std::string last_id_;
  // By the hash of an id: places in `records_`. Made once it is needed.
  std::optional<std::unordered_multimap<std::uint64_t, std::size_t>> index_;
};

}  // namespace paylog::audit
