#pragma once

#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace paylog::schema_test {

// One of our schemas, as valijson understands it. For tests. Not thread-safe.
class SchemaValidator {
 public:
  // A schema's path below the repository's root. Ends the process if it is not a schema.
  explicit SchemaValidator(const std::string& path);
  SchemaValidator(SchemaValidator&&) noexcept;
  ~SchemaValidator();

  // Integers are told from 1.0, as our codec does.
  [[nodiscard]] bool Accepts(const nlohmann::json& value);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace paylog::schema_test
