#include "paylog/test_support/with_header.h"

namespace paylog::test_support {

log::Headers WithHeader(const log::Headers& headers, std::string_view name,
                        std::optional<std::string_view> value) {
  log::Headers changed;
  for (const log::Header header : headers) {
    if (header.name != name) {
      changed.Add(header.name, header.value);
    } else if (value) {
      changed.Add(name, *value);
    }
  }
  return changed;
}

}  // namespace paylog::test_support
