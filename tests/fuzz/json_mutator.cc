#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "paylog/tests/fuzz/json_grammar.h"

// Changes one value of a JSON text and leaves the rest JSON, written without white space as our own
// formats are. Changing bytes alone hardly ever gets behind the parser twice.
namespace {

using Json = nlohmann::ordered_json;
using Random = std::minstd_rand;

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kGrowthMax = 16;

void Collect(Json& node, std::vector<Json*>& nodes) {
  nodes.push_back(&node);
  if (node.is_structured()) {
    for (Json& child : node) {
      Collect(child, nodes);
    }
  }
}

std::size_t Below(Random& random, std::size_t end) {
  return random() % end;
}

std::int64_t SomeInteger(std::int64_t now, Random& random) {
  constexpr std::int64_t kSome[] = {0,         1,         -1,         2,
                                    INT32_MAX, INT64_MAX, INT64_MIN,  9'007'199'254'740'991,
                                    1'000,     1'001,     INT32_MIN,  9'007'199'254'740'992,
                                    125,       -125,      1LL << 40U, 4};
  const auto unsigned_now = static_cast<std::uint64_t>(now);
  switch (Below(random, 4)) {
    case 0:
      return static_cast<std::int64_t>(unsigned_now + 1);
    case 1:
      return static_cast<std::int64_t>(unsigned_now - 1);
    default:
      return kSome[Below(random, std::size(kSome))];
  }
}

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

std::string Mutated(std::string text) {
  const std::size_t size = text.size();
  text.resize(size + kGrowthMax);
  text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, text.size()));
  return text;
}

void ChangeObject(Json& object, const Json& other, Random& random) {
  const auto member = std::next(object.begin(), static_cast<int>(Below(random, object.size())));
  switch (Below(random, 3)) {
    case 0:
      object.erase(member);
      break;
    case 1:
      object[Mutated(member.key())] = other;
      break;
    default:
      member.value() = other;
      break;
  }
}

void Change(Json& root, Random& random) {
  std::vector<Json*> nodes;
  Collect(root, nodes);
  Json& node = *nodes[Below(random, nodes.size())];
  const Json other = *nodes[Below(random, nodes.size())];
  if (Below(random, 8) == 0) {
    node = other;
  } else if (node.is_object() && !node.empty()) {
    ChangeObject(node, other, random);
  } else if (node.is_array() && !node.empty() && Below(random, 2) == 0) {
    node.erase(Below(random, node.size()));
  } else if (node.is_array()) {
    node.push_back(other);
  } else if (node.is_number_integer()) {
    node = SomeInteger(node.get<std::int64_t>(), random);
  } else if (node.is_string()) {
    node = Mutated(node.get<std::string>());
  } else if (node.is_boolean()) {
    node = !node.get<bool>();
  } else {
    node = "";
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  Random random(seed);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto shape = paylog::fuzz::ShapeOf(text);
  if (Below(random, 2) == 0 && shape.is_json && shape.depth <= kDepthMax) {
    Json root = Json::parse(text, nullptr, false);
    if (!root.is_discarded()) {
      Change(root, random);
      const std::string changed = root.dump(-1, ' ', false, Json::error_handler_t::ignore);
      if (changed.size() <= max_size) {
        changed.copy(reinterpret_cast<char*>(data), changed.size());
        return changed.size();
      }
    }
  }
  return LLVMFuzzerMutate(data, size, max_size);
}
