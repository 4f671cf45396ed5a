#pragma once

#include <string>

namespace paylog::notifier {

// Writes a key and a certificate for `name` that vouches for itself, as PEM, into two files. For
// tests.
void WriteCertificate(const std::string& name, const std::string& key_file,
                      const std::string& certificate_file);

}  // namespace paylog::notifier
