#pragma once

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace paylog::telemetry {

enum class Severity { kDebug, kInfo, kWarning, kError };
enum class LineFormat { kText, kJson };

// "debug", "info", "warning", "error"; "text", "json". nullopt for anything else.
std::optional<Severity> ParseSeverity(std::string_view text);
std::optional<LineFormat> ParseLineFormat(std::string_view text);

// Something that a line is about. Never a record's body and never a secret.
struct Field {
  Field(std::string_view field_name, std::string field_value)
      : name(field_name), value(std::move(field_value)) {}
  Field(std::string_view field_name, const char* field_value)
      : name(field_name), value(std::string(field_value)) {}
  Field(std::string_view field_name, std::int64_t field_value)
      : name(field_name), value(field_value) {}

  std::string_view name;  // A literal.
  std::variant<std::int64_t, std::string> value;
};

struct DiagnosticsOptions {
  std::string service;  // "paylog-ledger"
  LineFormat format = LineFormat::kText;
  Severity lowest = Severity::kInfo;
  std::ostream* out = nullptr;  // Standard error. Must outlive the diagnostics.
};

// What a process says of itself, a line each: for people as text, for machines as JSON. Each line
// is written at once. Thread-safe. What cannot be written is dropped: diagnostics hold up no
// payment.
//
//   2026-11-21T11:22:33.444Z info paylog-ledger: took over partition=ledger.inbox/3 replayed=120
//   {"time":"...","level":"info","service":"paylog-ledger","message":"took over",
//    "partition":"ledger.inbox/3","replayed":120}
class Diagnostics {
 public:
  explicit Diagnostics(DiagnosticsOptions options);
  ~Diagnostics();
  Diagnostics(const Diagnostics&) = delete;
  Diagnostics& operator=(const Diagnostics&) = delete;

  void Write(Severity severity, std::string_view message, std::initializer_list<Field> fields = {});
  // Is it written? For callers to whom the fields are costly.
  [[nodiscard]] bool Writes(Severity severity) const;

  void Debug(std::string_view message, std::initializer_list<Field> fields = {}) {
    Write(Severity::kDebug, message, fields);
  }
  void Info(std::string_view message, std::initializer_list<Field> fields = {}) {
    Write(Severity::kInfo, message, fields);
  }
  void Warning(std::string_view message, std::initializer_list<Field> fields = {}) {
    Write(Severity::kWarning, message, fields);
  }
  void Error(std::string_view message, std::initializer_list<Field> fields = {}) {
    Write(Severity::kError, message, fields);
  }

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace paylog::telemetry
