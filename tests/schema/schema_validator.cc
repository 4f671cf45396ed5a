#include "paylog/tests/schema/schema_validator.h"

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "paylog/tests/schema/golden.h"

namespace paylog::schema_test {

struct SchemaValidator::Impl {
  valijson::Schema schema;
  valijson::Validator validator{valijson::Validator::kStrongTypes};
};

SchemaValidator::SchemaValidator(const std::string& path) : impl_(std::make_unique<Impl>()) {
  const nlohmann::json document = nlohmann::json::parse(ReadFile(path));
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), impl_->schema);
}

SchemaValidator::SchemaValidator(SchemaValidator&&) noexcept = default;
SchemaValidator::~SchemaValidator() = default;

bool SchemaValidator::Accepts(const nlohmann::json& value) {
  const valijson::adapters::NlohmannJsonAdapter target(value);
  return impl_->validator.validate(impl_->schema, target, nullptr);
}

}  // namespace paylog::schema_test
