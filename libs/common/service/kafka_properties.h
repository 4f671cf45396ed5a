#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"

// librdkafka's properties, from wherever the user keeps them. What is secret comes from a file or
// the environment, never from the command line, which every user of the machine can read, and no
// message repeats a value.
namespace paylog::service {

using KafkaProperties = std::map<std::string, std::string>;  // By name.

// Passwords, private keys and the like.
bool IsSecret(std::string_view property);

// "name=value". kInvalidArgument for another form, and for a secret.
base::Result<void> CheckCommandLineProperty(const std::string& text);

// Lines of "name=value"; blank ones and those that begin with '#' do not count. kInvalidArgument
// names the line that is neither, or whose property stands there twice.
base::Result<KafkaProperties> ParseKafkaConfig(std::string_view text);

// PAYLOG_KAFKA_SASL_PASSWORD is sasl.password. `environment`: of the process, "NAME=value".
KafkaProperties KafkaPropertiesOf(const std::vector<std::string>& environment);
std::vector<std::string> ProcessEnvironment();

// The command line wins over the environment, and that over the file (none where empty). kIo where
// the file cannot be read; otherwise as above.
base::Result<KafkaProperties> CollectKafkaProperties(const std::vector<std::string>& command_line,
                                                     const std::vector<std::string>& environment,
                                                     const std::string& file);

}  // namespace paylog::service
