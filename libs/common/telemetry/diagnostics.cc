#include "paylog/telemetry/diagnostics.h"

#include <array>
#include <utility>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "paylog/codec/json_writer.h"
#include "paylog/codec/utf8.h"

namespace paylog::telemetry {
namespace {

constexpr std::array kSeverityNames = {
    std::pair{"debug", Severity::kDebug}, std::pair{"info", Severity::kInfo},
    std::pair{"warning", Severity::kWarning}, std::pair{"error", Severity::kError}};
constexpr std::array kFormatNames = {std::pair{"text", LineFormat::kText},
                                     std::pair{"json", LineFormat::kJson}};

template <typename Names>
auto FindName(const Names& names, std::string_view text)
    -> std::optional<decltype(names.front().second)> {
  for (const auto& [name, value] : names) {
    if (name == text) {
      return value;
    }
  }
  return std::nullopt;
}

spdlog::level::level_enum LevelOf(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return spdlog::level::debug;
    case Severity::kInfo:
      return spdlog::level::info;
    case Severity::kWarning:
      return spdlog::level::warn;
    case Severity::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// A line has one line, in UTF-8, whatever the text: the reason of an error may quote anything.
std::string Clean(std::string_view text) {
  std::string clean(text);
  while (const auto bad = codec::FindInvalidUtf8(clean)) {
    clean[*bad] = '?';
  }
  for (char& c : clean) {
    const auto byte = static_cast<unsigned char>(c);
    c = byte < 0x20 || byte == 0x7f ? ' ' : c;
  }
  return clean;
}

std::string TextOf(std::string_view message, std::initializer_list<Field> fields) {
  std::string line = Clean(message);
  for (const Field& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    if (const auto* const number = std::get_if<std::int64_t>(&field.value)) {
      line += std::to_string(*number);
      continue;
    }
    const std::string value = Clean(std::get<std::string>(field.value));
    const bool plain = !value.empty() && value.find_first_of(" =\"") == std::string::npos;
    line += plain ? value : '"' + value + '"';
  }
  return line;
}

// Members without the brace at the beginning; the pattern writes what stands before.
std::string JsonOf(const std::string& service, std::string_view message,
                   std::initializer_list<Field> fields) {
  codec::JsonWriter writer;
  writer.BeginObject().Field("service", service).Field("message", Clean(message));
  for (const Field& field : fields) {
    if (const auto* const number = std::get_if<std::int64_t>(&field.value)) {
      writer.Field(field.name, *number);
    } else {
      writer.Field(field.name, Clean(std::get<std::string>(field.value)));
    }
  }
  writer.EndObject();
  return std::move(writer).Take().substr(1);
}

std::string PatternOf(const DiagnosticsOptions& options) {
  return options.format == LineFormat::kText
             ? "%Y-%m-%dT%H:%M:%S.%eZ %l " + options.service + ": %v"
             : R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)";
}

std::shared_ptr<spdlog::sinks::sink> SinkOf(std::ostream* out) {
  if (out != nullptr) {
    return std::make_shared<spdlog::sinks::ostream_sink_mt>(*out, /*force_flush=*/true);
  }
  return std::make_shared<spdlog::sinks::stderr_sink_mt>();
}

}  // namespace

std::optional<Severity> ParseSeverity(std::string_view text) {
  return FindName(kSeverityNames, text);
}
std::optional<LineFormat> ParseLineFormat(std::string_view text) {
  return FindName(kFormatNames, text);
}

struct Diagnostics::Implementation {
  explicit Implementation(DiagnosticsOptions chosen)
      : options(std::move(chosen)), logger(options.service, SinkOf(options.out)) {
    logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        PatternOf(options), spdlog::pattern_time_type::utc));
    logger.set_level(LevelOf(options.lowest));
    logger.flush_on(spdlog::level::trace);
    logger.set_error_handler([](const std::string&) {});
  }

  const DiagnosticsOptions options;
  spdlog::logger logger;
};

Diagnostics::Diagnostics(DiagnosticsOptions options)
    : implementation_(std::make_unique<Implementation>(std::move(options))) {}
Diagnostics::~Diagnostics() = default;

bool Diagnostics::Writes(Severity severity) const {
  return severity >= implementation_->options.lowest;
}

void Diagnostics::Write(Severity severity, std::string_view message,
                        std::initializer_list<Field> fields) {
  if (!Writes(severity)) {
    return;
  }
  const std::string line = implementation_->options.format == LineFormat::kText
                               ? TextOf(message, fields)
                               : JsonOf(implementation_->options.service, message, fields);
  implementation_->logger.log(LevelOf(severity), spdlog::string_view_t(line));
}

}  // namespace paylog::telemetry
